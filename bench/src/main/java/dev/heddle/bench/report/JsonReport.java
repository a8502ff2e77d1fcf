package dev.heddle.bench.report;

import dev.heddle.bench.row.RowResult;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Spread;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.stat.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// A whole run as JSON: the machine, and of each row every round's figures and every target.
public final class JsonReport {
    private JsonReport() {}

    /// The text, ending with a line break.
    public static String of(List<RowResult> rows, Machine machine) {
        var root = new LinkedHashMap<String, Object>();
        var where = new LinkedHashMap<String, Object>();
        where.put("processor", machine.processor());
        where.put("cores", machine.cores());
        where.put("kernel", machine.kernel());
        where.put("java", machine.java());
        where.put("stolenPercent", machine.stolenPercent());
        root.put("machine", where);
        root.put("rows", rows.stream().map(JsonReport::row).toList());
        return write(root, "") + "\n";
    }

    private static Map<String, Object> row(RowResult row) {
        var object = new LinkedHashMap<String, Object>();
        object.put("id", row.id());
        object.put("title", row.title());
        object.put("rounds", row.measurements().stream().map(JsonReport::round).toList());
        object.put("absent", row.absent());
        object.put("targets", row.judgements().stream().map(JsonReport::target).toList());
        return object;
    }

    private static Map<String, Object> round(Measurement measurement) {
        var object = new LinkedHashMap<String, Object>();
        object.put("arm", measurement.arm());
        object.put("round", measurement.round());
        for (Metric metric : Metric.values()) {
            measurement.value(metric).ifPresent(value -> object.put(key(metric), value));
        }
        return object;
    }

    private static Map<String, Object> target(Judgement judgement) {
        Target target = judgement.target();
        var object = new LinkedHashMap<String, Object>();
        object.put("metric", key(target.metric()));
        object.put("arm", target.arm());
        target.base().ifPresent(base -> object.put("base", base));
        if (target.baseMetric() != target.metric()) {
            object.put("baseMetric", key(target.baseMetric()));
        }
        object.put("bound", target.bound().sign());
        object.put("goal", target.goal());
        object.put("aim", target.aim());
        object.put("perRound", judgement.perRound());
        switch (judgement.verdict()) {
            case Verdict.Met(Spread spread, boolean splendid) -> {
                object.put("verdict", splendid ? "aim" : "met");
                spread(object, spread);
            }
            case Verdict.Missed(Spread spread) -> {
                object.put("verdict", "missed");
                spread(object, spread);
            }
            case Verdict.Open(String reason) -> {
                object.put("verdict", "open");
                object.put("reason", reason);
            }
        }
        return object;
    }

    private static void spread(Map<String, Object> object, Spread spread) {
        object.put("median", spread.median());
        object.put("min", spread.min());
        object.put("max", spread.max());
    }

    private static String key(Metric metric) {
        return metric.name().toLowerCase(Locale.ROOT);
    }

    private static String write(Object value, String indent) {
        String deeper = indent + "  ";
        return switch (value) {
            case Map<?, ?> map when map.isEmpty() -> "{}";
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(e ->
                                    deeper
                                            + quote(String.valueOf(e.getKey()))
                                            + ": "
                                            + write(e.getValue(), deeper))
                            .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
            case List<?> list when list.isEmpty() -> "[]";
            case List<?> list ->
                    list.stream()
                            .map(item -> deeper + write(item, deeper))
                            .collect(Collectors.joining(",\n", "[\n", "\n" + indent + "]"));
            case Double number when !Double.isFinite(number) -> "null";
            case Number number -> number.toString();
            default -> quote(value.toString());
        };
    }

    private static String quote(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}

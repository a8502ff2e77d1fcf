package dev.heddle.bench.report;

import dev.heddle.bench.row.RowResult;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Spread;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.stat.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The tables that a run ends with.
///
/// Of each row the medians of its arms, for orientation, then its targets: median and ends of the
/// per-round values, what was wanted, and the verdict.
public final class TextReport {
    private static final Set<Metric> HIDDEN = EnumSet.of(Metric.PER_CPU_SECOND, Metric.ERRORS);

    private TextReport() {}

    /// One row.
    public static String row(RowResult row) {
        var text = new StringBuilder();
        text.append('\n').append(row.id()).append("  ").append(row.title()).append('\n');
        appendArms(text, row);
        row.absent().forEach((arm, why) -> text.append("    %-14s %s%n".formatted(arm, why)));
        for (Judgement judgement : row.judgements()) {
            text.append("  ").append(judgement(judgement)).append('\n');
        }
        return text.toString();
    }

    /// The last lines: the machine, and how many targets were met.
    public static String summary(List<RowResult> rows, Machine machine) {
        long met = count(rows, Verdict.Met.class);
        long missed = missed(rows);
        long open = count(rows, Verdict.Open.class);
        return """

        %s, %d cores, Linux %s, Java %s; %.1f %% of the CPU time stolen
        %d targets met, %d missed, %d open (not counted)
        """
                .formatted(
                        machine.processor(),
                        machine.cores(),
                        machine.kernel(),
                        machine.java(),
                        machine.stolenPercent(),
                        met,
                        missed,
                        open);
    }

    /// How many targets were missed.
    public static long missed(List<RowResult> rows) {
        return count(rows, Verdict.Missed.class);
    }

    private static long count(List<RowResult> rows, Class<? extends Verdict> kind) {
        return rows.stream()
                .flatMap(row -> row.judgements().stream())
                .filter(judgement -> kind.isInstance(judgement.verdict()))
                .count();
    }

    private static void appendArms(StringBuilder text, RowResult row) {
        var metrics = new ArrayList<Metric>();
        Arrays.stream(Metric.values())
                .filter(metric -> !HIDDEN.contains(metric))
                .filter(m -> row.measurements().stream().anyMatch(v -> v.value(m).isPresent()))
                .forEach(metrics::add);
        if (metrics.isEmpty()) {
            return;
        }
        text.append("    %-14s".formatted(""));
        metrics.forEach(metric -> text.append(" %13s".formatted(heading(metric))));
        text.append('\n');
        for (String arm : row.arms()) {
            if (row.measurements().stream().noneMatch(m -> m.arm().equals(arm))) {
                continue;
            }
            text.append("    %-14s".formatted(arm));
            for (Metric metric : metrics) {
                List<Double> values =
                        row.measurements().stream()
                                .filter(m -> m.arm().equals(arm))
                                .flatMap(m -> m.value(metric).stream())
                                .toList();
                String shown = values.isEmpty() ? "-" : number(Spread.of(values).median());
                text.append(" %13s".formatted(shown));
            }
            text.append('\n');
        }
    }

    private static String heading(Metric metric) {
        String unit = metric.unit().isEmpty() ? "" : " " + metric.unit();
        String word =
                switch (metric) {
                    case CPU -> "CPU";
                    case USER -> "user";
                    case SYSTEM -> "system";
                    case EARLY_CPU -> "early CPU";
                    case RATE -> "rate";
                    case PER_CPU_SECOND -> "per CPU";
                    case BYTES_PER_CPU_SECOND -> "CPU";
                    case P50 -> "p50";
                    case P99 -> "p99";
                    case ADDED_P99 -> "+p99";
                    case ERRORS -> "errors";
                    case SYSCALLS -> "syscalls";
                    case ALLOCATED -> "heap";
                    case PSS_IDLE -> "idle";
                    case PSS_LOADED -> "loaded";
                    case PSS_COLLECTED -> "collected";
                    case PSS_ROUTES -> "1k routes";
                    case PSS_CONNECTION -> "conn";
                    case PSS_SECURED -> "TLS conn";
                    case PSS_ARCHIVE -> "archive";
                    case PSS_HEAP -> "heap";
                    case PSS_CODE -> "code";
                    case PSS_MALLOC -> "malloc";
                    case PSS_LIBRARIES -> "libraries";
                    case PSS_REST -> "rest";
                    case START -> "start";
                    case CHANGE -> "change";
                    case STORM -> "storm";
                    case PSS_PROXY -> "per proxy";
                    case CHANGE_SHARE -> "change/all";
                };
        return word + unit;
    }

    private static String judgement(Judgement judgement) {
        Target target = judgement.target();
        boolean plain = target.base().isPresent() || target.metric().unit().isEmpty();
        String unit = plain ? "" : " " + target.metric().unit();
        String wanted =
                "%s %s%s, aim %s"
                        .formatted(
                                target.bound().sign(),
                                number(target.goal()),
                                unit,
                                number(target.aim()));
        String said =
                switch (judgement.verdict()) {
                    case Verdict.Met(Spread spread, boolean splendid) ->
                            spread(spread) + (splendid ? "  MET, and the aim" : "  MET");
                    case Verdict.Missed(Spread spread) -> spread(spread) + "  MISSED";
                    case Verdict.Open(String reason) -> reason;
                };
        return "%-46s %-22s %s".formatted(target.title(), wanted, said);
    }

    private static String spread(Spread spread) {
        return "%s (%s–%s, %d rounds)"
                .formatted(
                        number(spread.median()),
                        number(spread.min()),
                        number(spread.max()),
                        spread.rounds());
    }

    /// Three digits that matter.
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        String digits = size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
        return String.format(Locale.ROOT, digits, value);
    }
}

package dev.heddle.signals.ingest;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Attributes of OpenTelemetry as texts.
///
/// @param texts by their names; at most [#MOST], each cut
record Attributes(Map<String, String> texts) {
    static final int MOST = 64;
    private static final int DEEPEST = 4;
    private static final List<String> OWN =
            List.of("reason", "config_version", "rule", "rule_origin", "trace_id", "span_id");

    Attributes {
        texts = Collections.unmodifiableMap(texts);
    }

    static Attributes of(List<KeyValue> pairs) {
        var texts = new HashMap<String, String>();
        for (KeyValue pair : pairs) {
            if (texts.size() == MOST) {
                break;
            }
            texts.put(Texts.cut(pair.getKey()), Texts.cut(text(pair.getValue(), 0)));
        }
        return new Attributes(texts);
    }

    static String text(AnyValue value) {
        return text(value, 0);
    }

    private static String text(AnyValue value, int depth) {
        if (depth > DEEPEST) {
            return "…";
        }
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                    value.getArrayValue().getValuesList().stream()
                            .limit(MOST)
                            .map(it -> text(it, depth + 1))
                            .collect(Collectors.joining(","));
            case KVLIST_VALUE ->
                    value.getKvlistValue().getValuesList().stream()
                            .limit(MOST)
                            .map(it -> it.getKey() + "=" + text(it.getValue(), depth + 1))
                            .collect(Collectors.joining(","));
            case BYTES_VALUE -> value.getBytesValue().size() + " bytes";
            case VALUE_NOT_SET -> "";
        };
    }

    /// These and others; of those with one name the others count.
    Attributes and(Attributes others) {
        var all = new HashMap<>(texts);
        all.putAll(others.texts);
        return new Attributes(all);
    }

    /// The first of these that says something. A log prints `-` for nothing.
    String first(String... names) {
        for (String name : names) {
            String text = texts.getOrDefault(name, "");
            if (!text.isEmpty() && !text.equals("-")) {
                return text;
            }
        }
        return "";
    }

    /// Those whose names begin with `heddle.`, without that; and what proxies say of themselves in
    /// lines of JSON, by the names that it has there.
    Tags tags() {
        var tags = new HashMap<String, String>();
        OWN.forEach(name -> {
            String text = texts.get(name);
            if (text != null) {
                tags.put(name, text);
            }
        });
        texts.forEach((name, text) -> {
            if (name.startsWith("heddle.")) {
                tags.put(name.substring("heddle.".length()), text);
            }
        });
        return new Tags(tags);
    }
}

package dev.heddle.proxy.config;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// YAML as JSON, because Envoy's messages are read from JSON.
///
/// A duration may be an object, `{seconds: 5}`, as Envoy takes it and many of its examples have it;
/// in protobuf's JSON it is a text, `5s`.
final class YamlJson {

    private YamlJson() {}

    /// The JSON of one YAML document. JSON itself comes through unchanged in meaning.
    ///
    /// @param label what to call the text in errors: its file's name
    /// @throws IllegalArgumentException with file, line and column
    static String convert(String label, String yaml) {
        // Aliases are bounded: ten lines can otherwise stand for a gigabyte.
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(label)
                        .setAllowDuplicateKeys(false)
                        .setMaxAliasesForCollections(50)
                        .build();
        try {
            Object tree = new Load(settings).loadFromString(yaml);
            var json = new StringBuilder(yaml.length());
            append(json, tree);
            return json.toString();
        } catch (MarkedYamlEngineException e) {
            throw new IllegalArgumentException(
                    label + place(e.getProblemMark().orElse(null)) + ": " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(label + ": " + e.getMessage(), e);
        }
    }

    private static String place(@Nullable Mark mark) {
        return mark == null ? "" : ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }

    private static void append(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case null -> json.append("null");
            case Map<?, ?> map when isDuration(map) -> text(json, duration(map));
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.append(separator);
                    text(json, String.valueOf(entry.getKey()));
                    json.append(':');
                    append(json, entry.getValue());
                    separator = ",";
                }
                json.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String separator = "[";
                for (Object element : list) {
                    json.append(separator);
                    append(json, element);
                    separator = ",";
                }
                json.append(list.isEmpty() ? "[]" : "]");
            }
            case Number number -> json.append(number);
            case Boolean truth -> json.append(truth);
            default -> text(json, value.toString());
        }
    }

    private static boolean isDuration(Map<?, ?> map) {
        return !map.isEmpty()
                && map.entrySet().stream()
                        .allMatch(entry ->
                                (entry.getKey().equals("seconds") || entry.getKey().equals("nanos"))
                                        && entry.getValue() instanceof Number);
    }

    private static String duration(Map<?, ?> map) {
        Number seconds = map.get("seconds") instanceof Number number ? number : 0;
        Number nanos = map.get("nanos") instanceof Number number ? number : 0;
        return BigDecimal.valueOf(seconds.longValue())
                        .add(BigDecimal.valueOf(nanos.longValue(), 9))
                        .toPlainString()
                + "s";
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                default -> {
                    if (c < ' ') {
                        json.append("\\u%04x".formatted((int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}

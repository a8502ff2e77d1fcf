package dev.heddle.telemetry;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Values as JSON has them, written: texts, numbers, truth values, lists, maps and null. Members of
/// maps come in the order of their names.
public final class JsonText {
    private JsonText() {}

    /// A value as a text of its own.
    public static String of(@Nullable Object value) {
        var out = new ByteText();
        write(value, out);
        return out.toString();
    }

    static void write(@Nullable Object value, ByteText out) {
        switch (value) {
            case null -> out.append("null");
            case Boolean truth -> out.append(truth.toString());
            case Double number -> out.append(number(number));
            case Number number -> out.append(number.toString());
            case List<?> list -> {
                out.append("[");
                for (int i = 0; i < list.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    write(list.get(i), out);
                }
                out.append("]");
            }
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, @Nullable Object>();
                map.forEach((key, each) -> sorted.put(String.valueOf(key), each));
                out.append("{");
                boolean isFirst = true;
                for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
                    out.append(isFirst ? "" : ",");
                    isFirst = false;
                    AccessLogFormat.quote(entry.getKey(), out);
                    out.append(":");
                    write(entry.getValue(), out);
                }
                out.append("}");
            }
            default -> AccessLogFormat.quote(value.toString(), out);
        }
    }

    private static String number(double number) {
        return Double.isFinite(number)
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : "\"" + number + "\"";
    }
}

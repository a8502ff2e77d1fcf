package dev.heddle.proxy.struct;

import dev.heddle.xds.wire.WireWriter;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What filters find out, as JSON has it, to and from `google.protobuf.Struct`.
public final class Structs {
    private static final int DEEPEST = 32;

    private Structs() {}

    /// The message of some fields.
    public static WireWriter write(Map<?, ?> fields) {
        var out = new WireWriter();
        fields.forEach((key, value) ->
                out.message(
                        1, new WireWriter().text(1, String.valueOf(key)).message(2, value(value))));
        return out;
    }

    private static WireWriter value(@Nullable Object value) {
        var out = new WireWriter();
        return switch (value) {
            case null -> out.number(1, 0);
            case Number number -> out.fixed64(2, Double.doubleToRawLongBits(number.doubleValue()));
            case Boolean truth -> out.number(4, truth ? 1 : 0);
            case Map<?, ?> map -> out.message(5, write(map));
            case List<?> list -> {
                var items = new WireWriter();
                list.forEach(item -> items.message(1, value(item)));
                yield out.message(6, items);
            }
            default -> out.text(3, String.valueOf(value));
        };
    }

    /// What lies too deep is left out.
    public static Map<String, @Nullable Object> read(Struct struct) {
        return read(struct, 0);
    }

    private static Map<String, @Nullable Object> read(Struct struct, int depth) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (depth < DEEPEST) {
            struct.getFieldsMap().forEach((key, value) -> fields.put(key, read(value, depth)));
        }
        return fields;
    }

    private static @Nullable Object read(Value value, int depth) {
        return switch (value.getKindCase()) {
            case NULL_VALUE, KIND_NOT_SET -> null;
            case NUMBER_VALUE -> value.getNumberValue();
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> read(value.getStructValue(), depth + 1);
            case LIST_VALUE -> {
                List<@Nullable Object> items = new ArrayList<>();
                if (depth < DEEPEST) {
                    value.getListValue()
                            .getValuesList()
                            .forEach(item -> items.add(read(item, depth + 1)));
                }
                yield items;
            }
        };
    }
}

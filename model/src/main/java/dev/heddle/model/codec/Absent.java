package dev.heddle.model.codec;

import dev.heddle.model.Position;
import dev.heddle.model.core.IntOrString;
import dev.heddle.model.tree.Node;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a field is that nobody wrote, for every type that a component can have.
final class Absent {
    private static final Map<Type, Object> VALUES =
            Map.ofEntries(
                    Map.entry(String.class, ""),
                    Map.entry(int.class, 0),
                    Map.entry(Integer.class, 0),
                    Map.entry(long.class, 0L),
                    Map.entry(double.class, 0.0),
                    Map.entry(Double.class, 0.0),
                    Map.entry(boolean.class, false),
                    Map.entry(Boolean.class, false),
                    Map.entry(OptionalInt.class, OptionalInt.empty()),
                    Map.entry(OptionalLong.class, OptionalLong.empty()),
                    Map.entry(OptionalDouble.class, OptionalDouble.empty()),
                    Map.entry(Duration.class, Duration.ZERO),
                    Map.entry(IntOrString.class, new IntOrString.Int(0)),
                    Map.entry(Node.class, new Node.Null(Position.UNKNOWN)));

    private Absent() {}

    static Object of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type raw = generic.getRawType();
            return raw == Optional.class
                    ? Optional.empty()
                    : raw == Map.class ? Map.of() : List.of();
        }
        Object value = VALUES.get(type);
        return value != null ? value : ofClass((Class<?>) type);
    }

    private static Object ofClass(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isRecord()) {
            RecordShape shape = RecordShape.of(type);
            @Nullable Object[] values =
                    shape.fields().stream().map(f -> of(f.type())).toArray(Object[]::new);
            return shape.create(values);
        }
        UnionShape union = UnionShape.of(type);
        if (union.empty().isPresent()) {
            return union.empty().get().create(new Object[0]);
        }
        UnionShape.Variant first = union.variants().values().iterator().next();
        return first.create(of(first.type()));
    }

    /// Whether the type is a number or truth value that may be absent. These may be `null` as well.
    static boolean isScalarOption(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return generic.getActualTypeArguments()[0] == Boolean.class;
        }
        return type == OptionalInt.class
                || type == OptionalLong.class
                || type == OptionalDouble.class;
    }
}

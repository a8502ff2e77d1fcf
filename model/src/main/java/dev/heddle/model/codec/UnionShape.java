package dev.heddle.model.codec;

import dev.heddle.model.schema.NotYet;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a one-of looks like: a sealed interface, with a record for each of its keys.
///
/// @param variants by key
/// @param empty the alternative that is written as an empty mapping
record UnionShape(Map<String, Variant> variants, Optional<RecordShape> empty) {

    private static final ClassValue<UnionShape> SHAPES =
            new ClassValue<>() {
                @Override
                protected UnionShape computeValue(Class<?> type) {
                    return find(type);
                }
            };

    /// An alternative.
    ///
    /// @param type of its value
    record Variant(String key, Type type, RecordShape shape, boolean notYet) {
        Object create(Object value) {
            return shape.create(new Object[] {value});
        }
    }

    static UnionShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static UnionShape find(Class<?> type) {
        var variants = new LinkedHashMap<String, Variant>();
        Optional<RecordShape> empty = Optional.empty();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            RecordShape shape = RecordShape.of(permitted);
            RecordComponent[] components = permitted.getRecordComponents();
            if (components.length == 0) {
                empty = Optional.of(shape);
            } else if (components.length == 1) {
                String key = components[0].getName();
                boolean notYet = components[0].isAnnotationPresent(NotYet.class);
                Type value = components[0].getGenericType();
                variants.put(key, new Variant(key, value, shape, notYet));
            } else {
                throw new IllegalStateException(permitted + ": more than one component");
            }
        }
        return new UnionShape(variants, empty);
    }
}

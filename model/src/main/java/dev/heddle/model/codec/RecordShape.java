package dev.heddle.model.codec;

import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.Key;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import dev.heddle.model.schema.Skips;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a record's YAML looks like, found out once for each record.
///
/// @param fields in the order of the constructor
/// @param slots where the value of a key goes
/// @param skips keys that somebody else acts on
/// @param notYet whether the record as a whole is not in force
record RecordShape(
        Class<?> type,
        Constructor<?> constructor,
        List<Field> fields,
        Map<String, Slot> slots,
        Set<String> skips,
        boolean notYet) {

    private static final ClassValue<RecordShape> SHAPES =
            new ClassValue<>() {
                @Override
                protected RecordShape computeValue(Class<?> type) {
                    return find(type);
                }
            };

    /// A component.
    ///
    /// @param index in the constructor
    record Field(String name, Type type, int index, boolean required, boolean notYet) {}

    /// Where the value of a key goes: into a component, or into the alternative of an inline one.
    record Slot(Field field, Optional<UnionShape.Variant> variant) {
        boolean notYet() {
            return field.notYet() || variant.map(UnionShape.Variant::notYet).orElse(false);
        }
    }

    static RecordShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static RecordShape find(Class<?> type) {
        var fields = new ArrayList<Field>();
        var slots = new LinkedHashMap<String, Slot>();
        for (RecordComponent component : type.getRecordComponents()) {
            var field =
                    new Field(
                            nameOf(component),
                            component.getGenericType(),
                            fields.size(),
                            component.isAnnotationPresent(Required.class),
                            component.isAnnotationPresent(NotYet.class));
            fields.add(field);
            if (component.isAnnotationPresent(Inline.class)) {
                UnionShape.of(unionOf(field.type()))
                        .variants()
                        .forEach((key, v) -> slots.put(key, new Slot(field, Optional.of(v))));
            } else {
                slots.put(field.name(), new Slot(field, Optional.empty()));
            }
        }
        Skips skips = type.getAnnotation(Skips.class);
        return new RecordShape(
                type,
                constructorOf(type),
                List.copyOf(fields),
                slots,
                skips == null ? Set.of() : Set.of(skips.value()),
                type.isAnnotationPresent(NotYet.class));
    }

    private static String nameOf(RecordComponent component) {
        Key key = component.getAnnotation(Key.class);
        return key == null ? component.getName() : key.value();
    }

    private static Class<?> unionOf(Type type) {
        return type instanceof ParameterizedType p
                ? (Class<?>) p.getActualTypeArguments()[0]
                : (Class<?>) type;
    }

    /// The field whose own fields have one of that name, where somebody forgot to indent it.
    Optional<String> fieldWith(String name) {
        return fields.stream()
                .filter(f -> recordOf(f.type()).filter(r -> hasComponent(r, name)).isPresent())
                .map(Field::name)
                .findFirst();
    }

    private static Optional<Class<?>> recordOf(Type type) {
        Type inner =
                type instanceof ParameterizedType p && p.getRawType() == Optional.class
                        ? p.getActualTypeArguments()[0]
                        : type;
        return inner instanceof Class<?> single && single.isRecord()
                ? Optional.of(single)
                : Optional.empty();
    }

    private static boolean hasComponent(Class<?> record, String name) {
        return Arrays.stream(record.getRecordComponents()).anyMatch(c -> c.getName().equals(name));
    }

    private static Constructor<?> constructorOf(Class<?> type) {
        Class<?>[] types =
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + ": a record without its constructor", e);
        }
    }

    /// A record of these values.
    Object create(@Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(type + " refuses " + Arrays.toString(values), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }
}

package dev.heddle.model.codec;

import static dev.heddle.model.DiagnosticCode.INVALID_VALUE;
import static dev.heddle.model.DiagnosticCode.MISSING_FIELD;
import static dev.heddle.model.DiagnosticCode.NOT_IMPLEMENTED;
import static dev.heddle.model.DiagnosticCode.ONE_OF;
import static dev.heddle.model.DiagnosticCode.UNKNOWN_FIELD;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.codec.RecordShape.Field;
import dev.heddle.model.codec.RecordShape.Slot;
import dev.heddle.model.codec.UnionShape.Variant;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.tree.Node;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes records of trees. The record is the schema, see [dev.heddle.model.schema]; whatever in the
/// tree does not fit it is a finding. A record is made in any case, with absent fields in the place
/// of those that could not be read; whoever asked looks at the findings before using it.
///
/// @param resource whose fields these are, as in `VirtualService default/reviews`
/// @param file that the tree was read from
/// @param nullIsAbsent whether `key:` without a value means the same as no key. Kubernetes' own
///   kinds have it so; for others it is a mistake
/// @param isSecret whether values are told to nobody
public record RecordMapper(
        String resource,
        String file,
        boolean nullIsAbsent,
        boolean isSecret,
        Diagnostics findings) {

    /// Where the mapper is.
    ///
    /// @param node what is there
    /// @param position of its key, where a user looks for it
    /// @param quiet whether somebody was told already that nothing in here is in force
    private record Place(FieldPath path, Node node, Position position, boolean quiet) {
        Place field(String name, Node.Entry entry, boolean quietInside) {
            return new Place(
                    path.field(name), entry.value(), entry.position(), quiet || quietInside);
        }

        Place item(int index, Node item) {
            return new Place(path.index(index), item, item.position(), quiet);
        }
    }

    /// A record of the given mapping.
    ///
    /// @param path of the mapping in its resource
    public <S> S map(Node.Mapping mapping, Class<S> type, FieldPath path) {
        boolean notYet = RecordShape.of(type).notYet();
        var place = new Place(path, mapping, mapping.position(), notYet);
        return type.cast(record(RecordShape.of(type), mapping, place));
    }

    private Object record(RecordShape shape, Node.Mapping mapping, Place place) {
        @Nullable Object[] values = new @Nullable Object[shape.fields().size()];
        var keys = new String[values.length];
        for (Node.Entry entry : mapping.entries()) {
            String name = nameOf(entry.key(), shape.slots());
            Slot slot = shape.slots().get(name);
            if (slot == null) {
                if (!shape.skips().contains(entry.key())) {
                    unknown(entry, shape.slots().keySet(), shape.fieldWith(entry.key()), place);
                }
                continue;
            }
            int index = slot.field().index();
            if (values[index] != null) {
                twoOfOne(keys[index], entry, place);
                continue;
            }
            keys[index] = entry.key();
            Place inside = place.field(name, entry, slot.notYet());
            reportNotYet(slot.notYet(), entry, place, inside);
            values[index] = slotValue(slot, inside);
        }
        for (Field field : shape.fields()) {
            if (field.required() && isNothing(values[field.index()])) {
                missing(field, place);
            }
            if (values[field.index()] == null) {
                values[field.index()] = Absent.of(field.type());
            }
        }
        return shape.create(values);
    }

    private static String nameOf(String key, Map<String, ?> known) {
        return known.containsKey(key) ? key : Spelling.camel(key);
    }

    private Object slotValue(Slot slot, Place place) {
        Field field = slot.field();
        if (slot.variant().isEmpty()) {
            return value(field.type(), place);
        }
        Variant variant = slot.variant().get();
        Object alternative = variant.create(value(variant.type(), place));
        boolean optional = field.type() instanceof ParameterizedType;
        return optional ? Optional.of(alternative) : alternative;
    }

    private Object value(Type type, Place place) {
        if (place.node() instanceof Node.Null && !isNode(type)) {
            return nothing(type, place);
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == Optional.class) {
                return Optional.of(value(arguments[0], place));
            }
            return generic.getRawType() == Map.class
                    ? map(arguments[1], place)
                    : list(arguments[0], place);
        }
        Class<?> single = (Class<?>) type;
        if (single.isRecord() && !ScalarValues.isScalar(single)) {
            return mappingAt(place)
                    .map(m -> record(RecordShape.of(single), m, place))
                    .orElseGet(() -> Absent.of(single));
        }
        if (single.isSealed() && !ScalarValues.isScalar(single)) {
            return mappingAt(place)
                    .map(m -> union(UnionShape.of(single), single, m, place))
                    .orElseGet(() -> Absent.of(single));
        }
        return scalar(single, place);
    }

    private static boolean isNode(Type type) {
        return type == Node.class;
    }

    private Object nothing(Type type, Place place) {
        if (!nullIsAbsent && !Absent.isScalarOption(type)) {
            report(
                    INVALID_VALUE,
                    place,
                    "there is no value (expected: " + ScalarValues.expectation(type) + ")",
                    "Give it one, or remove the key.");
        }
        return Absent.of(type);
    }

    private Object scalar(Class<?> type, Place place) {
        ScalarValues.Result result = ScalarValues.read(type, place.node());
        return switch (result) {
            case ScalarValues.Result.Good(Object value, boolean notYet) -> {
                if (notYet && !place.quiet()) {
                    report(
                            NOT_IMPLEMENTED,
                            place,
                            "'" + value + "' is read but not in force yet",
                            "");
                }
                yield value;
            }
            case ScalarValues.Result.Bad(String hint) -> {
                wrongType(type, place, hint);
                yield Absent.of(type);
            }
        };
    }

    private void wrongType(Type type, Place place, String hint) {
        String found = describe(place.node());
        String expected = ScalarValues.expectation(type);
        report(INVALID_VALUE, place, found + " (expected: " + expected + ")", hint);
    }

    private String describe(Node node) {
        return isSecret ? ScalarValues.describeKind(node) : ScalarValues.describe(node);
    }

    private Optional<Node.Mapping> mappingAt(Place place) {
        if (place.node() instanceof Node.Mapping mapping) {
            return Optional.of(mapping);
        }
        boolean list = place.node() instanceof Node.Sequence;
        report(
                INVALID_VALUE,
                place,
                describe(place.node()) + " (expected: a mapping)",
                list ? "Remove the '-' in front of it." : "");
        return Optional.empty();
    }

    private List<Object> list(Type item, Place place) {
        if (!(place.node() instanceof Node.Sequence(List<Node> items, _))) {
            report(
                    INVALID_VALUE,
                    place,
                    describe(place.node()) + " (expected: a list)",
                    "Put '- ' in front of it.");
            return List.of();
        }
        var values = new ArrayList<>(items.size());
        for (Node node : items) {
            values.add(value(item, place.item(values.size(), node)));
        }
        return values;
    }

    private Map<String, Object> map(Type type, Place place) {
        var values = new LinkedHashMap<String, Object>();
        mappingAt(place)
                .ifPresent(mapping ->
                        mapping.entries()
                                .forEach(e ->
                                        values.put(
                                                e.key(),
                                                value(type, place.field(e.key(), e, false)))));
        return Ordered.copyOf(values);
    }

    private Object union(UnionShape shape, Class<?> type, Node.Mapping mapping, Place place) {
        if (mapping.entries().isEmpty() && shape.empty().isPresent()) {
            return shape.empty().get().create(new Object[0]);
        }
        Object value = null;
        String key = "";
        for (Node.Entry entry : mapping.entries()) {
            String name = nameOf(entry.key(), shape.variants());
            Variant variant = shape.variants().get(name);
            if (variant == null) {
                unknown(entry, shape.variants().keySet(), Optional.empty(), place);
            } else if (value != null) {
                twoOfOne(key, entry, place);
            } else {
                Place inside = place.field(name, entry, variant.notYet());
                reportNotYet(variant.notYet(), entry, place, inside);
                value = variant.create(value(variant.type(), inside));
                key = entry.key();
            }
        }
        if (value == null && mapping.entries().isEmpty()) {
            String keys = String.join(", ", shape.variants().keySet());
            report(MISSING_FIELD, place, "it says nothing (expected: one of " + keys + ")", "");
        }
        return value == null ? Absent.of(type) : value;
    }

    private void reportNotYet(boolean notYet, Node.Entry entry, Place outside, Place inside) {
        boolean empty =
                entry.value() instanceof Node.Sequence(List<Node> items, _) && items.isEmpty();
        if (notYet && !outside.quiet() && !empty) {
            report(
                    NOT_IMPLEMENTED,
                    inside,
                    "'" + entry.key() + "' is read but not in force yet",
                    "");
        }
    }

    private void twoOfOne(@Nullable String first, Node.Entry second, Place place) {
        report(
                ONE_OF,
                place.field(second.key(), second, false),
                "'" + first + "' and '" + second.key() + "' exclude each other",
                "Keep one of the two.");
    }

    private void missing(Field field, Place place) {
        report(
                MISSING_FIELD,
                place.field(field.name(), entryOf(field.name(), place), false),
                "'" + field.name() + "' is missing (expected: " + expectation(field) + ")",
                "");
    }

    private static String expectation(Field field) {
        return ScalarValues.expectation(field.type());
    }

    /// The entry that is there although it says nothing, or else the place where it should be.
    private static Node.Entry entryOf(String name, Place place) {
        var absent = new Node.Entry(name, new Node.Null(place.position()), place.position());
        return place.node() instanceof Node.Mapping mapping
                ? mapping.entry(name).orElse(absent)
                : absent;
    }

    private static boolean isNothing(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case Collection<?> items -> items.isEmpty();
            default -> false;
        };
    }

    /// @param parent the field that has such a field
    private void unknown(
            Node.Entry entry, Collection<String> known, Optional<String> parent, Place place) {
        String key = entry.key();
        String hint =
                parent.map(name -> "It belongs under '" + name + "': check the indentation.")
                        .or(() ->
                                Spelling.nearest(key, known).map(n -> "Did you mean '" + n + "'?"))
                        .orElseGet(() -> known(known));
        report(UNKNOWN_FIELD, place.field(key, entry, false), "unknown field '" + key + "'", hint);
    }

    private static String known(Collection<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", ", "Known here: ", "."));
    }

    private void report(DiagnosticCode code, Place place, String message, String hint) {
        findings.add(
                code, new Origin(resource, place.path(), file, place.position()), message, hint);
    }
}

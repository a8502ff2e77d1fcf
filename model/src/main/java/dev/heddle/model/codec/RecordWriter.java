package dev.heddle.model.codec;

import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.core.IntOrString;
import dev.heddle.model.gatewayapi.RouteDuration;
import dev.heddle.model.tree.Node;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Resources that a program made, as trees: the way back of [ResourceReader].
///
/// What is absent is not written. The constants of enums are written even where they are the
/// default, since a reader would have to know that.
public final class RecordWriter {
    private RecordWriter() {}

    /// The resource as a tree, in the order of its record's components.
    public static Node.Mapping tree(Resource<?> resource) {
        Kind<?> kind = resource.kind();
        Node spec = node(resource.spec());
        Node.Mapping tree =
                Node.Mapping.EMPTY
                        .with("apiVersion", kind.apiVersion())
                        .with("kind", kind.name())
                        .with("metadata", metadata(resource.metadata()));
        if (kind.layout() == Kind.Layout.SPEC) {
            return tree.with("spec", spec);
        }
        for (Node.Entry entry : ((Node.Mapping) spec).entries()) {
            tree = tree.with(entry.key(), entry.value());
        }
        return tree;
    }

    private static Node.Mapping metadata(Metadata metadata) {
        Node.Mapping tree = Node.Mapping.EMPTY.with("name", metadata.name());
        if (!metadata.namespace().isEmpty()) {
            tree = tree.with("namespace", metadata.namespace());
        }
        if (!metadata.labels().isEmpty()) {
            tree = tree.with("labels", texts(metadata.labels()));
        }
        return metadata.annotations().isEmpty()
                ? tree
                : tree.with("annotations", texts(metadata.annotations()));
    }

    private static Node texts(Map<String, String> mapping) {
        var sorted = new TreeMap<String, Node>();
        mapping.forEach((key, value) -> sorted.put(key, Node.of(value)));
        return Node.Mapping.of(sorted);
    }

    private static Node node(Object value) {
        return switch (value) {
            case Node node -> node;
            case String text -> Node.of(text);
            case Boolean truth -> Node.of(truth);
            case Integer number -> Node.of(number.longValue());
            case Long number -> Node.of(number);
            case Double number -> Node.of(number);
            case Enum<?> constant -> Node.of(constant.name());
            case Duration time -> Node.of(Durations.text(time));
            case RouteDuration time -> Node.of(time.toString());
            case IntOrString.Int(int number) -> Node.of(number);
            case IntOrString.Text(String text) -> Node.of(text);
            case Optional<?> some -> node(some.orElseThrow());
            case OptionalInt some -> Node.of(some.getAsInt());
            case OptionalLong some -> Node.of(some.getAsLong());
            case OptionalDouble some -> Node.of(some.getAsDouble());
            case List<?> items -> Node.Sequence.of(items.stream().map(RecordWriter::node).toList());
            case Map<?, ?> mapping -> {
                var entries = new LinkedHashMap<String, Node>();
                mapping.forEach((key, item) -> entries.put(String.valueOf(key), node(item)));
                yield Node.Mapping.of(entries);
            }
            case Record record -> mapping(record);
            default ->
                    throw new IllegalArgumentException(
                            "value: " + value.getClass() + " (expected: what a record can have)");
        };
    }

    private static Node mapping(Record record) {
        Node.Mapping tree = Node.Mapping.EMPTY;
        RecordShape shape = RecordShape.of(record.getClass());
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (RecordShape.Field field : shape.fields()) {
            Object value = read(components[field.index()], record);
            if (isShown(field.type()) || !value.equals(Absent.of(field.type()))) {
                tree = tree.with(field.name(), node(value));
            }
        }
        return tree;
    }

    private static boolean isShown(Type type) {
        return type instanceof Class<?> of && of.isEnum();
    }

    private static Object read(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}

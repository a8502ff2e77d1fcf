package dev.heddle.model.codec;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Position;
import dev.heddle.model.SourceText;
import dev.heddle.model.tree.Node;
import java.util.Optional;

/// The document that a resource was read from.
///
/// @param root the document's tree
/// @param text as it was written, comments included
record YamlSource(String file, Node.Mapping root, String text) implements SourceText {

    @Override
    public Position position(FieldPath path) {
        Node node = root;
        Position position = root.position();
        for (FieldPath.Segment segment : path.segments()) {
            Optional<Node.Entry> next = step(node, segment);
            if (next.isEmpty()) {
                return position;
            }
            node = next.get().value();
            position = next.get().position();
        }
        return position;
    }

    /// What stands at the field.
    Optional<Node> written(FieldPath path) {
        Optional<Node> node = Optional.of(root);
        for (FieldPath.Segment segment : path.segments()) {
            node = node.flatMap(n -> step(n, segment)).map(Node.Entry::value);
        }
        return node;
    }

    private static Optional<Node.Entry> step(Node node, FieldPath.Segment segment) {
        return switch (segment) {
            case FieldPath.Segment.Field(String name) ->
                    node instanceof Node.Mapping mapping
                            ? mapping.entry(name).or(() -> otherSpelling(mapping, name))
                            : Optional.empty();
            case FieldPath.Segment.Index(int index) ->
                    node instanceof Node.Sequence sequence && index < sequence.items().size()
                            ? Optional.of(item(sequence, index))
                            : Optional.empty();
        };
    }

    private static Optional<Node.Entry> otherSpelling(Node.Mapping mapping, String name) {
        return mapping.entries().stream()
                .filter(e -> Spelling.camel(e.key()).equals(name))
                .findFirst();
    }

    private static Node.Entry item(Node.Sequence sequence, int index) {
        Node item = sequence.items().get(index);
        return new Node.Entry("", item, item.position());
    }

    /// The name of the file: there may be Secrets in the text.
    @Override
    public String toString() {
        return file;
    }
}

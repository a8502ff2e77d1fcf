package dev.heddle.compiler.analyze;

import dev.heddle.model.tree.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A place in a document of somebody else's kind, which may be empty: whatever is asked of it, what
/// is not there, or is of another type, is absent.
///
/// @param node what stands there
record Written(Optional<Node> node) {
    private static final Written NOTHING = new Written(Optional.empty());

    static Written of(Node node) {
        return new Written(Optional.of(node));
    }

    /// What stands under these keys.
    Written at(String... keys) {
        Written at = this;
        for (String key : keys) {
            at =
                    at.node
                            .filter(Node.Mapping.class::isInstance)
                            .flatMap(n -> ((Node.Mapping) n).get(key))
                            .map(Written::of)
                            .orElse(NOTHING);
        }
        return at;
    }

    boolean isAbsent() {
        return node.isEmpty() || node.get() instanceof Node.Null;
    }

    /// As a text; empty when it is none, and no number or truth value either.
    String text() {
        return node.map(Written::text).orElse("");
    }

    /// As a whole number; 0 when it is none.
    int number() {
        try {
            return text().isEmpty() ? 0 : Integer.parseInt(text());
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// The elements of a sequence.
    List<Written> items() {
        return node.filter(Node.Sequence.class::isInstance).stream()
                .flatMap(n -> ((Node.Sequence) n).items().stream())
                .map(Written::of)
                .toList();
    }

    /// The entries of a mapping.
    Stream<Node.Entry> entries() {
        return node.filter(Node.Mapping.class::isInstance).stream()
                .flatMap(n -> ((Node.Mapping) n).entries().stream());
    }

    /// The texts of a mapping, by key.
    Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        entries().forEach(e -> texts.put(e.key(), text(e.value())));
        return texts;
    }

    private static String text(Node node) {
        return switch (node) {
            case Node.Text(String value, _) -> value;
            case Node.Numeric(String digits, _) -> digits;
            case Node.Bool(boolean value, _) -> Boolean.toString(value);
            case Node.Null _, Node.Sequence _, Node.Mapping _ -> "";
        };
    }
}

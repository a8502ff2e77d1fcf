package dev.heddle.cli.online;

import dev.heddle.model.Position;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.stream.Collectors;

/// A part of what the control plane answered. What is absent is empty, so that a newer or older
/// control plane can be read too.
///
/// @param node the JSON
record Answer(Node node) {
    private static final Node NOTHING = new Node.Null(Position.UNKNOWN);

    /// What is absent.
    static Node nothing() {
        return NOTHING;
    }

    /// The member of that name.
    Answer at(String name) {
        return new Answer(
                node instanceof Node.Mapping mapping ? mapping.get(name).orElse(NOTHING) : NOTHING);
    }

    /// The member at the end of a path, as in `metadata.name`.
    Answer at(String name, String... more) {
        Answer answer = at(name);
        for (String next : more) {
            answer = answer.at(next);
        }
        return answer;
    }

    boolean isAbsent() {
        return node instanceof Node.Null;
    }

    /// The items of a list; none when it is no list.
    List<Answer> items() {
        return node instanceof Node.Sequence(var items, _)
                ? items.stream().map(Answer::new).toList()
                : List.of();
    }

    /// A text, number or truth value as text; empty for everything else.
    String text() {
        return switch (node) {
            case Node.Text(var value, _) -> value;
            case Node.Numeric(var digits, _) -> digits;
            case Node.Bool(var value, _) -> Boolean.toString(value);
            case Node.Null _, Node.Sequence _, Node.Mapping _ -> "";
        };
    }

    /// A list as kubectl prints it: `["a","b"]`; empty for an absent one.
    String list() {
        return items().isEmpty()
                ? ""
                : items().stream()
                        .map(item -> "\"" + item.text() + "\"")
                        .collect(Collectors.joining(",", "[", "]"));
    }

    boolean isTrue() {
        return node instanceof Node.Bool(var value, _) && value;
    }
}

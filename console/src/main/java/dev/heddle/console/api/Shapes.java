package dev.heddle.console.api;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What bodies look like, from `shapes.yaml`, which says how it is written, as JSON Schema.
///
/// @param types by name
/// @param answers by method and path, as in `GET /api/v1/version`
/// @param bodies that are JSON, by the same
record Shapes(Node.Mapping types, Node.Mapping answers, Node.Mapping bodies) {
    private static final String FILE = "shapes.yaml";
    private static final Set<String> SCALARS = Set.of("string", "integer", "number", "boolean");
    private static final Pattern OR = Pattern.compile(" *\\| *");

    static Shapes load() {
        var findings = new Diagnostics();
        List<YamlReader.Document> documents = YamlReader.read(FILE, text(), findings);
        if (!findings.toList().isEmpty() || documents.size() != 1) {
            throw new IllegalStateException(FILE + ": " + findings.toList());
        }
        Node root = documents.getFirst().root();
        return new Shapes(part(root, "types"), part(root, "answers"), part(root, "bodies"));
    }

    private static String text() {
        try (var in = Shapes.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Node.Mapping part(Node root, String name) {
        return root instanceof Node.Mapping all
                        && all.get(name).orElse(root) instanceof Node.Mapping found
                ? found
                : Node.Mapping.EMPTY;
    }

    /// The schemas of all types, by name.
    Node.Mapping schemas() {
        var schemas = new LinkedHashMap<String, Node>();
        types.entries().forEach(it -> schemas.put(it.key(), schema(it.value())));
        return Node.Mapping.of(schemas);
    }

    /// What a route answers when all is well.
    Optional<Node.Mapping> answer(Route route) {
        return answers.get(route.method() + " " + route.pattern()).map(this::schema);
    }

    /// What is sent to a route; empty where that is resources, or nothing.
    Optional<Node.Mapping> body(Route route) {
        return bodies.get(route.method() + " " + route.pattern()).map(this::schema);
    }

    private Node.Mapping schema(Node shape) {
        return switch (shape) {
            case Node.Text(String word, _) -> named(word);
            case Node.Sequence(List<Node> items, _) ->
                    Node.Mapping.EMPTY
                            .with("type", "array")
                            .with("items", schema(items.getFirst()));
            case Node.Mapping object -> object(object);
            default -> throw new IllegalStateException(FILE + ": " + shape.position());
        };
    }

    private Node.Mapping named(String word) {
        List<String> words = OR.splitAsStream(word).toList();
        if (words.size() > 1 && isType(words.getFirst())) {
            return Node.Mapping.EMPTY.with("anyOf", words.stream().map(this::named).toList());
        }
        if (word.equals("any")) {
            return Node.Mapping.EMPTY;
        }
        if (SCALARS.contains(word)) {
            return Node.Mapping.EMPTY.with("type", word);
        }
        return isType(word)
                ? Node.Mapping.EMPTY.with("$ref", "#/components/schemas/" + word)
                : Node.Mapping.EMPTY
                        .with("type", "string")
                        .with("enum", words.stream().map(Node::of).toList());
    }

    private boolean isType(String word) {
        return types.get(word).isPresent();
    }

    private Node.Mapping object(Node.Mapping shape) {
        Node.Mapping object = Node.Mapping.EMPTY.with("type", "object");
        Optional<Node> any = shape.get("*");
        if (any.isPresent()) {
            return object.with("additionalProperties", schema(any.get()));
        }
        var members = new LinkedHashMap<String, Node>();
        var required = new ArrayList<Node>();
        for (Node.Entry entry : shape.entries()) {
            boolean maybe = entry.key().endsWith("?");
            String name = maybe ? entry.key().substring(0, entry.key().length() - 1) : entry.key();
            members.put(name, schema(entry.value()));
            Stream.of(name).filter(_ -> !maybe).map(Node::of).forEach(required::add);
        }
        return object.with("properties", Node.Mapping.of(members)).with("required", required);
    }
}

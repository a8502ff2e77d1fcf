package dev.heddle.console.api;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;

/// Compares answers with their shapes, member by member: none may be missing, none beside.
final class Conformity {
    private final Node.Mapping schemas;
    private final List<String> breaches = new ArrayList<>();

    private Conformity(Node.Mapping schemas) {
        this.schemas = schemas;
    }

    static List<String> breaches(Shapes shapes, Route route, ApiResponse answer) {
        var conformity = new Conformity(shapes.schemas());
        conformity.check("$", Json.parse(answer.body()), shapes.answer(route).orElseThrow());
        return conformity.breaches;
    }

    private static String text(Node.Mapping schema, String name) {
        return schema.get(name).orElse(Node.of("")) instanceof Node.Text(var value, _) ? value : "";
    }

    private void check(String place, Node value, Node.Mapping schema) {
        String ref = text(schema, "$ref");
        if (!ref.isEmpty()) {
            String name = ref.substring(ref.lastIndexOf('/') + 1);
            check(place, value, (Node.Mapping) schemas.get(name).orElseThrow());
        } else if (schema.get("anyOf").orElse(value) instanceof Node.Sequence(var choices, _)
                && schema.get("anyOf").isPresent()) {
            if (choices.stream().noneMatch(it -> fits(place, value, (Node.Mapping) it))) {
                breaches.add(place + ": is none of " + choices.size());
            }
        } else if (schema.get("enum").isPresent()) {
            var words = (Node.Sequence) schema.get("enum").orElseThrow();
            if (words.items().stream().noneMatch(it -> same(it, value))) {
                breaches.add(place + ": " + Json.compact(value) + " is none of the words");
            }
        } else if (schema.get("type").isPresent()) {
            typed(place, value, schema, text(schema, "type"));
        }
    }

    private boolean fits(String place, Node value, Node.Mapping schema) {
        var other = new Conformity(schemas);
        other.check(place, value, schema);
        return other.breaches.isEmpty();
    }

    private static boolean same(Node word, Node value) {
        return word instanceof Node.Text(var a, _)
                && value instanceof Node.Text(var b, _)
                && a.equals(b);
    }

    private void typed(String place, Node value, Node.Mapping schema, String type) {
        String is =
                switch (value) {
                    case Node.Text _ -> "string";
                    case Node.Numeric(var digits, _) ->
                            digits.matches("-?[0-9]+") ? "integer" : "number";
                    case Node.Bool _ -> "boolean";
                    case Node.Null _ -> "null";
                    case Node.Sequence _ -> "array";
                    case Node.Mapping _ -> "object";
                };
        if (!is.equals(type) && !(is.equals("integer") && type.equals("number"))) {
            breaches.add(place + ": " + is + " (expected: " + type + ")");
        } else if (value instanceof Node.Sequence(var items, _)) {
            items.forEach(it -> check(place + "[]", it, part(schema, "items")));
        } else if (value instanceof Node.Mapping object) {
            members(place, object, schema);
        }
    }

    private void members(String place, Node.Mapping object, Node.Mapping schema) {
        if (schema.get("additionalProperties").isPresent()) {
            object.entries()
                    .forEach(it ->
                            check(place + ".*", it.value(), part(schema, "additionalProperties")));
            return;
        }
        Node.Mapping known = part(schema, "properties");
        for (Node.Entry it : object.entries()) {
            if (known.get(it.key()).isEmpty()) {
                breaches.add(place + "." + it.key() + ": is not described");
            } else {
                check(place + "." + it.key(), it.value(), part(known, it.key()));
            }
        }
        for (Node it : ((Node.Sequence) schema.get("required").orElseThrow()).items()) {
            String name = ((Node.Text) it).value();
            if (object.get(name).isEmpty()) {
                breaches.add(place + "." + name + ": is missing");
            }
        }
    }

    private static Node.Mapping part(Node.Mapping schema, String name) {
        return (Node.Mapping) schema.get(name).orElseThrow();
    }
}

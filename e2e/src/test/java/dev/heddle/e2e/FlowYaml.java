package dev.heddle.e2e;

import java.util.List;

/// YAML in flow style, as texts.
final class FlowYaml {
    private FlowYaml() {}

    static String map(String... parts) {
        return map(List.of(parts));
    }

    static String map(List<String> parts) {
        return "{" + String.join(", ", parts) + "}";
    }

    static String list(List<String> parts) {
        return "[" + String.join(", ", parts) + "]";
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static String exact(String text) {
        return map("exact: " + quoted(text));
    }

    static String prefix(String text) {
        return map("prefix: " + quoted(text));
    }

    static String regex(String text) {
        return map("regex: " + quoted(text));
    }

    /// A resource of Istio's networking group, in namespace `default`.
    static String resource(String kind, String name, String... spec) {
        return "apiVersion: networking.istio.io/v1\nkind: %s\nmetadata: {name: %s, namespace: default}\nspec: %s\n"
                .formatted(kind, name, map(spec));
    }
}

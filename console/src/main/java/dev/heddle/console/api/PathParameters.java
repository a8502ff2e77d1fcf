package dev.heddle.console.api;

import java.util.Map;

/// What stood where a route's pattern has names.
record PathParameters(Map<String, String> values) {
    PathParameters {
        values = Map.copyOf(values);
    }

    /// In a path, the namespace of what lives in none.
    static final String NO_NAMESPACE = "_";

    /// The namespace that the path names; empty for none.
    String namespace() {
        String said = get("namespace");
        return said.equals(NO_NAMESPACE) ? "" : said;
    }

    /// The segment at that name.
    ///
    /// @throws IllegalStateException when the pattern has no such name
    String get(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no parameter " + name);
        }
        return value;
    }
}

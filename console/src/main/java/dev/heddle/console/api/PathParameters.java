package dev.heddle.console.api;

import java.util.Map;

/// What stood where a route's pattern has names.
record PathParameters(Map<String, String> values) {
    PathParameters {
        values = Map.copyOf(values);
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

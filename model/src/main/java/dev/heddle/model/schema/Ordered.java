package dev.heddle.model.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Immutable mappings that keep the order in which they were written. `Map.copyOf` does not: its
/// order changes with every start of the JVM, and with it whatever is derived from it.
public final class Ordered {
    private Ordered() {}

    /// A copy that nobody can change, in the order of the given mapping.
    public static <K, V> Map<K, V> copyOf(Map<? extends K, ? extends V> mapping) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(mapping));
    }
}

package dev.heddle.control.world;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A change that some proxies shall have before it is in force.
///
/// @param texts by name of a file; an empty one stands for a file that is not there
/// @param proxies ids of nodes
/// @param everybody whether all proxies shall have it, whoever is named
public record Staged(Map<String, Optional<String>> texts, Set<String> proxies, boolean everybody) {
    public Staged {
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
        proxies = Set.copyOf(proxies);
    }

    /// Without the texts, as there may be Secrets in them.
    @Override
    public String toString() {
        return "Staged" + texts.keySet();
    }
}

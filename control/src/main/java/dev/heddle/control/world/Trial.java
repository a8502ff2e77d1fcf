package dev.heddle.control.world;

import java.util.Set;

/// An edition that some proxies have before it is in force.
///
/// @param proxies ids of nodes
/// @param everybody whether all proxies have it, whoever is named
public record Trial(Edition edition, Set<String> proxies, boolean everybody) {
    public Trial {
        proxies = Set.copyOf(proxies);
    }

    /// Whether the proxy of that id has it.
    public boolean has(String id) {
        return everybody || proxies.contains(id);
    }
}

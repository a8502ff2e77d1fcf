package dev.heddle.compiler.lower.istio;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Ranges of addresses that chains are for. A proxy refuses a listener with two chains for the same
/// connections, so each is given away once.
public final class Ranges {
    private final Set<List<String>> taken = new HashSet<>();

    /// Those of the addresses that no earlier chain has with these sources and for that name.
    ///
    /// @param name of a server; empty for any
    /// @param addresses none for any
    /// @return empty where they are all taken
    public Optional<List<String>> take(String name, List<String> addresses, List<String> sources) {
        String from = String.join(" ", sources);
        if (addresses.isEmpty()) {
            return taken.add(List.of(name, "", from)) ? Optional.of(addresses) : Optional.empty();
        }
        List<String> free =
                addresses.stream().filter(it -> taken.add(List.of(name, it, from))).toList();
        return free.isEmpty() ? Optional.empty() : Optional.of(free);
    }
}

package dev.heddle.compiler.lower;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The server names of a port that some filter chain has already: a proxy refuses a listener in
/// which two chains are for the same.
final class ServerNames {
    private final Set<String> taken = new HashSet<>();

    /// Those of the names that were free, and are not any more.
    List<String> take(List<String> names) {
        return names.stream().filter(taken::add).toList();
    }
}

package dev.heddle.compiler.attach;

import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// What hostnames of listeners and of routes have in common.
final class Hostnames {
    private Hostnames() {}

    /// The hostnames of a route at a listener, each once, the most specific first; none where there
    /// is nothing in common.
    ///
    /// @param listener [Hostname#ANY] for all
    /// @param route as they are written; none for all
    static List<Hostname> common(Hostname listener, List<String> route) {
        if (route.isEmpty()) {
            return List.of(listener);
        }
        var common = new TreeSet<Hostname>();
        for (String name : route) {
            common(listener, new Hostname(name)).ifPresent(common::add);
        }
        return List.copyOf(common);
    }

    private static Optional<Hostname> common(Hostname listener, Hostname route) {
        if (listener.covers(route)) {
            return Optional.of(route);
        }
        return route.covers(listener) ? Optional.of(listener) : Optional.empty();
    }
}

package dev.heddle.proxy.filter;

import dev.heddle.proxy.route.FilterOverride;
import java.util.Optional;

/// A filter in a chain, or in the place of one: its name there, its kind and its configuration.
///
/// @param name by which routes may override the configuration
/// @param config empty where only routes have one
/// @param isAsleep whether no request passes it unless its route says so
public record FilterSpec<C>(
        String name, HttpFilterType<C> type, Optional<C> config, boolean isAsleep)
        implements FilterOverride {
    public FilterSpec {
        if (config.isEmpty() && !isAsleep) {
            throw new IllegalArgumentException(name + ": no configuration (expected: one)");
        }
    }

    /// A filter that every request passes.
    public FilterSpec(String name, HttpFilterType<C> type, C config) {
        this(name, type, Optional.of(config), false);
    }

    HttpFilter create(FilterContext context) {
        return type.create(
                config.orElseThrow(() -> new IllegalStateException(name + ": no configuration")),
                context);
    }
}

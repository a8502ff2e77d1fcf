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

    /// Makes the filter of one exchange, where a route says this of a filter of that kind.
    @SuppressWarnings("unchecked") // two configurations of one kind are of one class
    HttpFilter createIn(FilterSpec<?> filter, FilterContext context) {
        if (filter.config().isEmpty()) {
            return create(context);
        }
        return type.create(
                type.inFilter(config.orElseThrow(), (C) filter.config().orElseThrow()), context);
    }

    /// What the filter wants beside its configuration.
    public HttpFilterType.Needs needs() {
        return config.map(type::needs).orElse(HttpFilterType.Needs.NOTHING);
    }

    HttpFilter create(FilterContext context) {
        return type.create(
                config.orElseThrow(() -> new IllegalStateException(name + ": no configuration")),
                context);
    }
}

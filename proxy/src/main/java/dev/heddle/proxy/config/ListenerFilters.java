package dev.heddle.proxy.config;

import java.time.Duration;
import java.util.List;

/// What looks at connections before a filter chain is chosen, in this order.
///
/// @param timeout for all of them together; zero for none
/// @param continuesOnTimeout whether a filter chain is then chosen by what is known, as a protocol
///   needs in which the server speaks first; else the connection is closed
public record ListenerFilters(
        List<ListenerFilterConfig> filters, Duration timeout, boolean continuesOnTimeout) {

    /// Envoy's `listener_filters_timeout` when none is set.
    public static final Duration TIMEOUT = Duration.ofSeconds(15);

    /// Nothing looks.
    public static final ListenerFilters NONE = new ListenerFilters(List.of(), TIMEOUT, false);

    public ListenerFilters {
        filters = List.copyOf(filters);
    }
}

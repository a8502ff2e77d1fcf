package dev.heddle.proxy.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What looks at connections before a filter chain is chosen, in this order.
///
/// @param timeout for all of them together; zero for none
/// @param continuesOnTimeout whether a filter chain is then chosen by what is known, as a protocol
///   needs in which the server speaks first; else the connection is closed
/// @param detection what is done about such protocols before; absent for nothing, as in Envoy
public record ListenerFilters(
        List<ListenerFilterConfig> filters,
        Duration timeout,
        boolean continuesOnTimeout,
        Optional<ProtocolDetection> detection) {

    /// Those that learn nothing.
    public ListenerFilters(
            List<ListenerFilterConfig> filters, Duration timeout, boolean continuesOnTimeout) {
        this(filters, timeout, continuesOnTimeout, Optional.empty());
    }

    /// Envoy's `listener_filters_timeout` when none is set.
    public static final Duration TIMEOUT = Duration.ofSeconds(15);

    /// Nothing looks.
    public static final ListenerFilters NONE = new ListenerFilters(List.of(), TIMEOUT, false);

    public ListenerFilters {
        filters = List.copyOf(filters);
    }
}

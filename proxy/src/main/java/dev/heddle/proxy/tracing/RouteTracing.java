package dev.heddle.proxy.tracing;

import java.util.List;
import java.util.Optional;

/// What a route says of spans (`Route.tracing`, `Route.decorator`).
///
/// @param shares in place of the listener's
/// @param tags before the listener's of the same names
/// @param operation name of the span; empty for the usual one
/// @param isTold whether the other side is told that name (`x-envoy-decorator-operation`)
public record RouteTracing(
        Optional<Shares> shares, List<CustomTag> tags, String operation, boolean isTold) {
    /// Nothing.
    public static final RouteTracing NONE =
            new RouteTracing(Optional.empty(), List.of(), "", false);

    public RouteTracing {
        tags = List.copyOf(tags);
    }
}

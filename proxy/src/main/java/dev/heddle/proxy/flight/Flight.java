package dev.heddle.proxy.flight;

import dev.heddle.proxy.http.ResponseFlag;
import java.util.List;

/// What was decided about one request. Texts that there are not are empty.
///
/// @param epochNanos when it began, since 1970
/// @param durationNanos until it was over
/// @param request what was asked for
/// @param way where it went
/// @param code of the answer; 0 where none was begun
/// @param flags Envoy's short ones
/// @param details Envoy's `response_code_details`
/// @param attempts how often it was sent upstream
public record Flight(
        long epochNanos,
        long durationNanos,
        Request request,
        Way way,
        int code,
        List<ResponseFlag> flags,
        String details,
        int attempts) {

    public Flight {
        flags = List.copyOf(flags);
    }

    /// What was asked for; long texts are cut.
    ///
    /// @param path as the client asked for it, without its query
    public record Request(
            String method,
            String authority,
            String path,
            String requestId,
            String traceId,
            String spanId,
            String remoteAddress) {}

    /// Where a request went, and by what.
    ///
    /// @param direction of the listener: `inbound`, `outbound` or empty
    /// @param rule the resource that the route comes from, as in `VirtualService default/reviews`
    /// @param configVersion of the configuration that served it
    public record Way(
            String direction,
            String route,
            String rule,
            String cluster,
            String upstreamHost,
            String configVersion) {}
}

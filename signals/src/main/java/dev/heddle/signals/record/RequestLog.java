package dev.heddle.signals.record;

import java.util.List;

/// One finished request, or connection of TCP, as the proxy at one of its ends saw it.
///
/// @param timeMicros when it began, in microseconds since 1970
/// @param reporter who tells
/// @param ids by which it is found
/// @param source who called
/// @param destination who was called
/// @param request what was asked for
/// @param outcome how it ended
/// @param way by which it went
public record RequestLog(
        long timeMicros,
        Reporter reporter,
        Ids ids,
        Party source,
        Party destination,
        Request request,
        Outcome outcome,
        Way way)
        implements Signal {

    /// Who tells of a request.
    ///
    /// @param node the proxy's id; empty where none was said
    /// @param side at which end of the call it stands
    public record Reporter(String node, Side side) {}

    /// By what a request is found. Each is empty where there is none.
    ///
    /// @param requestId of `x-request-id`; of a connection, which has none, its client's
    ///   `address:port`
    /// @param traceId 32 hexadecimal digits
    /// @param spanId 16 of them, of the reporter's own span
    public record Ids(String requestId, String traceId, String spanId) {}

    /// What was asked for.
    ///
    /// @param protocol `http`, `grpc` or `tcp`, as Istio's label `request_protocol` has it
    /// @param path without its query, which may hold what is nobody's business
    public record Request(String protocol, String method, String authority, String path) {
        public Request {
            path = withoutQuery(path);
        }

        /// What stands before the first `?` or `#`.
        public static String withoutQuery(String path) {
            for (int i = 0; i < path.length(); i++) {
                if (path.charAt(i) == '?' || path.charAt(i) == '#') {
                    return path.substring(0, i);
                }
            }
            return path;
        }
    }

    /// How a request ended.
    ///
    /// @param code of HTTP; 0 where none was sent
    /// @param grpcStatus -1 where it was no call of gRPC
    /// @param flags Envoy's short ones, as in `UH`
    /// @param details Envoy's `response_code_details`
    /// @param reason a sentence of the proxy's why; empty where it says none
    /// @param durationMicros from the first byte of the request to the last of the answer
    /// @param received bytes of bodies from the caller
    /// @param sent bytes of bodies to the caller
    /// @param attempts how often it was sent upstream; 0 where that is not known
    public record Outcome(
            int code,
            int grpcStatus,
            List<String> flags,
            String details,
            String reason,
            long durationMicros,
            long received,
            long sent,
            int attempts) {
        public Outcome {
            flags = List.copyOf(flags);
        }
    }

    /// By which way a request went.
    ///
    /// @param upstreamHost `address:port` of the chosen host
    /// @param cluster to which it was routed
    /// @param route its name
    /// @param ruleOrigin the resource that the route stands in, as in `VirtualService
    ///   default/reviews`
    /// @param ruleSource its file and line, as in `reviews.yaml:12`
    /// @param configVersion of the configuration that served it
    /// @param remoteAddress the caller's, `address:port`
    /// @param secure whether the call came, or went, by mutual TLS
    /// @param peer the SPIFFE ID that the other end proved
    public record Way(
            String upstreamHost,
            String cluster,
            String route,
            String ruleOrigin,
            String ruleSource,
            String configVersion,
            String remoteAddress,
            Secure secure,
            String peer) {}

    /// Whether the mesh or the service failed at it.
    public boolean isError() {
        return isUnserved()
                || Failures.isError(
                        request.protocol(), outcome.code(), outcome.grpcStatus(), outcome.flags());
    }

    /// Whether it is a connection that came no further than a listener: no filter chain took it, or
    /// its handshake failed. It was no call of anybody's.
    public boolean isUnserved() {
        return request.protocol().equals("tcp")
                && Failures.isUnserved(outcome.flags(), outcome.details());
    }
}

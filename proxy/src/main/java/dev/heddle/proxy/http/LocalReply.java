package dev.heddle.proxy.http;

import java.util.Optional;

/// An answer that this proxy makes itself.
///
/// @param status of the response
/// @param flag why, for the access log; absent where the answer is what was configured
/// @param details `%RESPONSE_CODE_DETAILS%`; one word
/// @param body plain text; tells the client nothing about upstream addresses or certificates
/// @param closes whether the connection ends with this answer, as what follows on it cannot be
///   trusted
public record LocalReply(
        int status, Optional<ResponseFlag> flag, String details, String body, boolean closes) {

    public LocalReply {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
        }
    }

    /// An answer after which the connection may live on.
    public static LocalReply of(int status, ResponseFlag flag, String details, String body) {
        return new LocalReply(status, Optional.of(flag), details, body, false);
    }

    /// An answer to something that broke the protocol: the connection ends with it.
    public static LocalReply closing(int status, ResponseFlag flag, String details, String body) {
        return new LocalReply(status, Optional.of(flag), details, body, true);
    }

    /// The whole of the proxy's error policy: Envoy's statuses, flags, details and texts.
    public static LocalReply to(UpstreamFailure failure) {
        return switch (failure) {
            case UpstreamFailure.NoRoute() -> of(404, ResponseFlag.NR, "route_not_found", "");
            case UpstreamFailure.NoCluster() -> of(503, ResponseFlag.NC, "cluster_not_found", "");
            case UpstreamFailure.NoHealthyHost() ->
                    of(503, ResponseFlag.UH, "no_healthy_upstream", "no healthy upstream");
            case UpstreamFailure.Overflow() ->
                    of(
                            503,
                            ResponseFlag.UO,
                            "upstream_reset_before_response_started{overflow}",
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: overflow");
            case UpstreamFailure.ConnectFailed(boolean timedOut) ->
                    of(
                            503,
                            ResponseFlag.UF,
                            "upstream_reset_before_response_started{"
                                    + connectReason(timedOut).replace(' ', '_')
                                    + "}",
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: "
                                    + connectReason(timedOut));
            case UpstreamFailure.ConnectionLost() ->
                    of(
                            503,
                            ResponseFlag.UC,
                            "upstream_reset_before_response_started{connection_termination}",
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: connection termination");
            case UpstreamFailure.ProtocolError() ->
                    of(
                            502,
                            ResponseFlag.UPE,
                            "upstream_reset_before_response_started{protocol_error}",
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: protocol error");
            case UpstreamFailure.Timeout() ->
                    of(504, ResponseFlag.UT, "response_timeout", "upstream request timeout");
        };
    }

    private static String connectReason(boolean timedOut) {
        return timedOut ? "connection timeout" : "remote connection failure";
    }
}

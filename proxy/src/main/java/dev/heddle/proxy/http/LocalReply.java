package dev.heddle.proxy.http;

import java.util.List;
import java.util.Optional;

/// An answer that this proxy makes itself.
///
/// @param status of the response
/// @param flag why, for the access log; absent where the answer is what was configured
/// @param details `%RESPONSE_CODE_DETAILS%`; one word
/// @param body plain text; tells the client nothing about upstream addresses or certificates
/// @param headers beside those that every answer has
/// @param closes whether the connection ends with this answer, as what follows on it cannot be
///   trusted
/// @param isVerbatim whether nobody says it in other words; of an answer that is the server's as
///   much as the proxy's
public record LocalReply(
        int status,
        Optional<ResponseFlag> flag,
        String details,
        String body,
        List<Field> headers,
        boolean closes,
        boolean isVerbatim) {

    private static final String RESET =
            "upstream connect error or disconnect/reset before headers. reset reason: ";

    /// A header of the answer.
    public record Field(HeaderName name, String value) {}

    public LocalReply {
        headers = List.copyOf(headers);
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
        }
    }

    /// One that may be said in other words.
    public LocalReply(
            int status,
            Optional<ResponseFlag> flag,
            String details,
            String body,
            List<Field> headers,
            boolean closes) {
        this(status, flag, details, body, headers, closes, false);
    }

    /// An answer after which the connection may live on.
    public static LocalReply of(int status, ResponseFlag flag, String details, String body) {
        return new LocalReply(status, Optional.of(flag), details, body, List.of(), false);
    }

    /// An answer that nothing went wrong for: it is what was configured.
    public static LocalReply configured(
            int status, String details, String body, List<Field> headers) {
        return new LocalReply(status, Optional.empty(), details, body, headers, false);
    }

    /// An answer that comes too late: 408, after which the connection ends.
    public static LocalReply timeout(Optional<ResponseFlag> flag, String details, String body) {
        return new LocalReply(408, flag, details, body, List.of(), true);
    }

    /// An answer to an exchange that took too long.
    ///
    /// @param isReceived whether the request was received whole; otherwise the connection ends
    public static LocalReply late(
            boolean isReceived, Optional<ResponseFlag> flag, String details, String body) {
        return new LocalReply(isReceived ? 504 : 408, flag, details, body, List.of(), !isReceived);
    }

    /// An answer to a request for another protocol, which is not taken. What follows may be of that
    /// protocol, so the connection ends with it.
    public static LocalReply upgradeRefused() {
        return new LocalReply(403, Optional.empty(), "upgrade_failed", "", List.of(), true);
    }

    /// An answer to something that broke the protocol: the connection ends with it.
    public static LocalReply closing(int status, ResponseFlag flag, String details, String body) {
        return new LocalReply(status, Optional.of(flag), details, body, List.of(), true);
    }

    /// Begins the head of a response that says it; [ReplyBody] ends it.
    public void begin(ResponseHead head) {
        head.clear();
        head.setStatus(status);
        addTo(head);
    }

    /// A name that is said more than once stays so.
    private void addTo(ResponseHead head) {
        headers.forEach(field -> head.headers().remove(field.name()));
        headers.forEach(field -> head.headers().add(field.name(), field.value()));
    }

    /// The whole of the proxy's error policy: Envoy's statuses, flags, details and texts.
    public static LocalReply to(UpstreamFailure failure) {
        return switch (failure) {
            case UpstreamFailure.NoRoute() -> of(404, ResponseFlag.NR, "route_not_found", "");
            case UpstreamFailure.NoCluster(int status) ->
                    of(status, ResponseFlag.NC, "cluster_not_found", "");
            case UpstreamFailure.NoHealthyHost() ->
                    of(503, ResponseFlag.UH, "no_healthy_upstream", "no healthy upstream");
            case UpstreamFailure.Overflow() ->
                    new LocalReply(
                            503,
                            Optional.of(ResponseFlag.UO),
                            "upstream_reset_before_response_started{overflow}",
                            RESET + "overflow",
                            List.of(new Field(HeaderName.X_ENVOY_OVERLOADED, "true")),
                            false);
            case UpstreamFailure.BreakerOpen() ->
                    new LocalReply(
                            503,
                            Optional.of(ResponseFlag.CBO),
                            "circuit_breaker_open",
                            "circuit breaker open",
                            List.of(new Field(HeaderName.X_ENVOY_OVERLOADED, "true")),
                            false);
            case UpstreamFailure.ConnectFailed(boolean timedOut, String cause) ->
                    of(
                            503,
                            ResponseFlag.UF,
                            "upstream_reset_before_response_started{"
                                    + (connectReason(timedOut)
                                                    + (cause.isEmpty() ? "" : "|" + cause))
                                            .replace(' ', '_')
                                    + "}",
                            RESET + connectReason(timedOut));
            case UpstreamFailure.ConnectionLost() ->
                    of(
                            503,
                            ResponseFlag.UC,
                            "upstream_reset_before_response_started{connection_termination}",
                            RESET + "connection termination");
            case UpstreamFailure.Reset(boolean refused) ->
                    of(
                            503,
                            ResponseFlag.UR,
                            "upstream_reset_before_response_started{"
                                    + resetReason(refused).replace(' ', '_')
                                    + "}",
                            RESET + resetReason(refused));
            case UpstreamFailure.ProtocolError() ->
                    of(
                            502,
                            ResponseFlag.UPE,
                            "upstream_reset_before_response_started{protocol_error}",
                            RESET + "protocol error");
            case UpstreamFailure.TryTimeout(boolean idle) ->
                    of(
                            504,
                            ResponseFlag.UT,
                            idle ? "upstream_per_try_idle_timeout" : "upstream_per_try_timeout",
                            "upstream request timeout");
            case UpstreamFailure.Timeout() ->
                    of(504, ResponseFlag.UT, "response_timeout", "upstream request timeout");
        };
    }

    private static String resetReason(boolean refused) {
        return refused ? "remote refused stream reset" : "remote reset";
    }

    private static String connectReason(boolean timedOut) {
        return timedOut ? "connection timeout" : "remote connection failure";
    }
}

package dev.heddle.proxy.http;

/// How logs say what went wrong with a stream (Envoy's `%RESPONSE_CODE_DETAILS%`), for each version
/// of HTTP that has streams.
///
/// @param remoteReset the client gave it up
/// @param violation a rule of messages was broken
/// @param underscore a name with an underscore, which is not taken
public record StreamWords(String remoteReset, String violation, String underscore) {
    private static final StreamWords HTTP_2 =
            new StreamWords(
                    "http2.remote_reset",
                    "http2.violation.of.messaging.rule",
                    "http2.unexpected_underscore");

    private static final StreamWords HTTP_3 =
            new StreamWords(
                    "http3.remote_reset",
                    "http3.invalid_header_field",
                    "http3.unexpected_underscore");

    /// Those of a version.
    public static StreamWords of(Protocol protocol) {
        return protocol == Protocol.HTTP_3 ? HTTP_3 : HTTP_2;
    }
}

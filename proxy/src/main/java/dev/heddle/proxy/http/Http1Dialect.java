package dev.heddle.proxy.http;

/// How the bytes of HTTP/1 messages are read and written where Envoy leaves a choice
/// (`http_protocol_options`).
///
/// @param customMethods whether methods are served that Envoy's parser does not know
/// @param chunkedLength whether a message with both framings is read by its chunks and loses its
///   length; otherwise it is refused
/// @param rejectsUnderscores whether a name with an underscore is an error
/// @param nameCase how header names look to the other side
public record Http1Dialect(
        boolean customMethods,
        boolean chunkedLength,
        boolean rejectsUnderscores,
        NameCase nameCase) {
    /// How header names look to the other side of a connection.
    public enum NameCase {
        /// In lower case.
        LOWER,
        /// As whoever sent the message wrote them (`preserve_case`).
        AS_RECEIVED,
        /// Each word with a capital (`proper_case_words`).
        CAPITALIZED
    }

    /// Envoy's defaults.
    public static final Http1Dialect ENVOY = new Http1Dialect(false, false, false, NameCase.LOWER);

    boolean keepsCase() {
        return nameCase == NameCase.AS_RECEIVED;
    }

    boolean capitalizes() {
        return nameCase == NameCase.CAPITALIZED;
    }
}

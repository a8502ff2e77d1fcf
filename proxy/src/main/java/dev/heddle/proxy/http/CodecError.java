package dev.heddle.proxy.http;

/// What can be wrong with the bytes of a message, with the answer that a client gets and Envoy's
/// word for it. An upstream that does such a thing is a protocol error whatever it is.
public enum CodecError {
    MALFORMED(400, "http1.codec_error"),
    INVALID_CHARACTERS(400, "http1.invalid_characters"),
    INVALID_URL(400, "http1.invalid_url"),
    INVALID_SCHEME(400, "http1.invalid_scheme"),
    INVALID_HOST(400, "http.invalid_authority"),
    LENGTH_AND_CHUNKED(400, "http1.content_length_and_chunked_not_allowed"),
    LENGTH_NOT_ALLOWED(400, "http1.content_length_not_allowed"),
    INVALID_LENGTH(400, "http1.codec_error"),
    INVALID_TRANSFER_ENCODING(501, "http1.invalid_transfer_encoding"),
    INVALID_CHUNK(400, "http1.codec_error"),
    UNDERSCORE(400, "http1.unexpected_underscore"),
    CONNECTION_HEADER(400, "http1.connection_header_rejected"),
    EXPECTATION(417, "http1.unknown_expectation"),
    HEAD_TOO_LARGE(431, "http1.headers_too_large"),
    TOO_MANY_HEADERS(431, "http1.too_many_headers"),
    LOW_VERSION(426, "low_version");

    private final int status;
    private final String details;

    CodecError(int status, String details) {
        this.status = status;
        this.details = details;
    }

    public String details() {
        return details;
    }

    /// What the client is told. The connection ends with it: where the next request would begin is
    /// anybody's guess.
    public LocalReply reply() {
        return LocalReply.closing(status, ResponseFlag.DPE, details, Status.phrase(status));
    }
}

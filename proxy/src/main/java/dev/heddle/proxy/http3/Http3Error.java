package dev.heddle.proxy.http3;

import dev.heddle.proxy.http2.ErrorCode;

/// Why a stream or a connection ends (RFC 9114, section 8.1; RFC 9204, section 6).
enum Http3Error {
    NO_ERROR(0x100),
    INTERNAL_ERROR(0x102),
    STREAM_CREATION_ERROR(0x103),
    CLOSED_CRITICAL_STREAM(0x104),
    FRAME_UNEXPECTED(0x105),
    FRAME_ERROR(0x106),
    EXCESSIVE_LOAD(0x107),
    ID_ERROR(0x108),
    SETTINGS_ERROR(0x109),
    MISSING_SETTINGS(0x10a),
    REQUEST_REJECTED(0x10b),
    REQUEST_CANCELLED(0x10c),
    REQUEST_INCOMPLETE(0x10d),
    MESSAGE_ERROR(0x10e),
    CONNECT_ERROR(0x10f),
    VERSION_FALLBACK(0x110),
    QPACK_DECOMPRESSION_FAILED(0x200),
    QPACK_ENCODER_STREAM_ERROR(0x201),
    QPACK_DECODER_STREAM_ERROR(0x202);

    private final int number;

    Http3Error(int number) {
        this.number = number;
    }

    /// As it goes over the wire.
    int number() {
        return number;
    }

    /// The same reason in HTTP/3 (RFC 9114, appendix A.4).
    static Http3Error of(ErrorCode code) {
        return switch (code) {
            case NO_ERROR -> NO_ERROR;
            case PROTOCOL_ERROR, STREAM_CLOSED -> MESSAGE_ERROR;
            case INTERNAL_ERROR, SETTINGS_TIMEOUT, FLOW_CONTROL_ERROR, INADEQUATE_SECURITY ->
                    INTERNAL_ERROR;
            case FRAME_SIZE_ERROR -> FRAME_ERROR;
            case REFUSED_STREAM -> REQUEST_REJECTED;
            case CANCEL -> REQUEST_CANCELLED;
            case COMPRESSION_ERROR -> QPACK_DECOMPRESSION_FAILED;
            case CONNECT_ERROR -> CONNECT_ERROR;
            case ENHANCE_YOUR_CALM -> EXCESSIVE_LOAD;
            case HTTP_1_1_REQUIRED -> VERSION_FALLBACK;
        };
    }
}

package dev.heddle.proxy.http3;

/// Types of frames and of streams (RFC 9114, sections 6.2 and 7.2; RFC 9204, section 4.2).
final class Frame {
    static final long DATA = 0x0;
    static final long HEADERS = 0x1;
    static final long CANCEL_PUSH = 0x3;
    static final long SETTINGS = 0x4;
    static final long PUSH_PROMISE = 0x5;
    static final long GOAWAY = 0x7;
    static final long MAX_PUSH_ID = 0xd;

    static final long CONTROL_STREAM = 0x0;
    static final long PUSH_STREAM = 0x1;
    static final long ENCODER_STREAM = 0x2;
    static final long DECODER_STREAM = 0x3;

    /// `SETTINGS_MAX_FIELD_SECTION_SIZE`.
    static final long MAX_FIELD_SECTION_SIZE = 0x6;

    /// `SETTINGS_ENABLE_CONNECT_PROTOCOL` (RFC 9220).
    static final long ENABLE_CONNECT_PROTOCOL = 0x8;

    private Frame() {}

    /// Whether it is one that HTTP/2 has and HTTP/3 has not, which nobody may send.
    static boolean isOfHttp2(long type) {
        return type == 0x2 || type == 0x6 || type == 0x8 || type == 0x9;
    }

    /// The same for a setting.
    static boolean isSettingOfHttp2(long id) {
        return id >= 0x2 && id <= 0x5;
    }
}

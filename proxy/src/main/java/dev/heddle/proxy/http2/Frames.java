package dev.heddle.proxy.http2;

import io.netty.util.AsciiString;

/// The numbers of frames: types, flags, settings, sizes (RFC 9113, sections 4 and 6).
final class Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    static final int HEADER_LENGTH = 9;

    /// The largest payload, both ways: larger frames save little and let one stream hold up others.
    static final int MAX_PAYLOAD = 1 << 14;

    static final int DEFAULT_WINDOW = 65_535;
    static final int DEFAULT_TABLE = 4096;

    /// What a client says first.
    static final AsciiString PREFACE = AsciiString.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private Frames() {}
}

package dev.heddle.proxy.http2;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is counted of HTTP/2, with Envoy's names and meanings: below `http2.` for the connections
/// of clients, below `cluster.<name>.http2.` for those to upstreams.
public enum Http2Stat {
    /// Requests and answers that are not over.
    STREAMS_ACTIVE,
    /// Bytes of bodies that wait for a window or for the peer to read.
    PENDING_SEND_BYTES,
    /// Connections whose peers were told which stream is the last one.
    GOAWAY_SENT,
    /// Heads and trailers that were larger than allowed.
    HEADER_OVERFLOW,
    /// Connections that ended because of too many frames without payload in a row.
    INBOUND_EMPTY_FRAMES_FLOOD,
    /// Connections that ended because of too many PRIORITY frames.
    INBOUND_PRIORITY_FRAMES_FLOOD,
    /// Connections that ended because of too many WINDOW_UPDATE frames.
    INBOUND_WINDOW_UPDATE_FRAMES_FLOOD,
    /// Connections that ended because their peer did not answer a PING in time.
    KEEPALIVE_TIMEOUT,
    /// Connections that ended because too many answers to control frames waited.
    OUTBOUND_CONTROL_FLOOD,
    /// Messages that broke RFC 9113, section 8; each is reset.
    RX_MESSAGING_ERROR,
    /// Streams that the peer reset.
    RX_RESET,
    /// Streams that were refused because the peer had too many already.
    STREAM_REFUSED_ERRORS,
    /// Messages with trailers.
    TRAILERS,
    /// Answers that were given up because the client did not read the rest in time.
    TX_FLUSH_TIMEOUT,
    /// RST_STREAM frames that were sent.
    TX_RESET;

    private static final Map<String, Http2Stat> BY_DETAILS =
            Map.of(
                    "http2.inbound_empty_frames_flood", INBOUND_EMPTY_FRAMES_FLOOD,
                    "http2.inbound_priority_frames_flood", INBOUND_PRIORITY_FRAMES_FLOOD,
                    "http2.inbound_window_update_frames_flood", INBOUND_WINDOW_UPDATE_FRAMES_FLOOD,
                    "http2.keepalive_timeout", KEEPALIVE_TIMEOUT,
                    "http2.outbound_control_flood", OUTBOUND_CONTROL_FLOOD,
                    "http2.too_many_headers", HEADER_OVERFLOW);

    /// Whether it goes down as well as up.
    public boolean isGauge() {
        return this == STREAMS_ACTIVE || this == PENDING_SEND_BYTES;
    }

    /// That which counts connections that end for a reason; null where none does.
    ///
    /// @param details as in [Http2Listener#onClosed]
    static @Nullable Http2Stat ofEnd(String details) {
        return BY_DETAILS.get(details);
    }
}

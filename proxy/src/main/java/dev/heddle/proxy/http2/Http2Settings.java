package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.HeaderLimits;

/// What one side of a connection offers and bears.
///
/// @param maxStreams of the peer at once (SETTINGS_MAX_CONCURRENT_STREAMS)
/// @param streamWindow how many bytes a peer may send on a stream before they are consumed
/// @param connectionWindow the same for all streams together; at least 65,535
/// @param tableSize of the header table that the peer may fill (SETTINGS_HEADER_TABLE_SIZE)
/// @param headers how large a received head may be
/// @param connectProtocol whether extended CONNECT (RFC 8441) is served
/// @param streamBuffer how many bytes may wait for a window on one stream before its sender is told
///   to stop
public record Http2Settings(
        int maxStreams,
        int streamWindow,
        int connectionWindow,
        int tableSize,
        HeaderLimits headers,
        boolean connectProtocol,
        int streamBuffer,
        FloodLimits floods) {
    /// Windows that keep a link of 1 Gbit/s and 2 ms busy with one stream, and bound what a
    /// connection can make us hold to 1 MiB.
    public static final Http2Settings USUAL =
            new Http2Settings(
                    100,
                    256 * 1024,
                    1024 * 1024,
                    4096,
                    new HeaderLimits(60 * 1024, 100),
                    false,
                    64 * 1024,
                    FloodLimits.ENVOY);

    public Http2Settings {
        between("maxStreams", maxStreams, 1, Integer.MAX_VALUE);
        between("streamWindow", streamWindow, 1, Integer.MAX_VALUE);
        between("connectionWindow", connectionWindow, Frames.DEFAULT_WINDOW, Integer.MAX_VALUE);
        between("tableSize", tableSize, 0, 1 << 16);
        between("streamBuffer", streamBuffer, 1, Integer.MAX_VALUE);
    }

    private static void between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }
}

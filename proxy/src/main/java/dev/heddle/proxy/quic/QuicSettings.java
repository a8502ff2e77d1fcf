package dev.heddle.proxy.quic;

import java.time.Duration;

/// How QUIC is spoken with clients (`envoy.config.listener.v3.QuicProtocolOptions`).
///
/// @param streams how many requests a client may have open at once, at least 1
/// @param streamWindow how many bytes a client may send on a stream before they are read, at least
///   1
/// @param connectionWindow the same for all streams together, at least 1
/// @param idle how long a connection may be silent; more than zero
/// @param handshake how long a handshake may take; more than zero
/// @param migrates whether clients may change their address at will; one that is given another by
///   its network is served all the same
public record QuicSettings(
        int streams,
        int streamWindow,
        int connectionWindow,
        Duration idle,
        Duration handshake,
        boolean migrates) {
    /// Envoy's limits, but for windows of a sixteenth and a twenty-fourth of a client's: what a
    /// connection can make us hold is then 1 MiB.
    public static final QuicSettings USUAL =
            new QuicSettings(
                    100,
                    256 * 1024,
                    1024 * 1024,
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(20),
                    true);

    public QuicSettings {
        if (streams < 1 || streamWindow < 1 || connectionWindow < 1) {
            throw new IllegalArgumentException(
                    "%d streams, windows %d and %d (expected: at least 1)"
                            .formatted(streams, streamWindow, connectionWindow));
        }
    }
}

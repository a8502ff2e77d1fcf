package dev.heddle.proxy.config;

import java.time.Duration;

/// How a listener whose filters look at first bytes deals with clients that say nothing, because
/// their server speaks first. Asked for by the listener's metadata `heddle.protocol_detection`,
/// which stock Envoy takes and leaves alone.
///
/// @param probeAfter how long a client may be silent before its server is connected to, to see
///   whether it speaks first
/// @param memory how long a destination is remembered whose server did, after its last use
/// @param most how many destinations are remembered on each worker
public record ProtocolDetection(Duration probeAfter, Duration memory, int most) {
    /// By which listeners ask for it.
    static final String METADATA = "heddle.protocol_detection";

    /// Where the metadata say nothing more.
    public static final ProtocolDetection USUAL =
            new ProtocolDetection(Duration.ofMillis(100), Duration.ofMinutes(10), 1024);

    public ProtocolDetection {
        if (!probeAfter.isPositive() || !memory.isPositive()) {
            throw new IllegalArgumentException(
                    "probeAfter, memory: " + probeAfter + ", " + memory + " (expected: > 0)");
        }
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= 1)");
        }
    }
}

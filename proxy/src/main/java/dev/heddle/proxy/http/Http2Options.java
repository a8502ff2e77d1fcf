package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.http2.hpack.HeaderLimits;
import java.time.Duration;

/// How HTTP/2 is spoken on one side of the proxy (`envoy.config.core.v3.Http2ProtocolOptions`).
///
/// @param engine windows, limits, and what is told to the peer
/// @param mostStreams how many streams this proxy opens on a connection at once, whatever the peer
///   allows; upstream only
/// @param keepalive whether the peer is still there
public record Http2Options(Http2Settings engine, int mostStreams, Keepalive keepalive) {
    /// What is done when a configuration says nothing.
    public static final Http2Options USUAL =
            new Http2Options(Http2Settings.USUAL, Integer.MAX_VALUE, Keepalive.NONE);

    public Http2Options {
        if (mostStreams < 1) {
            throw new IllegalArgumentException("mostStreams: " + mostStreams + " (expected: >= 1)");
        }
    }

    /// The same with other limits of what is received.
    public Http2Options taking(Limits heads) {
        return new Http2Options(
                new Http2Settings(
                        engine.maxStreams(),
                        engine.streamWindow(),
                        engine.connectionWindow(),
                        engine.tableSize(),
                        new HeaderLimits(heads.headBytes(), heads.headers()),
                        engine.connectProtocol(),
                        engine.streamBuffer(),
                        engine.floods()),
                mostStreams,
                keepalive);
    }

    /// PINGs that end a connection whose peer does not answer.
    ///
    /// @param interval between them; zero for none
    /// @param timeout how long an answer may take
    /// @param jitterPercent by how much of it an interval may be longer, at random
    /// @param idleInterval after which without a stream the next stream has the peer asked too;
    ///   zero for never
    public record Keepalive(
            Duration interval, Duration timeout, double jitterPercent, Duration idleInterval) {
        public static final Keepalive NONE =
                new Keepalive(Duration.ZERO, Duration.ZERO, 0, Duration.ZERO);

        public Keepalive {
            boolean asks = !interval.isZero() || !idleInterval.isZero();
            if (interval.isNegative() || idleInterval.isNegative()) {
                throw new IllegalArgumentException(
                        "interval: " + interval + ", " + idleInterval + " (expected: >= 0)");
            }
            if (asks && (timeout.isNegative() || timeout.isZero())) {
                throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
            }
            if (!(jitterPercent >= 0 && jitterPercent <= 100)) {
                throw new IllegalArgumentException(
                        "jitterPercent: " + jitterPercent + " (expected: 0 to 100)");
            }
        }
    }
}

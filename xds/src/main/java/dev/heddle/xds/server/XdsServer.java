package dev.heddle.xds.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/// The ADS server of the control plane over gRPC: delta and state of the world on one port.
@SuppressWarnings("DoNotCallSuggester") // the shape first, the body follows
public final class XdsServer implements AutoCloseable {

    /// How the server listens.
    ///
    /// @param address port 0 takes any free one
    /// @param keepAlive how long a silent connection is trusted before it is asked for a sign
    /// @param maxMessageBytes the largest request that is read
    public record Settings(InetSocketAddress address, Duration keepAlive, int maxMessageBytes) {

        /// Keep-alive after 30 s, requests of up to 16 MiB: a proxy that reconnects names every
        /// resource that it has.
        public static Settings on(InetSocketAddress address) {
            return new Settings(address, Duration.ofSeconds(30), 16 << 20);
        }
    }

    /// Opens the port and serves.
    ///
    /// @throws IOException when the address cannot be bound
    public static XdsServer start(Settings settings, XdsHandler handler) throws IOException {
        throw new UnsupportedOperationException("not built yet");
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        throw new UnsupportedOperationException("not built yet");
    }

    /// Takes no more streams, ends those that are open and waits for their end, at most that long.
    public void shutdown(Duration grace) {
        throw new UnsupportedOperationException("not built yet");
    }

    /// [#shutdown(Duration)] with a grace of one second.
    @Override
    public void close() {
        shutdown(Duration.ofSeconds(1));
    }
}

package dev.heddle.xds.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// An [XdsService] at a port, in plain text, for whoever comes: it belongs where only those can
/// come who may know everything.
public final class XdsServer implements AutoCloseable {
    private static final Duration BRIEFLY = Duration.ofSeconds(1);

    private final Server server;
    private final XdsService service;

    /// How the server listens.
    ///
    /// @param address port 0 takes any free one
    /// @param patience how long others wait for a response to be answered
    public record Settings(InetSocketAddress address, Duration patience) {
        /// Time for Envoy to resolve the names of a cluster that is new to it.
        public static final Duration PATIENCE = Duration.ofSeconds(5);

        /// 5 s of patience.
        public static Settings on(InetSocketAddress address) {
            return new Settings(address, PATIENCE);
        }
    }

    private XdsServer(Server server, XdsService service) {
        this.server = server;
        this.service = service;
    }

    /// Opens the port and serves, and takes no hits of rules.
    ///
    /// @throws IOException when the address cannot be bound; the message says which
    public static XdsServer start(Settings settings, XdsHandler handler) throws IOException {
        return start(settings, handler, Optional.empty());
    }

    /// Opens the port and serves.
    ///
    /// @param hits takes what proxies report; empty for a server that does not know the call
    /// @throws IOException when the address cannot be bound; the message says which
    public static XdsServer start(Settings settings, XdsHandler handler, Optional<HitsHandler> hits)
            throws IOException {
        return start(settings.address(), new XdsService(handler, hits, settings.patience()));
    }

    /// Opens the port and serves that, which ends with the server.
    ///
    /// @throws IOException when the address cannot be bound; the message says which
    public static XdsServer start(InetSocketAddress address, XdsService service)
            throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address);
        service.serveAnybody(builder);
        Server server = builder.build();
        try {
            server.start();
        } catch (IOException e) {
            service.close();
            throw e;
        }
        return new XdsServer(server, service);
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().getFirst();
    }

    /// Takes no more streams, ends those that are open and waits for their end, at most that long.
    public void shutdown(Duration grace) {
        server.shutdown();
        service.endStreams("the control plane is shutting down");
        try {
            if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(BRIEFLY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        service.close();
    }

    /// [#shutdown(Duration)] with a grace of one second.
    @Override
    public void close() {
        shutdown(BRIEFLY);
    }
}

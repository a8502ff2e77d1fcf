package dev.heddle.xds.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The ADS server of the control plane over gRPC: delta and state of the world on one port, in
/// plain text.
///
/// Each stream's engine runs on a queue of its own, whose tasks are carried by virtual threads; a
/// stream that is slow, or whose handler is, holds up no other.
public final class XdsServer implements AutoCloseable {
    private static final Duration BRIEFLY = Duration.ofSeconds(1);

    private final Server server;
    private final GrpcStreams streams;
    private final ExecutorService threads;

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

    private XdsServer(Server server, GrpcStreams streams, ExecutorService threads) {
        this.server = server;
        this.streams = streams;
        this.threads = threads;
    }

    /// Opens the port and serves.
    ///
    /// @throws IOException when the address cannot be bound; the message says which
    public static XdsServer start(Settings settings, XdsHandler handler) throws IOException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var streams = new GrpcStreams(handler, threads);
        long keepAliveMillis = settings.keepAlive().toMillis();
        Server server =
                NettyServerBuilder.forAddress(settings.address())
                        .executor(threads)
                        .addService(streams)
                        .intercept(GrpcStreams.peers())
                        .maxInboundMessageSize(settings.maxMessageBytes())
                        .keepAliveTime(keepAliveMillis, TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(keepAliveMillis, TimeUnit.MILLISECONDS)
                        // Clients may ask as often as they like; Envoy's default is 30 s.
                        .permitKeepAliveTime(1, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .build();
        try {
            server.start();
        } catch (IOException e) {
            threads.shutdown();
            throw e;
        }
        return new XdsServer(server, streams, threads);
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().getFirst();
    }

    /// Takes no more streams, ends those that are open and waits for their end, at most that long.
    public void shutdown(Duration grace) {
        server.shutdown();
        streams.closeAll("the control plane is shutting down");
        try {
            if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(BRIEFLY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        threads.shutdown();
    }

    /// [#shutdown(Duration)] with a grace of one second.
    @Override
    public void close() {
        shutdown(BRIEFLY);
    }
}

package dev.heddle.xds.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The ADS server of the control plane over gRPC: delta and state of the world on one port, in
/// plain text.
///
/// Each stream's engine runs on a queue of its own, whose tasks are carried by virtual threads; a
/// stream that is slow, or whose handler is, holds up no other. One thread (`xds-patience`) only
/// counts the time that clients take to answer.
public final class XdsServer implements AutoCloseable {
    private static final Duration BRIEFLY = Duration.ofSeconds(1);

    private final Server server;
    private final GrpcStreams streams;
    private final ExecutorService threads;
    private final ScheduledExecutorService timer;

    /// How the server listens.
    ///
    /// @param address port 0 takes any free one
    /// @param keepAlive how long a silent connection is trusted before it is asked for a sign
    /// @param maxMessageBytes the largest request that is read
    /// @param patience how long others wait for a response to be answered
    public record Settings(
            InetSocketAddress address, Duration keepAlive, int maxMessageBytes, Duration patience) {

        /// Keep-alive after 30 s; requests of up to 16 MiB, since a proxy that comes back names
        /// every resource that it has; 5 s of patience, since a cluster that is new to Envoy may
        /// have names to resolve.
        public static Settings on(InetSocketAddress address) {
            return new Settings(address, Duration.ofSeconds(30), 16 << 20, Duration.ofSeconds(5));
        }
    }

    private XdsServer(
            Server server,
            GrpcStreams streams,
            ExecutorService threads,
            ScheduledExecutorService timer) {
        this.server = server;
        this.streams = streams;
        this.threads = threads;
        this.timer = timer;
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
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("xds-patience").daemon().factory());
        long patienceMillis = settings.patience().toMillis();
        Consumer<Runnable> patience =
                task ->
                        unlessStopped(() -> {
                            var _ = timer.schedule(task, patienceMillis, TimeUnit.MILLISECONDS);
                        });
        Executor carriers = task -> unlessStopped(() -> threads.execute(task));
        var streams = new GrpcStreams(handler, new ServerSession.Footing(carriers, patience));
        long keepAliveMillis = settings.keepAlive().toMillis();
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(settings.address())
                        .executor(threads)
                        .addService(streams)
                        .intercept(GrpcStreams.peers())
                        .maxInboundMessageSize(settings.maxMessageBytes())
                        .keepAliveTime(keepAliveMillis, TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(keepAliveMillis, TimeUnit.MILLISECONDS)
                        // Clients may ask as often as they like; Envoy's default is 30 s.
                        .permitKeepAliveTime(1, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        hits.ifPresent(it ->
                builder.addService(new GrpcHits(it, carriers))
                        .addService(new GrpcMetrics(it, InstantSource.system())));
        Server server = builder.build();
        try {
            server.start();
        } catch (IOException e) {
            threads.shutdown();
            timer.shutdown();
            throw e;
        }
        return new XdsServer(server, streams, threads, timer);
    }

    /// Streams may end after the server has: then nobody is left to be told.
    private static void unlessStopped(Runnable submission) {
        try {
            submission.run();
        } catch (RejectedExecutionException _) {
            // Stopped.
        }
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
        timer.shutdownNow();
        threads.shutdown();
    }

    /// [#shutdown(Duration)] with a grace of one second.
    @Override
    public void close() {
        shutdown(BRIEFLY);
    }
}

package dev.heddle.xds.server;

import dev.heddle.xds.secret.PeerCheck;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What the control plane says to proxies and hears from them: ADS, delta and state of the world,
/// and reports beside it. One for all ports at which it is served.
///
/// Each stream's engine runs on a queue of its own, whose tasks are carried by virtual threads; a
/// stream that is slow, or whose handler is, holds up no other. One thread (`xds-patience`) only
/// counts the time that clients take to answer.
public final class XdsService implements AutoCloseable {
    /// A proxy that comes back names every resource that it has.
    private static final int LARGEST_REQUEST = 16 << 20;

    /// How long a silent connection is trusted before it is asked for a sign.
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private final ExecutorService threads;
    private final ScheduledExecutorService timer;
    private final GrpcStreams streams;
    private final List<BindableService> services = new ArrayList<>();
    private final Optional<CallMeter> meter;

    /// @param hits takes what proxies report; empty for one that does not know the call
    /// @param patience how long others wait for a response to be answered
    public XdsService(XdsHandler handler, Optional<HitsHandler> hits, Duration patience) {
        this(handler, hits, patience, List.of(), Optional.empty());
    }

    /// @param hits takes what proxies report; empty for one that does not know the call
    /// @param patience how long others wait for a response to be answered
    /// @param beside what else is served at the same ports; it knows who calls by [Caller#current]
    /// @param meter hears of all calls at these ports, others' too; empty for nobody
    public XdsService(
            XdsHandler handler,
            Optional<HitsHandler> hits,
            Duration patience,
            List<BindableService> beside,
            Optional<CallMeter> meter) {
        this.meter = meter;
        threads = Executors.newVirtualThreadPerTaskExecutor();
        timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("xds-patience").daemon().factory());
        long patienceMillis = patience.toMillis();
        Consumer<Runnable> later =
                task ->
                        unlessStopped(() -> {
                            var _ = timer.schedule(task, patienceMillis, TimeUnit.MILLISECONDS);
                        });
        Executor carriers = task -> unlessStopped(() -> threads.execute(task));
        streams = new GrpcStreams(handler, new ServerSession.Footing(carriers, later));
        services.add(streams);
        hits.ifPresent(it -> {
            services.add(new GrpcHits(it, carriers));
            services.add(new GrpcMetrics(it, InstantSource.system()));
        });
        services.addAll(beside);
    }

    /// Streams may end after the server has: then nobody is left to be told.
    private static void unlessStopped(Runnable submission) {
        try {
            submission.run();
        } catch (RejectedExecutionException _) {
            // Stopped.
        }
    }

    /// Serves everybody, as who he says he is.
    public void serveAnybody(NettyServerBuilder server) {
        serve(server, Caller.anybody());
    }

    /// Serves who has a certificate that is believed, as who it says he is.
    public void serveProven(
            NettyServerBuilder server, PeerCheck.Question believed, Admission admission) {
        serve(server, Caller.proven(believed, admission));
    }

    private void serve(NettyServerBuilder server, ServerInterceptor who) {
        services.forEach(it -> server.addService(ServerInterceptors.intercept(it, who)));
        meter.ifPresent(server::intercept);
        server.executor(threads)
                .maxInboundMessageSize(LARGEST_REQUEST)
                .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                // Clients may ask as often as they like; Envoy's default is 30 s.
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    /// Ends every stream that is open.
    public void endStreams(String reason) {
        streams.closeAll(reason);
    }

    @Override
    public void close() {
        endStreams("the control plane is shutting down");
        timer.shutdownNow();
        threads.shutdown();
    }
}

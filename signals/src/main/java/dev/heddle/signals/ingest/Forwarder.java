package dev.heddle.signals.ingest;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes on what came by OTLP to another backend, as it came, what is not kept here too. One
/// thread (`signals-forwarder`, virtual) sends one request after the other; so many may wait, and
/// what comes when there is no room is dropped and counted. A request is tried again for half a
/// minute while the backend is away or has too much to do.
public final class Forwarder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
    private static final int ROOM = 1_000;
    private static final int TRIES = 30;
    private static final long PAUSE_MILLIS = 1_000;
    private static final long PATIENCE_SECONDS = 10;
    private static final Set<Status.Code> LATER =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.ABORTED);

    private final BlockingQueue<Passed> waiting = new ArrayBlockingQueue<>(ROOM);
    private final Backend backend;
    private final BackendChannel way;
    private final Thread thread;
    private final LongAdder passed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final AtomicBoolean isTroubled = new AtomicBoolean();

    private Forwarder(Backend backend, BackendChannel way) {
        this.backend = backend;
        this.way = way;
        this.thread = Thread.ofVirtual().name("signals-forwarder").unstarted(this::run);
    }

    /// Begins to pass on. The backend need not be there yet.
    ///
    /// @throws IOException when what it is to be shown cannot be used
    public static Forwarder start(Backend backend) throws IOException {
        var forwarder = new Forwarder(backend, BackendChannel.open(backend));
        forwarder.thread.start();
        return forwarder;
    }

    /// Passes a request on, sooner or later. Callable from any thread; returns at once.
    void pass(Passed request) {
        if (!waiting.offer(request)) {
            dropped.increment();
        }
    }

    private void run() {
        try {
            while (true) {
                deliver(waiting.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Passed request) throws InterruptedException {
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                send(request);
                passed.increment();
                if (isTroubled.getAndSet(false)) {
                    LOG.info("signals are passed on to {} again", backend);
                }
                return;
            } catch (StatusRuntimeException e) {
                if (!isTroubled.getAndSet(true)) {
                    LOG.warn("signals cannot be passed on to {}: {}", backend, e.getStatus());
                }
                if (!LATER.contains(e.getStatus().getCode())) {
                    break;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
        dropped.increment();
    }

    private void send(Passed request) {
        Channel channel;
        try {
            channel = way.next();
        } catch (IOException e) {
            throw Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException();
        }
        switch (request) {
            case Passed.Logs(var logs) -> {
                var _ =
                        LogsServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .export(logs);
            }
            case Passed.Traces(var traces) -> {
                var _ =
                        TraceServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .export(traces);
            }
            case Passed.Metrics(var metrics) -> {
                var _ =
                        MetricsServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .export(metrics);
            }
        }
    }

    /// How many requests were passed on.
    public long passed() {
        return passed.sum();
    }

    /// How many were not, for want of room or because the backend did not take them.
    public long dropped() {
        return dropped.sum();
    }

    /// How many wait.
    public int waiting() {
        return waiting.size();
    }

    /// Ends; what waits is not passed on.
    @Override
    public void close() {
        thread.interrupt();
        way.close();
    }
}

package dev.heddle.xds.client;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The delta ADS client of a proxy: connects, subscribes, answers, and comes back by itself.
///
/// While there is no connection the subscriber keeps what it has; on the next stream the server is
/// told which versions are there and sends what differs. Attempts follow each other after 500 ms,
/// doubling up to 30 s, each shortened at random by up to half; a stream that brought a response
/// ends the series.
///
/// One thread of its own (`xds-client`) owns the engine and the timer.
@Confined("xds-client thread")
public final class XdsClient implements XdsSubscriptions, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(XdsClient.class);
    private static final int MAX_MESSAGE_BYTES = 256 << 20;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private final NodeInfo node;
    private final Backoff backoff;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ScheduledExecutorService thread;
    private final ManagedChannel channel;
    private final ClientSession session;
    private final AtomicReference<ClientStatus> status =
            new AtomicReference<>(ClientStatus.INITIAL);
    private final AtomicBoolean closed = new AtomicBoolean();
    private int failures;

    /// A client that does nothing until [#start()].
    ///
    /// @param server where the control plane listens, in plain text
    /// @param node sent with the first request of each stream
    /// @param subscriber called on `callbacks`, one call at a time
    /// @param clock for [ClientStatus#connectedSince()]
    /// @param random for the jitter of the back-off; used by the client's thread alone
    public XdsClient(
            InetSocketAddress server,
            NodeInfo node,
            XdsSubscriber subscriber,
            Executor callbacks,
            InstantSource clock,
            RandomGenerator random) {
        this(server, node, subscriber, callbacks, clock, random, Backoff.USUAL);
    }

    /// A client with other waits than the usual.
    XdsClient(
            InetSocketAddress server,
            NodeInfo node,
            XdsSubscriber subscriber,
            Executor callbacks,
            InstantSource clock,
            RandomGenerator random,
            Backoff backoff) {
        this.node = node;
        this.backoff = backoff;
        this.clock = clock;
        this.random = random;
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("xds-client").daemon().factory());
        this.channel =
                NettyChannelBuilder.forAddress(server.getHostString(), server.getPort())
                        .usePlaintext()
                        .directExecutor()
                        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                        .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                        .build();
        XdsSubscriber untilClosed =
                (type, changed, removed) ->
                        closed.get() ? List.of() : subscriber.onUpdate(type, changed, removed);
        this.session = new ClientSession(untilClosed, this::onJudged, this::onThread, callbacks);
    }

    /// Begins to connect. Callable once.
    public void start() {
        onThread(this::connect);
    }

    @Override
    public void subscribe(XdsType type, Set<String> names) {
        session.subscribe(type, names);
    }

    /// How the connection stands. Callable from any thread.
    public ClientStatus status() {
        return status.get();
    }

    /// Ends the stream and every attempt. Returns at once; no call of the subscriber begins
    /// afterwards.
    @Override
    public void close() {
        closed.set(true);
        thread.shutdownNow();
        channel.shutdownNow();
    }

    /// Does nothing once the client is closed.
    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException _) {
            log.debug("closed");
        }
    }

    private void connect() {
        // gRPC has a back-off of its own, in whose pauses every call would fail at once.
        channel.resetConnectBackoff();
        status.updateAndGet(s -> s.attempting(failures + 1));
        AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(new Stream());
    }

    private void onFirstResponse() {
        failures = 0;
        log.info("connected to {}", channel.authority());
        status.updateAndGet(s -> s.connected(clock.instant()));
    }

    private void onEnd(String reason) {
        session.disconnected();
        failures++;
        Duration wait = backoff.after(failures, random);
        if (failures == 1) {
            log.warn("no stream to {}: {}", channel.authority(), reason);
        }
        status.updateAndGet(s -> s.disconnected(reason));
        if (!closed.get()) {
            var _ = thread.schedule(this::connect, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void onJudged(
            XdsType type,
            String version,
            Optional<String> rejection,
            Map<String, String> rejected) {
        rejection.ifPresent(
                text -> log.warn("{} of version {} rejected: {}", type.shortName(), version, text));
        status.updateAndGet(s -> s.judged(type, version, rejection.isEmpty(), rejected));
    }

    private static String text(Status status) {
        Throwable cause = status.getCause();
        String detail = cause == null ? "" : " (" + cause.getMessage() + ")";
        return status.getCode() + ": " + status.getDescription() + detail;
    }

    /// One stream of this client's life. gRPC calls it on threads of its own, whence everything
    /// goes to the client's.
    private final class Stream
            implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final AtomicBoolean hasSent = new AtomicBoolean();
        private final AtomicBoolean hasReceived = new AtomicBoolean();
        private final AtomicBoolean hasEnded = new AtomicBoolean();
        private final AtomicReference<Runnable> readsNext = new AtomicReference<>(() -> {});

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> call) {
            // The next response is read when the last one was judged, so nothing piles up here.
            call.disableAutoRequestWithInitial(1);
            readsNext.set(() -> call.request(1));
            session.connected(request -> send(call, request));
        }

        private void send(
                ClientCallStreamObserver<DeltaDiscoveryRequest> call, DeltaRequest request) {
            if (!hasEnded.get()) {
                boolean isFirst = !hasSent.getAndSet(true);
                call.onNext(request.toProto(isFirst ? Optional.of(node) : Optional.empty()));
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse message) {
            onThread(() -> onMessage(message));
        }

        private void onMessage(DeltaDiscoveryResponse message) {
            if (!hasReceived.getAndSet(true)) {
                onFirstResponse();
            }
            Optional<DeltaResponse> response = DeltaResponse.of(message);
            if (response.isEmpty()) {
                log.warn("a response of type '{}', which nobody asked for", message.getTypeUrl());
            }
            response.ifPresentOrElse(r -> session.receive(r, readsNext.get()), readsNext.get());
        }

        @Override
        public void onError(Throwable error) {
            end(text(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            end("closed by the server");
        }

        private void end(String reason) {
            if (!hasEnded.getAndSet(true)) {
                onThread(() -> onEnd(reason));
            }
        }
    }
}

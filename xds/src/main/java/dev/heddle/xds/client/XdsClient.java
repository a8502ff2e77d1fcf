package dev.heddle.xds.client;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The delta ADS client of a proxy: connects, subscribes, answers, and comes back by itself.
///
/// While there is no connection the subscriber keeps what it has; on the next stream the server is
/// told which versions are there and sends what differs. Attempts follow each other after 500 ms,
/// doubling up to 30 s, each shortened at random by up to half; a stream that brought a response
/// ends the series.
///
/// One thread owns the engine and the timer. What carries the messages is a [StreamTransport].
@Confined("xds client's thread")
public final class XdsClient implements XdsSubscriptions, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(XdsClient.class);

    /// How long it takes at most until the next response is read after one that was rejected again.
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final StreamTransport transport;
    private final Bytes node;
    private final Footing footing;
    private final ClientSession session;
    private final AtomicReference<ClientStatus> status =
            new AtomicReference<>(ClientStatus.INITIAL);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Map<XdsType, Refused> refused = new EnumMap<>(XdsType.class);
    private int failures;

    /// How often in a row the last response has brought what was rejected before.
    private int repeats;

    /// What was rejected last of a type, and how often it came again since.
    private record Refused(String version, String text, int again) {}

    /// What a client stands on.
    ///
    /// @param thread owns the client; ended by whoever made it
    /// @param callbacks where the subscriber is called, one call at a time
    /// @param clock for [ClientStatus#connectedSince()]
    /// @param random for the jitter of the back-off; used by the client's thread alone
    /// @param backoff how long to wait between attempts
    public record Footing(
            ScheduledExecutorService thread,
            Executor callbacks,
            InstantSource clock,
            RandomGenerator random,
            Backoff backoff) {}

    /// A client that does nothing until [#start()].
    ///
    /// @param transport closed with the client
    /// @param node an `envoy.config.core.v3.Node`, sent with the first request of each stream
    public XdsClient(
            StreamTransport transport, Bytes node, XdsSubscriber subscriber, Footing footing) {
        this.transport = transport;
        this.node = node;
        this.footing = footing;
        XdsSubscriber untilClosed =
                (type, changed, removed) ->
                        closed.get() ? List.of() : subscriber.onUpdate(type, changed, removed);
        this.session =
                new ClientSession(
                        untilClosed,
                        this::onJudged,
                        this::onThread,
                        footing.callbacks(),
                        this::later);
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
        transport.close();
    }

    /// Does nothing once the thread has ended.
    private void onThread(Runnable task) {
        try {
            footing.thread().execute(task);
        } catch (RejectedExecutionException _) {
            log.debug("closed");
        }
    }

    private Runnable later(Duration wait, Runnable task) {
        try {
            Future<?> timer =
                    footing.thread().schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
            return () -> timer.cancel(false);
        } catch (RejectedExecutionException _) {
            log.debug("closed");
            return () -> {};
        }
    }

    private void connect() {
        if (!closed.get()) {
            status.updateAndGet(s -> s.attempting(failures + 1));
            new Stream().begin();
        }
    }

    private void onFirstResponse() {
        failures = 0;
        log.info("connected to {}", transport.authority());
        status.updateAndGet(s -> s.connected(footing.clock().instant()));
    }

    private void onEnd(String reason) {
        session.disconnected();
        if (closed.get()) {
            return;
        }
        failures++;
        Duration wait = footing.backoff().after(failures, footing.random());
        if (failures == 1) {
            log.warn("no stream to {}: {}", transport.authority(), reason);
        }
        status.updateAndGet(s -> s.disconnected(reason));
        var _ = footing.thread().schedule(this::connect, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onJudged(
            XdsType type,
            String version,
            Optional<String> rejection,
            Map<String, String> rejected) {
        repeats = 0;
        rejection.ifPresentOrElse(
                text -> onRejected(type, version, text), () -> refused.remove(type));
        status.updateAndGet(s -> s.judged(type, version, rejection.isEmpty(), rejected));
    }

    private void onRejected(XdsType type, String version, String text) {
        Refused before = refused.get(type);
        boolean isSame =
                before != null && before.version().equals(version) && before.text().equals(text);
        repeats = before != null && isSame ? before.again() + 1 : 0;
        refused.put(type, new Refused(version, text, repeats));
        if (!isSame) {
            log.warn("{} of version {} rejected: {}", type.shortName(), version, text);
        }
    }

    /// How long a server waits that sends again what was rejected; zero for others.
    private Duration pause() {
        if (repeats == 0) {
            return Duration.ZERO;
        }
        Duration wait = footing.backoff().after(repeats, footing.random());
        return wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
    }

    /// One stream of this client's life. The transport may call it on any thread, whence everything
    /// goes to the client's.
    @Confined("xds client's thread")
    private final class Stream implements StreamTransport.Receiver {
        private StreamTransport.@Nullable Sender sender;
        private boolean hasSent;
        private boolean hasReceived;

        void begin() {
            sender = transport.open(this);
            session.connected(this::send);
        }

        private void send(DeltaRequest request) {
            if (sender != null) {
                Bytes who = hasSent ? Bytes.EMPTY : node;
                hasSent = true;
                sender.send(request.toBytes(who));
            }
        }

        /// The next response is asked for when the last one was judged, so nothing piles up here.
        private void next() {
            Duration pause = pause();
            if (pause.isZero()) {
                nextNow();
            } else {
                var _ =
                        footing.thread()
                                .schedule(this::nextNow, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private void nextNow() {
            if (sender != null) {
                sender.next();
            }
        }

        @Override
        public void onMessage(byte[] message) {
            onThread(() -> read(message));
        }

        private void read(byte[] message) {
            Optional<DeltaResponse> response;
            try {
                response = DeltaResponse.of(message);
            } catch (WireException e) {
                // Nothing names what to reject, so the stream cannot go on.
                log.warn("a response of {} bytes that cannot be read", message.length, e);
                if (sender != null) {
                    sender.cancel("INTERNAL: a response that cannot be read: " + e.getMessage());
                }
                return;
            }
            if (!hasReceived) {
                hasReceived = true;
                onFirstResponse();
            }
            if (response.isEmpty()) {
                log.warn("a response of a type that nobody asked for");
            }
            response.ifPresentOrElse(r -> session.receive(r, this::next), this::next);
        }

        @Override
        public void onEnd(String reason) {
            onThread(() -> {
                sender = null;
                XdsClient.this.onEnd(reason);
            });
        }
    }
}

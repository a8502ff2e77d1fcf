package dev.heddle.proxy.ads;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FloodLimits;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Listener;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.http2.hpack.HeaderLimits;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectAttempt;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.ConnectSettings;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.xds.client.StreamTransport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One attempt to speak with a control plane: a connection, the stream of ADS on it, and calls
/// beside that, which end with it.
///
/// ```
///   connecting ──▶ open ──status, reset, silence, cancel──▶ ended
///       └────────── no address answers, cancel ───────────────▲
/// ```
///
/// The stream is a [GrpcCall].
@Confined("config thread")
final class AdsStream implements StreamTransport.Sender {
    /// How long one address may take to accept, and then to say its settings; Envoy's
    /// `connect_timeout` when none is set.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// How often a server is asked for a sign of life, and how long it may then be silent.
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private static final int WINDOW = 1 << 20;
    private static final ByteBuffer NO_PREFACE = ByteBuffer.allocate(0);

    /// A control plane is not an attacker; servers of gRPC may send many pings and window updates
    /// while they measure a link.
    private static final FloodLimits FLOODS =
            new FloodLimits(10_000, 1_000, 10_000, 10_000, 10_000, 10_000);

    private static final Http2Settings SETTINGS =
            new Http2Settings(
                    1,
                    WINDOW,
                    WINDOW,
                    4096,
                    new HeaderLimits(16 << 10, 100),
                    false,
                    64 << 10,
                    FLOODS);

    private final Worker worker;
    private final Http2Loop loop;
    private final String authority;
    private final Supplier<HostSecurity> security;
    private final StreamTransport.Receiver receiver;
    private final Deadline patience;
    private final Deadline silence;
    private final Queue<InetSocketAddress> untried = new ArrayDeque<>();

    /// What the client said before there was a stream: a request for each type at most.
    private final Queue<byte[]> early = new ArrayDeque<>();

    private final List<GrpcCall> beside = new ArrayList<>();

    private String scheme = "http";
    private @Nullable ConnectAttempt connecting;
    private @Nullable Http2Connection connection;
    private @Nullable GrpcCall stream;
    private boolean hasHeard;
    private boolean isEnded;

    AdsStream(
            Worker worker,
            Http2Loop loop,
            String authority,
            Supplier<HostSecurity> security,
            StreamTransport.Receiver receiver) {
        this.worker = worker;
        this.loop = loop;
        this.authority = authority;
        this.security = security;
        this.receiver = receiver;
        this.patience = worker.deadline(this::onImpatient);
        this.silence = worker.deadline(this::onSilence);
    }

    /// Tries the addresses in their order until one accepts.
    void connect(List<InetSocketAddress> addresses) {
        if (!isEnded) {
            untried.addAll(addresses);
            connectToNext("no address");
        }
    }

    private void connectToNext(String why) {
        InetSocketAddress next = untried.poll();
        if (next == null) {
            end("UNAVAILABLE: connect to " + authority + ": " + why);
            return;
        }
        patience.set(PATIENCE.toNanos());
        switch (security.get()) {
            case HostSecurity.Plain() -> {
                scheme = "http";
                connecting = worker.connect(next, new Connecting());
            }
            case HostSecurity.Secured(TlsClient tls) -> {
                scheme = "https";
                connecting =
                        worker.connect(
                                next, ConnectSettings.USUAL, NO_PREFACE, tls, new Connecting());
            }
            // Not in this turn: whoever opens a stream has it before he hears of its end.
            case HostSecurity.NotReady(TlsFailure failure) ->
                    worker.execute(() ->
                            end("UNAVAILABLE: connect to " + authority + ": " + failure.why()));
        }
    }

    private void onImpatient() {
        ConnectAttempt attempt = connecting;
        Http2Connection opened = connection;
        if (attempt != null) {
            connecting = null;
            attempt.giveUp();
            connectToNext("no answer within " + PATIENCE.toSeconds() + " s");
        } else if (opened != null && !opened.isAcknowledged()) {
            end("UNAVAILABLE: " + authority + " does not speak HTTP/2");
        }
    }

    private void onSilence() {
        Http2Connection opened = connection;
        if (opened == null) {
            return;
        }
        if (!hasHeard) {
            end("UNAVAILABLE: nothing was heard for " + KEEP_ALIVE.toSeconds() + " s");
            return;
        }
        hasHeard = false;
        opened.ping(0);
        silence.set(KEEP_ALIVE.toNanos());
    }

    private WireHandler onConnected(Wire wire) {
        connecting = null;
        var opened =
                new Http2Connection(
                        Http2Connection.Side.CLIENT, wire, loop, SETTINGS, new Hearing());
        connection = opened;
        opened.start();
        // The server's settings are not waited for: before them it takes 100 streams.
        stream =
                GrpcCall.begin(
                        opened,
                        scheme,
                        authority,
                        StreamTransport.METHOD,
                        worker.allocator(),
                        new Stream());
        hasHeard = true;
        patience.set(PATIENCE.toNanos());
        silence.set(KEEP_ALIVE.toNanos());
        for (byte[] message = early.poll(); message != null; message = early.poll()) {
            send(message);
        }
        return opened;
    }

    /// Whether the control plane answered as HTTP/2 does.
    boolean isConnected() {
        return !isEnded && connection != null && connection.isAcknowledged();
    }

    /// Begins a call beside the stream; null while nobody is connected.
    @Nullable GrpcCall call(String method, GrpcCall.Hearing hearing) {
        Http2Connection opened = connection;
        if (opened == null || !isConnected() || !opened.canOpen()) {
            return null;
        }
        beside.removeIf(GrpcCall::isOver);
        var call = GrpcCall.begin(opened, scheme, authority, method, worker.allocator(), hearing);
        beside.add(call);
        return call;
    }

    @Override
    public void send(byte[] message) {
        GrpcCall open = stream;
        if (isEnded) {
            return;
        }
        if (open == null) {
            early.add(message);
            return;
        }
        open.send(message);
    }

    @Override
    public void next() {
        if (stream != null) {
            stream.next();
        }
    }

    @Override
    public void cancel(String reason) {
        end(reason);
    }

    private void end(String reason) {
        if (isEnded) {
            return;
        }
        isEnded = true;
        patience.discard();
        silence.discard();
        untried.clear();
        early.clear();
        if (connecting != null) {
            connecting.giveUp();
            connecting = null;
        }
        GrpcCall open = stream;
        stream = null;
        if (open != null) {
            open.cancel(GrpcStatus.CLOSED);
        }
        List.copyOf(beside).forEach(it -> it.cancel(GrpcStatus.unavailable(reason)));
        beside.clear();
        if (connection != null) {
            connection.drain();
        }
        receiver.onEnd(reason);
    }

    private final class Connecting implements ConnectOutcome {
        @Override
        public WireHandler onConnected(Wire wire) {
            return AdsStream.this.onConnected(wire);
        }

        @Override
        public void onConnectFailed(Throwable cause) {
            connecting = null;
            connectToNext(String.valueOf(cause.getMessage()));
        }
    }

    /// What concerns the connection.
    private final class Hearing implements Http2Listener {
        @Override
        public void onRequest(Http2Stream opened, Http2Head head, boolean isEnd) {
            throw new IllegalStateException(
                    "a request from the server (expected: none to clients)");
        }

        @Override
        public void onRefused(int streamId, String details) {
            // Only servers refuse.
        }

        @Override
        public void onSettings() {
            hasHeard = true;
        }

        @Override
        public void onGoAway(ErrorCode code) {
            // The stream goes on as long as the server lets it, and the next has a connection of
            // its own anyway.
            hasHeard = true;
        }

        @Override
        public void onPong(long opaque) {
            hasHeard = true;
        }

        @Override
        public void onClosed(ErrorCode code, String details) {
            end("UNAVAILABLE: the connection was lost" + (details.isEmpty() ? "" : ", " + details));
        }
    }

    /// What the server says on the stream.
    private final class Stream implements GrpcCall.Hearing {
        @Override
        public void onSign() {
            hasHeard = true;
        }

        @Override
        public void onMessage(byte[] message) {
            receiver.onMessage(message);
        }

        @Override
        public void onEnd(GrpcStatus how) {
            stream = null;
            end(how.text());
        }
    }
}

package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.http.DownstreamCodec;
import dev.heddle.proxy.http.Http2Downstream;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An HTTP connection of a client: which version of HTTP it speaks, and how long it may live.
///
/// ```
///   UNKNOWN ──configured, or agreed on with TLS, or first bytes──▶ HTTP/1.1 or HTTP/2
///   HTTP/1.1 ──no request for some seconds──▶ RESTING ──bytes──▶ HTTP/1.1
/// ```
///
/// What serves requests of HTTP/1.1 is some five kilobytes, so a connection at rest does without.
///
/// It keeps the configuration that it was accepted with. Routes and clusters are asked for at each
/// request, so they change under a living connection; anything else changes with the next
/// connection.
@Confined("worker")
public final class DownstreamConnection implements HttpConnection, WireHandler, Requests.Listener {
    /// What a client begins with that speaks HTTP/2 without having been asked (RFC 9113, section
    /// 3.4), as far as no request of HTTP/1 begins.
    private static final byte[] PREFACE = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

    /// So long after its last request a connection rests: longer than the pauses of a busy client,
    /// since its next request costs the making of all that serves it.
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final HttpService service;
    private final Wire wire;
    private final Consumer<DownstreamConnection> onClosed;
    private final ServedConnection connection;
    private final Deadline idle;

    /// Null where a connection may live as long as it likes.
    private final @Nullable Deadline life;

    private @Nullable Requests requests;
    private @Nullable WireHandler codec;

    /// The first bytes, as long as they can be of either version.
    private @Nullable ByteBuf first;

    private @Nullable Protocol protocol;
    private boolean isDraining;
    private boolean isHeard;
    private boolean isIdle;
    private long idleSinceNanos;
    private final long openedNanos;

    /// Requests before the connection rested the last time.
    private long served;

    /// Whether the first part of the time without a request is over.
    private boolean isIdleLong;

    /// @param onClosed told once, when the connection is gone
    public DownstreamConnection(
            HttpService service,
            Wire wire,
            Client client,
            Consumer<DownstreamConnection> onClosed) {
        Worker worker = service.context().worker();
        HttpConnectionManagerConfig config = service.config();
        this.service = service;
        this.wire = wire;
        this.onClosed = onClosed;
        this.connection =
                new ServedConnection(service, wire.remote(), wire.local(), wire.tls(), client);
        this.idle = worker.deadline(this::onLongIdle);
        long lifeNanos = config.timeouts().connection().toNanos();
        this.life = lifeNanos > 0 ? worker.deadline(this::onLongLife) : null;
        wire.setWriteLimit(service.bufferLimitBytes());
        awaitRequest();
        if (life != null) {
            life.set(lifeNanos);
        }
        openedNanos = worker.nanos();
        service.log().connectionOpened(wire.tls() != null);
        switch (config.codec()) {
            case HTTP1 -> speak(Protocol.HTTP_11);
            case HTTP2 -> speak(Protocol.HTTP_2);
            case AUTO, HTTP3 -> {
                // The first bytes tell, or what was agreed on with TLS. HTTP/3 has no such
                // connections, which the parser sees to.
            }
        }
    }

    /// What the wire is to tell.
    public WireHandler wireHandler() {
        return this;
    }

    @Override
    public void drain() {
        isDraining = true;
        if (requests != null) {
            requests.drain();
        }
    }

    @Override
    public void leave() {
        Requests awake = awake();
        if (awake == null) {
            wire.close();
        } else {
            awake.leave();
        }
    }

    @Override
    public Duration grace() {
        return service.config().timeouts().drain();
    }

    @Override
    public void closeWhenIdle() {
        if (requests == null) {
            wire.close();
        } else {
            requests.closeWhenIdle();
        }
    }

    @Override
    public void close() {
        if (requests == null) {
            wire.close();
        } else {
            requests.close();
        }
    }

    /// Whether there is an exchange on it.
    public boolean isBusy() {
        return requests != null && requests.isBusy();
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (!isHeard) {
            isHeard = true;
            if (connection.strikes(OverloadAction.HCM_ONDATA_CREATING_CODEC)) {
                service.log().count(HttpStat.DOWNSTREAM_RQ_OVERLOAD_CLOSE);
                bytes.release();
                wire.reset();
                return;
            }
        }
        if (protocol == Protocol.HTTP_2
                && connection.strikes(OverloadAction.HTTP2_SERVER_GO_AWAY_ON_DISPATCH)) {
            drain();
        }
        WireHandler hears = codec;
        if (hears == null) {
            ByteBuf all = withFirst(bytes);
            if (protocol != null) {
                wake(protocol).onBytes(all);
                return;
            }
            Protocol known = known(all);
            if (known == null) {
                first = all;
                isIdle = false;
                idle.set(patienceNanos());
                return;
            }
            hears = speak(known);
            awaitRequest();
            hears.onBytes(all);
            return;
        }
        hears.onBytes(bytes);
    }

    private ByteBuf withFirst(ByteBuf bytes) {
        ByteBuf before = first;
        if (before == null) {
            return bytes;
        }
        first = null;
        ByteBuf all =
                service.context()
                        .worker()
                        .allocator()
                        .directBuffer(before.readableBytes() + bytes.readableBytes());
        all.writeBytes(before).writeBytes(bytes);
        before.release();
        bytes.release();
        return all;
    }

    /// The version that the client speaks; null as long as it can be either.
    private @Nullable Protocol known(ByteBuf bytes) {
        TlsSession session = wire.tls();
        switch (session == null ? "" : session.alpn()) {
            case "h2" -> {
                return Protocol.HTTP_2;
            }
            case "http/1.1", "http/1.0" -> {
                return Protocol.HTTP_11;
            }
            default -> {
                // Nothing was agreed on: a client may know beforehand.
            }
        }
        int length = Math.min(bytes.readableBytes(), PREFACE.length);
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
                return Protocol.HTTP_11;
            }
        }
        return length == PREFACE.length ? Protocol.HTTP_2 : null;
    }

    /// How long the rest of a first word may take: what a head may.
    private long patienceNanos() {
        long nanos = service.config().timeouts().requestHeaders().toNanos();
        return nanos > 0 ? nanos : service.config().timeouts().idle().toNanos();
    }

    private WireHandler speak(Protocol version) {
        protocol = version;
        service.log().connectionSpeaks(version);
        return wake(version);
    }

    /// Makes what serves requests.
    private WireHandler wake(Protocol version) {
        WireHandler hears;
        Requests serving;
        if (version == Protocol.HTTP_2) {
            var streams = new StreamRequests<>(connection, this, this::http2);
            serving = streams;
            hears = streams.codec();
        } else {
            var http1 = new Http1Requests(connection, wire, this, served);
            serving = http1;
            hears = http1.codec();
        }
        requests = serving;
        codec = hears;
        if (isDraining) {
            serving.drain();
        }
        return hears;
    }

    private Http2Downstream http2(DownstreamCodec.Owner owner) {
        return new Http2Downstream(
                connection.worker(),
                service.context().http2(),
                wire,
                service.http2(),
                service.log().http2Stats(),
                owner);
    }

    /// Gives up what serves requests, if nothing of it would be missed.
    private void rest() {
        if (requests instanceof Http1Requests http1 && http1.canRest()) {
            served = http1.served();
            http1.rest();
            connection.rest();
            requests = null;
            codec = null;
        } else if (codec instanceof Http2Downstream http2) {
            http2.rest();
        }
    }

    private void awaitRequest() {
        isIdle = true;
        idleSinceNanos = service.context().worker().nanos();
        long limit = idleNanos();
        isIdleLong = limit > 0 && limit <= REST_NANOS;
        idle.set(isIdleLong ? limit : REST_NANOS);
    }

    @Override
    public void onWritable() {
        if (codec != null) {
            codec.onWritable();
        }
    }

    @Override
    public void onEnd() {
        if (codec != null) {
            codec.onEnd();
        } else if (protocol != null) {
            wire.close();
        }
    }

    @Override
    public void onClosed() {
        if (codec != null) {
            codec.onClosed();
            return;
        }
        if (first != null) {
            first.release();
            first = null;
        }
        onGone();
    }

    @Override
    public void onBusy() {
        isIdle = false;
        idle.cancel();
    }

    @Override
    public void onIdle() {
        awaitRequest();
    }

    private long idleNanos() {
        return service.overload().get().idleNanos(service.config().timeouts().idle().toNanos());
    }

    @Override
    public void onTimeouts() {
        long limit = idleNanos();
        if (isIdle && idle.isSet() && limit > 0 && (isIdleLong || limit <= REST_NANOS)) {
            isIdleLong = true;
            long passed = service.context().worker().nanos() - idleSinceNanos;
            idle.set(Math.max(1, limit - passed));
        }
    }

    @Override
    public void onGone() {
        idle.discard();
        if (life != null) {
            life.discard();
        }
        connection.gone();
        service.log()
                .connectionClosed(
                        protocol,
                        wire.tls() != null,
                        service.context().worker().nanos() - openedNanos);
        onClosed.accept(this);
    }

    private void onLongIdle() {
        if (!isIdleLong && first == null) {
            isIdleLong = true;
            rest();
            // Zero stands for no limit.
            idle.set(idleNanos() - REST_NANOS);
            return;
        }
        service.log().count(HttpStat.DOWNSTREAM_CX_IDLE_TIMEOUT);
        Requests awake = awake();
        if (awake == null) {
            wire.close();
        } else {
            awake.onLongIdle();
        }
    }

    private void onLongLife() {
        service.log().count(HttpStat.DOWNSTREAM_CX_MAX_DURATION_REACHED);
        Requests awake = awake();
        if (awake == null) {
            wire.close();
        } else {
            awake.onLongLife();
        }
    }

    private @Nullable Requests awake() {
        if (requests == null && protocol != null) {
            wake(protocol);
        }
        return requests;
    }
}

package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.http.Protocol;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An HTTP connection of a client: which version of HTTP it speaks, and how long it may live.
///
/// ```
///   UNKNOWN ──configured, or agreed on with TLS, or first bytes──▶ HTTP/1.1 or HTTP/2
/// ```
///
/// It keeps the configuration that it was accepted with. Routes and clusters are asked for at each
/// request, so they change under a living connection; anything else changes with the next
/// connection.
@Confined("worker")
public final class DownstreamConnection implements WireHandler, Requests.Listener {
    /// What a client begins with that speaks HTTP/2 without having been asked (RFC 9113, section
    /// 3.4), as far as no request of HTTP/1 begins.
    private static final byte[] PREFACE = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

    private final HttpService service;
    private final Wire wire;
    private final Consumer<DownstreamConnection> onClosed;
    private final ServedConnection served;
    private final Deadline idle;
    private final Deadline life;
    private @Nullable Requests requests;
    private @Nullable WireHandler codec;

    /// The first bytes, as long as they can be of either version.
    private @Nullable ByteBuf first;

    private @Nullable Protocol protocol;
    private boolean isDraining;

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
        this.served = new ServedConnection(service, wire, client);
        this.idle = worker.deadline(this::onLongIdle);
        this.life = worker.deadline(this::onLongLife);
        wire.setWriteLimit(service.bufferLimitBytes());
        idle.set(config.timeouts().idle().toNanos());
        life.set(config.timeouts().connection().toNanos());
        service.log().connectionOpened();
        switch (config.codec()) {
            case HTTP1 -> speak(Protocol.HTTP_11);
            case HTTP2 -> speak(Protocol.HTTP_2);
            case AUTO -> {
                // The first bytes tell, or what was agreed on with TLS.
            }
        }
    }

    /// What the wire is to tell.
    public WireHandler wireHandler() {
        return this;
    }

    /// Lets the present exchanges, or the next, be the last.
    public void drain() {
        isDraining = true;
        if (requests != null) {
            requests.drain();
        }
    }

    /// Asks the client to go, and gives it the time of the connection manager's `drain_timeout` for
    /// it. A connection that never said a word just ends.
    public void leave() {
        if (requests == null) {
            wire.close();
        } else {
            requests.leave();
        }
    }

    /// How long a client has that was asked to go.
    public Duration grace() {
        return service.config().timeouts().drain();
    }

    /// Ends it now if it has no exchange, else with that.
    public void closeWhenIdle() {
        if (requests == null) {
            wire.close();
        } else {
            requests.closeWhenIdle();
        }
    }

    /// Ends it now.
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
        WireHandler hears = codec;
        if (hears == null) {
            ByteBuf all = withFirst(bytes);
            Protocol known = known(all);
            if (known == null) {
                first = all;
                idle.set(patienceNanos());
                return;
            }
            hears = speak(known);
            idle.set(service.config().timeouts().idle().toNanos());
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
        Requests serving =
                version == Protocol.HTTP_2
                        ? new Http2Requests(served, this)
                        : new Http1Requests(served, this);
        requests = serving;
        WireHandler hears = serving.codec();
        codec = hears;
        if (isDraining) {
            serving.drain();
        }
        return hears;
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
        idle.cancel();
    }

    @Override
    public void onIdle() {
        idle.set(service.config().timeouts().idle().toNanos());
    }

    @Override
    public void onGone() {
        idle.discard();
        life.discard();
        served.gone();
        service.log().connectionClosed(protocol);
        onClosed.accept(this);
    }

    private void onLongIdle() {
        if (requests == null) {
            wire.close();
        } else {
            requests.onLongIdle();
        }
    }

    private void onLongLife() {
        if (requests == null) {
            wire.close();
        } else {
            requests.onLongLife();
        }
    }
}

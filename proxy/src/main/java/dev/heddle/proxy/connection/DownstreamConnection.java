package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.ExchangeOwner;
import dev.heddle.proxy.filter.Timeouts;
import dev.heddle.proxy.http.CodecError;
import dev.heddle.proxy.http.Http1Downstream;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHandler;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An HTTP connection of a client: its codec, the exchange on it, and how long it may live.
///
/// It keeps the configuration that it was accepted with. Routes and clusters are asked for at each
/// request, so they change under a living connection; anything else changes with the next
/// connection.
@Confined("worker")
public final class DownstreamConnection implements RequestHandler, ExchangeOwner {
    private final HttpService service;
    private final Consumer<DownstreamConnection> onClosed;
    private final Http1Downstream codec;
    private final Exchange exchange;
    private final ProxyHeaders headers;
    private final RequestRules rules;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final Deadline idle;
    private final Deadline head;
    private final Deadline life;
    private long requests;

    /// Whether the client was, or will be, told that the next answer is the last.
    private boolean isLeaving;

    /// @param onClosed told once, when the connection is gone
    public DownstreamConnection(
            HttpService service, Wire wire, Consumer<DownstreamConnection> onClosed) {
        Worker worker = service.context().worker();
        HttpConnectionManagerConfig config = service.config();
        this.service = service;
        this.onClosed = onClosed;
        this.remote = wire.remote();
        this.local = wire.local();
        this.headers =
                new ProxyHeaders(
                        config.identity(), worker.random(), new DateText(worker), wire.tls());
        this.rules = new RequestRules(config);
        this.codec = new Http1Downstream(worker, wire, service.http1(), this);
        var info = new StreamInfo();
        info.onConnection(
                worker.nextConnectionId(), service.listener(), service.chain(), remote, local);
        info.setTls(wire.tls());
        this.exchange =
                new Exchange(
                        service.context(),
                        config.filters(),
                        this,
                        service.log(),
                        info,
                        new Timeouts(
                                config.timeouts().streamIdle().toNanos(),
                                config.timeouts().request().toNanos(),
                                config.timeouts().stream().toNanos()),
                        codec,
                        codec,
                        service.bufferLimitBytes());
        this.idle = worker.deadline(this::onIdle);
        this.head = worker.deadline(this::onHeadTimeout);
        this.life = worker.deadline(this::onOld);
        wire.setWriteLimit(service.bufferLimitBytes());
        idle.set(config.timeouts().idle().toNanos());
        life.set(config.timeouts().connection().toNanos());
        service.log().connectionOpened();
    }

    /// What the wire is to tell.
    public WireHandler wireHandler() {
        return codec;
    }

    /// Lets the present exchange, or the next, be the last.
    public void drain() {
        codec.closeAfterResponse();
    }

    /// Ends it now if it has no exchange, else with that.
    public void closeWhenIdle() {
        codec.closeWhenIdle();
    }

    /// Ends it now.
    public void close() {
        codec.close();
    }

    /// Whether there is an exchange on it.
    public boolean isBusy() {
        return !exchange.isOver();
    }

    @Override
    public void onRequestBegun() {
        idle.cancel();
        head.set(service.config().timeouts().requestHeaders().toNanos());
        long most = service.config().limits().requestsPerConnection();
        requests++;
        if (most > 0 && requests >= most) {
            codec.closeAfterResponse();
        }
        exchange.begin();
    }

    @Override
    public void onRequest(RequestHead request, boolean ends) {
        head.cancel();
        OverloadState overload = service.context().overload().get();
        RandomGenerator random = service.context().worker().random();
        if (overload.strikes(OverloadAction.DISABLE_HTTP_KEEPALIVE, random)) {
            codec.closeAfterResponse();
        }
        LocalReply refusal =
                overload.strikes(OverloadAction.STOP_ACCEPTING_REQUESTS, random)
                        ? LocalReply.configured(503, "overload", "envoy overloaded", List.of())
                        : rules.apply(request, local.getPort());
        if (refusal != null) {
            exchange.refuseRead(request, refusal, ends);
            return;
        }
        headers.onRequest(request, remote, local.getPort(), exchange.info());
        exchange.onRequest(request, ends);
    }

    @Override
    public void onRequestBody(ByteBuf bytes) {
        exchange.onRequestBody(bytes);
    }

    @Override
    public void onRequestEnd() {
        exchange.onRequestEnd();
    }

    @Override
    public void onRequestError(CodecError error) {
        head.cancel();
        exchange.refuse(exchange.request(), error.reply());
    }

    @Override
    public void onResponseWritable() {
        exchange.onResponseWritable();
    }

    @Override
    public void onDisconnected() {
        idle.discard();
        head.discard();
        life.discard();
        exchange.onDisconnected();
        exchange.discard();
        service.log().connectionClosed();
        onClosed.accept(this);
    }

    private void onHeadTimeout() {
        exchange.refuse(
                exchange.request(),
                LocalReply.timeout(
                        Optional.empty(), "request_header_timeout", "request header timeout"));
    }

    /// A client may be sending its next request just now: it is told to go with the answer to that,
    /// and only after the drain time is the connection closed under it.
    private void onIdle() {
        if (requests == 0 || isLeaving) {
            codec.closeWhenIdle();
        } else {
            leave(idle);
        }
    }

    private void onOld() {
        if (requests == 0 || isLeaving) {
            codec.closeWhenIdle();
        } else if (service.config().http1().outlivesDuration()) {
            codec.closeAfterResponse();
        } else {
            leave(life);
        }
    }

    private void leave(Deadline until) {
        isLeaving = true;
        codec.closeAfterResponse();
        long drain = service.config().timeouts().drain().toNanos();
        if (drain == 0) {
            codec.closeWhenIdle();
        } else {
            until.set(drain);
        }
    }

    @Override
    public @Nullable RouteTable routes() {
        return service.routes().get();
    }

    @Override
    public void beforeResponse(RequestHead request, ResponseHead response) {
        headers.onResponse(request, response);
    }

    @Override
    public boolean staysOpenAfterBadRequest() {
        return service.config().http1().staysOpenAfterBadRequest();
    }

    @Override
    public void onOver() {
        idle.set(service.config().timeouts().idle().toNanos());
        codec.next();
    }
}

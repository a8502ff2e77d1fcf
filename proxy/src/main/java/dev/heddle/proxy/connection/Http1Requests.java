package dev.heddle.proxy.connection;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.ExchangeOwner;
import dev.heddle.proxy.http.CodecError;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Http1Downstream;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHandler;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.HeaderStat;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.runtime.WireHandler;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The requests of an HTTP/1.1 connection, which one exchange serves one after the other.
@Confined("worker")
final class Http1Requests implements RequestHandler, ExchangeOwner, Requests {
    private final ServedConnection served;
    private final Listener listener;
    private final Http1Downstream codec;
    private final Exchange exchange;
    private final Deadline head;

    /// Ends the connection under a client that was told to go.
    private final Deadline leave;

    private long requests;

    /// Whether the client was, or will be, told that the next answer is the last.
    private boolean isLeaving;

    /// @param before how many requests the connection has had
    Http1Requests(ServedConnection served, Wire wire, Listener listener, long before) {
        this.served = served;
        this.listener = listener;
        this.requests = before;
        this.codec = new Http1Downstream(served.worker(), wire, served.service().http1(), this);
        this.exchange = served.exchange(this, codec, codec);
        this.head = served.worker().deadline(this::onHeadTimeout);
        this.leave = served.worker().deadline(codec::closeWhenIdle);
    }

    /// What the wire is to tell.
    WireHandler codec() {
        return codec;
    }

    /// How many requests the connection has had.
    long served() {
        return requests;
    }

    /// Whether another instance could take the next request as well as this one.
    boolean canRest() {
        return exchange.isOver() && !isLeaving && codec.canRest();
    }

    /// Gives up what this holds; nothing is served by it any more.
    void rest() {
        head.discard();
        leave.discard();
        exchange.discard();
        codec.rest();
    }

    @Override
    public void drain() {
        codec.closeAfterResponse();
    }

    @Override
    public void leave() {
        if (!isLeaving) {
            served.service().log().count(HttpStat.DOWNSTREAM_CX_DRAIN_CLOSE);
            goAway();
        }
    }

    @Override
    public void closeWhenIdle() {
        codec.closeWhenIdle();
    }

    /// A client may be sending its next request just now: it is told to go with the answer to that,
    /// and only after the drain time is the connection closed under it.
    @Override
    public void onLongIdle() {
        if (requests == 0 || isLeaving) {
            codec.closeWhenIdle();
        } else {
            goAway();
        }
    }

    @Override
    public void onLongLife() {
        if (requests == 0 || isLeaving) {
            codec.closeWhenIdle();
        } else if (served.service().config().http1().outlivesDuration()) {
            codec.closeAfterResponse();
        } else {
            goAway();
        }
    }

    private void goAway() {
        isLeaving = true;
        codec.closeAfterResponse();
        long drain = served.service().config().timeouts().drain().toNanos();
        if (drain == 0) {
            codec.closeWhenIdle();
        } else {
            leave.set(drain);
        }
    }

    @Override
    public void close() {
        codec.close();
    }

    @Override
    public boolean isBusy() {
        return !exchange.isOver();
    }

    @Override
    public WireBytes wireBytes() {
        return exchange.info().downstreamBytes();
    }

    @Override
    public void onRequestBegun() {
        listener.onBusy();
        head.set(served.service().config().timeouts().requestHeaders().toNanos());
        long most = served.service().config().limits().requestsPerConnection();
        requests++;
        if (most > 0 && requests >= most) {
            if (requests == most) {
                served.service().log().count(HttpStat.DOWNSTREAM_CX_MAX_REQUESTS_REACHED);
            }
            codec.closeAfterResponse();
        }
        exchange.begin(Protocol.HTTP_11);
    }

    @Override
    public void onRequest(RequestHead request, boolean ends) {
        head.cancel();
        served.serve(exchange, request, ends);
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
    public void onRequestTrailers(Headers trailers) {
        exchange.onRequestTrailers(trailers);
    }

    @Override
    public void onRequestReset(String details, ResponseFlag why) {
        throw new IllegalStateException("a request cannot end before its connection in HTTP/1");
    }

    @Override
    public void onRequestError(CodecError error) {
        head.cancel();
        served.service().log().count(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
        if (error == CodecError.UNDERSCORE) {
            served.service()
                    .log()
                    .count(
                            Protocol.HTTP_11,
                            HeaderStat.REQUESTS_REJECTED_WITH_UNDERSCORES_IN_HEADERS,
                            1);
        }
        exchange.refuse(exchange.request(), error.reply());
    }

    @Override
    public void onResponseWritable() {
        exchange.onResponseWritable();
    }

    @Override
    public void onDisconnected() {
        head.discard();
        leave.discard();
        exchange.onDisconnected();
        exchange.discard();
        listener.onGone();
    }

    private void onHeadTimeout() {
        exchange.refuse(
                exchange.request(),
                LocalReply.timeout(
                        Optional.empty(), "request_header_timeout", "request header timeout"));
    }

    @Override
    public @Nullable RouteTable routes() {
        return served.routes();
    }

    @Override
    public void beforeResponse(RequestHead request, ResponseHead response) {
        served.onResponse(request, response);
        if (!isLeaving && served.isLastAnswer()) {
            isLeaving = true;
            codec.closeAfterResponse();
        }
    }

    @Override
    public boolean staysOpenAfterBadRequest() {
        return served.service().config().http1().staysOpenAfterBadRequest();
    }

    @Override
    public boolean takesUpgrade(String protocol) {
        return served.takesUpgrade(protocol);
    }

    @Override
    public void onOver() {
        listener.onIdle();
        codec.next();
    }
}

package dev.heddle.proxy.connection;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.ExchangeOwner;
import dev.heddle.proxy.http.CodecError;
import dev.heddle.proxy.http.DownstreamStream;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHandler;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.HeaderStat;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One of the requests that a connection of HTTP/2 or HTTP/3 has at once; when it is over, the
/// next.
@Confined("worker")
final class StreamRequest implements RequestHandler, ExchangeOwner {
    private final StreamRequests<?> connection;
    private final ServedConnection served;
    private final DownstreamStream stream;
    private final Exchange exchange;

    StreamRequest(StreamRequests<?> connection, ServedConnection served, DownstreamStream stream) {
        this.connection = connection;
        this.served = served;
        this.stream = stream;
        this.exchange = served.exchange(this, stream, stream);
    }

    @Override
    public WireBytes wireBytes() {
        return exchange.info().downstreamBytes();
    }

    @Override
    public void onRequestBegun() {
        connection.onRequestBegun();
        exchange.begin(stream.protocol());
    }

    @Override
    public void onRequest(RequestHead request, boolean ends) {
        if (request.authority().isEmpty()) {
            stream.refuse(stream.words().violation(), true);
        } else if (served.isUnderscoreRefused(request)) {
            served.service()
                    .log()
                    .count(
                            stream.protocol(),
                            HeaderStat.REQUESTS_REJECTED_WITH_UNDERSCORES_IN_HEADERS,
                            1);
            stream.refuse(stream.words().underscore(), false);
        } else {
            served.serve(exchange, request, ends);
        }
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
        exchange.onRequestReset(details, why);
    }

    @Override
    public void onRequestError(CodecError error) {
        throw new IllegalStateException(error + ": a stream has no errors of HTTP/1");
    }

    @Override
    public void onResponseWritable() {
        exchange.onResponseWritable();
    }

    @Override
    public void onDisconnected() {
        exchange.onDisconnected();
        exchange.discard();
    }

    @Override
    public @Nullable RouteTable routes() {
        return served.routes();
    }

    @Override
    public void beforeResponse(RequestHead request, ResponseHead response) {
        served.onResponse(request, response);
        connection.beforeResponse();
    }

    @Override
    public boolean takesUpgrade(String protocol) {
        return served.takesUpgrade(protocol);
    }

    @Override
    public void onOver() {
        stream.next();
    }
}

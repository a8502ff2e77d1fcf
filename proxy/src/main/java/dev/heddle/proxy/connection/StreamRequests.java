package dev.heddle.proxy.connection;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.ExchangeOwner;
import dev.heddle.proxy.http.DownstreamCodec;
import dev.heddle.proxy.http.DownstreamStream;
import dev.heddle.proxy.http.RequestHandler;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Confined;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The requests of a connection of HTTP/2 or HTTP/3, an exchange for each of those that are open at
/// once.
///
/// @param <C> what speaks that version
@Confined("worker")
final class StreamRequests<C extends DownstreamCodec> implements DownstreamCodec.Owner, Requests {
    private final ServedConnection served;
    private final Listener listener;
    private final C codec;
    private long requests;

    /// @param codec makes what tells this of requests
    StreamRequests(
            ServedConnection served, Listener listener, Function<DownstreamCodec.Owner, C> codec) {
        this.served = served;
        this.listener = listener;
        this.codec = codec.apply(this);
    }

    C codec() {
        return codec;
    }

    @Override
    public void drain() {
        codec.drain();
    }

    @Override
    public void leave() {
        if (!codec.isLeaving()) {
            served.service().log().count(HttpStat.DOWNSTREAM_CX_DRAIN_CLOSE);
            codec.drain();
        }
    }

    @Override
    public void closeWhenIdle() {
        codec.closeWhenIdle();
    }

    @Override
    public void onLongIdle() {
        codec.drain();
    }

    @Override
    public void onLongLife() {
        codec.drain();
    }

    @Override
    public void close() {
        codec.close();
    }

    @Override
    public boolean isBusy() {
        return codec.streams() > 0;
    }

    @Override
    public RequestHandler handler(DownstreamStream stream) {
        return new StreamRequest(this, served, stream);
    }

    /// One more request was begun.
    void onRequestBegun() {
        requests++;
        long most = served.service().config().limits().requestsPerConnection();
        if (most > 0 && requests >= most) {
            if (requests == most) {
                served.service().log().count(HttpStat.DOWNSTREAM_CX_MAX_REQUESTS_REACHED);
            }
            codec.drain();
        }
    }

    /// One more answer is about to begin.
    void beforeResponse() {
        if (!codec.isLeaving() && served.isLastAnswer()) {
            codec.drain();
        }
    }

    @Override
    public void onBusy() {
        listener.onBusy();
    }

    @Override
    public void onIdle() {
        listener.onIdle();
    }

    /// Has a request recorded that nobody served.
    @Override
    public void onRefused(String details) {
        var refused = new Refused(served);
        Exchange exchange = refused.exchange;
        exchange.begin(codec.protocol());
        exchange.onRequestReset(details, ResponseFlag.DPE);
        exchange.discard();
    }

    @Override
    public void onGone(String details) {
        if (!details.isEmpty()) {
            served.service().log().count(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
        }
        listener.onGone();
    }

    /// Has an exchange that is over before it could ask for anything.
    private static final class Refused implements ExchangeOwner {
        private final ServedConnection served;
        private final Exchange exchange;

        Refused(ServedConnection served) {
            this.served = served;
            this.exchange = served.exchange(this, NoResponse.NONE, NoResponse.NONE);
        }

        @Override
        public @Nullable RouteTable routes() {
            return served.routes();
        }

        @Override
        public void beforeResponse(RequestHead request, ResponseHead response) {
            throw new IllegalStateException("a refused request has no response");
        }

        @Override
        public void onOver() {
            // Nothing waits for its end.
        }
    }
}

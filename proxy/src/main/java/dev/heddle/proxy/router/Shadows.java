package dev.heddle.proxy.router;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.route.Mirror;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The copies of one exchange's request. They get its body as it comes, and nobody waits for them:
/// one that does not keep up is given up. Those whose request was complete go on when the exchange
/// is over.
@Confined("worker")
final class Shadows implements BodySink {
    private final List<Shadow> all = new ArrayList<>(1);
    private final boolean isBodyless;
    private boolean isComplete;
    private boolean isStarted;

    /// @param isBodyless whether there will be no body
    Shadows(boolean isBodyless) {
        this.isBodyless = isBodyless;
        this.isComplete = isBodyless;
    }

    /// The copies that mirrors want of a request as it goes upstream; null for none.
    ///
    /// @param limit from the end of the request to that of the response; zero for none
    /// @param original where it is counted that one was further behind
    static @Nullable Shadows of(
            Exchange exchange,
            FilterContext context,
            RouteAction.Forward route,
            Duration limit,
            Tally<ClusterStat> original) {
        long mostHeldBytes =
                Math.min(
                        route.attempts().bufferLimitBytes().orElse(Long.MAX_VALUE),
                        exchange.requestBody().limitBytes());
        Shadows copies = null;
        for (Mirror mirror : route.mirrors()) {
            Cluster cluster =
                    mirror.chance().takes(exchange.worker().random(), exchange.worker().values())
                            ? context.clusters().get(mirror.cluster(exchange.request()))
                            : null;
            if (cluster == null) {
                continue;
            }
            if (copies == null) {
                copies = new Shadows(exchange.isBodyless());
            }
            copies.all.add(
                    new Shadow(
                            exchange.worker(),
                            context.http2(),
                            cluster,
                            head(exchange, mirror),
                            limit,
                            mostHeldBytes,
                            () -> original.add(ClusterStat.RETRY_OR_SHADOW_ABANDONED)));
        }
        if (copies != null && !copies.isBodyless) {
            exchange.mirrorTo(copies);
        }
        return copies;
    }

    /// As Envoy, whose copies are requests of its own: they come from inside, and from here.
    private static RequestHead head(Exchange exchange, Mirror mirror) {
        RequestHead head = exchange.request().copy();
        head.setAuthority(mirror.authorityOf(head.authority()));
        Headers headers = head.headers();
        headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
        if (exchange.info().downstreamLocal() instanceof InetSocketAddress here
                && here.getAddress() != null) {
            String before = headers.get(HeaderName.X_FORWARDED_FOR);
            String own = here.getAddress().getHostAddress();
            headers.set(HeaderName.X_FORWARDED_FOR, before == null ? own : before + "," + own);
        }
        return head;
    }

    void start() {
        isStarted = true;
        all.forEach(it -> it.start(isBodyless));
    }

    @Override
    public void body(ByteBuf bytes) {
        all.forEach(it -> it.body(bytes.retainedDuplicate()));
        bytes.release();
    }

    @Override
    public void end() {
        isComplete = true;
        all.forEach(Shadow::end);
    }

    @Override
    public void trailers(Headers trailers) {
        isComplete = true;
        all.forEach(it -> it.trailers(trailers));
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    /// The exchange is over: what is not complete never will be.
    void onComplete() {
        if (!isComplete || !isStarted) {
            all.forEach(Shadow::cancel);
        }
    }
}

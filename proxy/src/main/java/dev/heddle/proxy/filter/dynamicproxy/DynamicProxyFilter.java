package dev.heddle.proxy.filter.dynamicproxy;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.HostFinder;
import dev.heddle.proxy.upstream.HostFinder.Outcome;
import org.jspecify.annotations.Nullable;

/// Has the host be found that a request names, before it is routed there. Requests to clusters that
/// have hosts of their own pass.
@Confined("worker")
public final class DynamicProxyFilter implements HttpFilter, HostFinder.Asker {
    private final FilterContext context;
    private @Nullable Exchange waiting;

    public DynamicProxyFilter(FilterContext context) {
        this.context = context;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        HostFinder finder = finder(exchange.route());
        if (finder == null) {
            return Verdict.CONTINUE;
        }
        Outcome outcome = finder.find(exchange.request().authority(), this);
        if (outcome == null) {
            waiting = exchange;
            return Verdict.AWAIT;
        }
        return outcome == Outcome.FOUND ? Verdict.CONTINUE : new Verdict.Reply(reply(outcome));
    }

    private @Nullable HostFinder finder(@Nullable RouteEntry route) {
        if (route == null || !(route.action() instanceof RouteAction.Forward forward)) {
            return null;
        }
        for (RouteAction.Target target : forward.targets()) {
            Cluster cluster = context.clusters().get(target.cluster());
            if (cluster != null && cluster.finder() != null) {
                return cluster.finder();
            }
        }
        return null;
    }

    @Override
    public void onOutcome(Outcome outcome) {
        Exchange exchange = waiting;
        waiting = null;
        if (exchange == null) {
            return;
        }
        if (outcome == Outcome.FOUND) {
            exchange.resume();
        } else {
            exchange.reply(reply(outcome));
        }
    }

    private static LocalReply reply(Outcome outcome) {
        return switch (outcome) {
            case UNKNOWN ->
                    LocalReply.of(
                            503,
                            ResponseFlag.DF,
                            "dns_resolution_failure",
                            "DNS resolution failure");
            case OVERFLOW ->
                    LocalReply.of(503, ResponseFlag.UO, "dns_cache_overflow", "DNS cache overflow");
            case FOUND -> throw new IllegalStateException("a host that was found is no failure");
        };
    }

    @Override
    public void onComplete(Exchange exchange) {
        waiting = null;
    }
}

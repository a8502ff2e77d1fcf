package dev.heddle.proxy.router;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.StreamLimit;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The last filter: finds the route and does what it says. One instance serves a connection.
@Confined("worker")
public final class Router implements HttpFilter {
    private static final int MAX_TIMEOUT_DIGITS = 9;

    private final RouterConfig config;
    private final FilterContext context;
    private @Nullable RouteEntry entry;
    private RouteAction.@Nullable Target target;
    private final Deadline timeout;

    /// The attempt of this exchange, if it came that far.
    private @Nullable UpstreamRequest upstream;

    /// An attempt that is over, for the next exchange.
    private @Nullable UpstreamRequest spare;

    private @Nullable Exchange timed;
    private Duration timeoutLength = Duration.ZERO;

    public Router(RouterConfig config, FilterContext context) {
        this.config = config;
        this.context = context;
        this.timeout = context.worker().deadline(this::onTimeout);
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RouteEntry found = exchange.route();
        if (found == null) {
            return reply(new UpstreamFailure.NoRoute());
        }
        entry = found;
        exchange.info().setRoute(found.virtualHost(), found.name());
        return switch (found.action()) {
            case RouteAction.Forward forward -> forward(exchange, found, forward);
            case RouteAction.Redirect(int status, RouteAction.Location location) ->
                    new Verdict.Reply(
                            LocalReply.configured(
                                    status,
                                    "direct_response",
                                    "",
                                    List.of(
                                            new LocalReply.Field(
                                                    HeaderName.LOCATION,
                                                    location.of(exchange.request())))));
            case RouteAction.DirectReply(int status, String body) ->
                    new Verdict.Reply(
                            LocalReply.configured(status, "direct_response", body, List.of()));
        };
    }

    private Verdict forward(Exchange exchange, RouteEntry route, RouteAction.Forward forward) {
        RouteAction.Target chosen = forward.choose(exchange.worker().random());
        target = chosen;
        exchange.info().setCluster(chosen.cluster());
        Cluster cluster = context.clusters().get(chosen.cluster());
        if (cluster == null) {
            return reply(new UpstreamFailure.NoCluster());
        }
        RequestHead request = exchange.request();
        timeoutLength = timeout(exchange, forward);
        route.editRequest(request, chosen, exchange.info());
        if (!config.suppressEnvoyHeaders() && !timeoutLength.isZero()) {
            request.headers()
                    .set(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, timeoutLength.toMillis());
        }
        if (forward.idleTimeout().isPresent()) {
            exchange.setIdleTimeout(forward.idleTimeout().get().toNanos());
        }
        if (exchange.isRequestEnded()) {
            startTimeout(exchange);
        }
        UpstreamRequest attempt = spare;
        if (attempt == null) {
            attempt =
                    new UpstreamRequest(
                            exchange, context.http2(), cluster, !config.suppressEnvoyHeaders());
        }
        spare = null;
        upstream = attempt;
        attempt.start(cluster);
        return Verdict.AWAIT;
    }

    private static Verdict reply(UpstreamFailure failure) {
        return new Verdict.Reply(LocalReply.to(failure));
    }

    /// How long the response alone may take, by what the route says of it, or of gRPC, or of the
    /// exchange as a whole.
    private Duration timeout(Exchange exchange, RouteAction.Forward forward) {
        Headers headers = exchange.request().headers();
        if (forward.streamLimit().isPresent()) {
            limit(exchange, forward.streamLimit().get());
            return timeout(headers, Duration.ZERO);
        }
        if (forward.grpcTimeout().isEmpty() || !GrpcStatus.isCall(headers)) {
            return timeout(headers, forward.timeout());
        }
        Duration asked = GrpcTimeout.asked(headers).orElse(Duration.ZERO);
        Duration granted = timeout(headers, forward.grpcTimeout().get().granted(asked));
        if (!granted.isZero()) {
            GrpcTimeout.tell(headers, granted);
        }
        return granted;
    }

    private static void limit(Exchange exchange, StreamLimit limit) {
        Headers headers = exchange.request().headers();
        Optional<Duration> asked = GrpcTimeout.asked(headers);
        if (asked.isPresent() && limit.grpc().isPresent()) {
            Duration granted = limit.grpc().get().granted(asked.get());
            GrpcTimeout.tell(headers, granted);
            exchange.setStreamTimeout(Math.max(1, granted.toNanos()));
        } else {
            limit.most().ifPresent(most -> exchange.setStreamTimeout(most.toNanos()));
        }
    }

    /// The route's, unless the request asks for another (`x-envoy-upstream-rq-timeout-ms`).
    private Duration timeout(Headers headers, Duration configured) {
        String asked =
                config.suppressEnvoyHeaders()
                        ? null
                        : headers.get(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS);
        if (asked == null) {
            return configured;
        }
        headers.remove(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS);
        boolean isNumber =
                !asked.isEmpty()
                        && asked.length() <= MAX_TIMEOUT_DIGITS
                        && asked.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Duration.ofMillis(Long.parseLong(asked)) : configured;
    }

    /// The timeout is the upstream's alone: it runs from the end of the request.
    @Override
    public void onRequestEnd(Exchange exchange) {
        if (upstream != null) {
            startTimeout(exchange);
        }
    }

    private void startTimeout(Exchange exchange) {
        timed = exchange;
        timeout.set(timeoutLength.toNanos());
    }

    private void onTimeout() {
        if (upstream != null && timed != null) {
            upstream.cluster().stats().add(ClusterStat.UPSTREAM_RQ_TIMEOUT);
            timed.fail(new UpstreamFailure.Timeout());
        }
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        if (entry == null) {
            return;
        }
        if (target == null) {
            entry.editReply(exchange.request(), response, exchange.info());
        } else {
            entry.editResponse(exchange.request(), response, target, exchange.info());
        }
    }

    @Override
    public void onComplete(Exchange exchange) {
        timeout.cancel();
        if (upstream != null) {
            upstream.cancel();
            spare = upstream;
        }
        upstream = null;
        timed = null;
        entry = null;
        target = null;
        timeoutLength = Duration.ZERO;
    }

    @Override
    public boolean isReusable() {
        return true;
    }

    @Override
    public void discard() {
        timeout.discard();
    }
}

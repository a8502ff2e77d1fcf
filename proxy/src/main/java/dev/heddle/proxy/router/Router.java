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
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.route.Attempts;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.HashPolicy;
import dev.heddle.proxy.route.RetryBackoff;
import dev.heddle.proxy.route.RetryPolicy;
import dev.heddle.proxy.route.RetryVerdict;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.StreamLimit;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The last filter: finds the route and does what it says. One instance serves a connection.
///
/// This file is long because it is told of all that happens to an exchange and to its attempts.
@Confined("worker")
public final class Router implements HttpFilter, UpstreamRequest.Owner, Retries.Owner {
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

    /// Those of the route or of the request, as of the first exchange that had any.
    private @Nullable Retries retries;

    /// The copies of this exchange's request, where its route has mirrors.
    private @Nullable Shadows shadows;

    /// What requests hash to, as of the first exchange whose cluster asked for it.
    private @Nullable RequestHash hash;

    private @Nullable Exchange present;
    private Attempts attempts = Attempts.ONE;
    private Duration timeoutLength = Duration.ZERO;
    private Duration tryTimeoutLength = Duration.ZERO;
    private long requestEndNanos;

    /// Whether the upstream gets what is in a tunnel, without HTTP.
    private boolean isTerminated;

    private int attempt;
    private boolean isAfterTimeout;

    public Router(RouterConfig config, FilterContext context) {
        this.config = config;
        this.context = context;
        this.timeout = context.worker().deadline(this::onTimeout);
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RouteEntry found = exchange.takeRoute();
        if (found == null) {
            return reply(new UpstreamFailure.NoRoute());
        }
        entry = found;
        exchange.info().setRoute(found.virtualHost(), found.name());
        exchange.info().setRouteStat(found.stat());
        exchange.info().setRouteMetadata(found.metadata());
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
        RouteAction.Target chosen = forward.choose(exchange.request(), exchange.worker().random());
        target = chosen;
        exchange.info().setCluster(chosen.cluster());
        Cluster cluster = cluster(chosen, forward);
        if (cluster == null) {
            return reply(new UpstreamFailure.NoCluster(forward.choice().missingStatus()));
        }
        exchange.info().setClusterMetadata(cluster.metadata());
        RequestHead request = exchange.request();
        present = exchange;
        attempts = forward.attempts();
        attempt = 1;
        timeoutLength = timeout(exchange, forward);
        beginRetries(exchange, cluster);
        tellAttempt(request.headers());
        route.editRequest(request, chosen, exchange.info(), !config.suppressEnvoyHeaders());
        hash(exchange, cluster, forward.hash());
        tellTimeout(request.headers(), 0);
        if (forward.idleTimeout().isPresent()) {
            exchange.setIdleTimeout(forward.idleTimeout().get().toNanos());
        }
        if (exchange.isRequestEnded() || request.tunnel() != null) {
            startTimeout(exchange);
        }
        UpstreamRequest first = spare;
        if (first == null) {
            first =
                    new UpstreamRequest(
                            exchange,
                            context.http2(),
                            this,
                            cluster,
                            !config.suppressEnvoyHeaders());
        }
        spare = null;
        upstream = first;
        isTerminated = forward.tunnels().terminates(request.method());
        if (!forward.mirrors().isEmpty() && request.tunnel() == null) {
            shadows = Shadows.of(exchange, context, forward, timeoutLength, cluster.stats());
        }
        first.start(cluster, isTerminated);
        // What has failed already is not copied.
        if (shadows != null) {
            shadows.start();
        }
        return Verdict.AWAIT;
    }

    private @Nullable Cluster cluster(RouteAction.Target to, RouteAction.Forward forward) {
        Cluster cluster = context.clusters().get(to.cluster());
        return cluster != null && forward.choice().isUrgent() ? cluster.urgent() : cluster;
    }

    private void hash(Exchange exchange, Cluster cluster, HashPolicy policy) {
        if (!policy.isPresent() || !cluster.balancer().hashes()) {
            return;
        }
        RequestHash own = hash;
        if (own == null) {
            own = new RequestHash();
            hash = own;
        }
        own.take(policy, exchange.request(), exchange.info());
    }

    private void beginRetries(Exchange exchange, Cluster cluster) {
        RequestHead request = exchange.request();
        Duration asked =
                RetryPolicy.tryTimeout(request.headers(), attempts.retry().tries().timeout());
        // A try that may take longer than all of them has no limit of its own.
        boolean isLess = timeoutLength.isZero() || asked.compareTo(timeoutLength) < 0;
        tryTimeoutLength = isLess ? asked : Duration.ZERO;
        RetryPolicy policy = attempts.retry().forRequest(request);
        boolean hasClocks =
                !tryTimeoutLength.isZero() || !attempts.retry().tries().idleTimeout().isZero();
        if (policy == null && !hasClocks) {
            return;
        }
        Retries own = retries;
        if (own == null) {
            own = new Retries(exchange.worker(), this);
            retries = own;
        }
        own.begin(policy == null ? attempts.retry() : policy, cluster, tryTimeoutLength);
        if (policy != null && policy.retries() > 0) {
            exchange.requestBody().keep(attempts.bufferLimitBytes().orElse(Long.MAX_VALUE));
        }
    }

    private void tellAttempt(Headers headers) {
        if (attempts.tellsUpstream()) {
            headers.set(HeaderName.X_ENVOY_ATTEMPT_COUNT, attempt);
        }
    }

    /// Says how long the upstream has for this attempt.
    private void tellTimeout(Headers headers, long elapsedMillis) {
        long whole = timeoutLength.toMillis();
        long expected = tryTimeoutLength.isZero() ? whole : tryTimeoutLength.toMillis();
        if (config.suppressEnvoyHeaders() || expected == 0) {
            return;
        }
        if (whole > 0) {
            expected = Math.max(1, Math.min(expected, whole - elapsedMillis));
        }
        headers.set(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, expected);
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
        String asked = headers.get(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS);
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

    /// The timeout is the upstream's alone: it runs from the end of the request. A tunnel has one
    /// until it begins.
    @Override
    public void onRequestEnd(Exchange exchange) {
        if (upstream != null && exchange.request().tunnel() == null) {
            startTimeout(exchange);
            if (upstream.isSent()) {
                requestSent(exchange);
            }
        }
    }

    private static void requestSent(Exchange exchange) {
        exchange.info().upstreamRequestSent(exchange.worker().nanos());
    }

    private void startTimeout(Exchange exchange) {
        requestEndNanos = exchange.worker().nanos();
        timeout.set(timeoutLength.toNanos());
        if (retries != null && upstream != null && upstream.isSent()) {
            retries.onSent();
        }
    }

    private void onTimeout() {
        if (upstream != null && present != null) {
            upstream.cluster().stats().add(ClusterStat.UPSTREAM_RQ_TIMEOUT);
            upstream.onTimeout();
            present.info().setLimitNanos(timeoutLength.toNanos());
            present.fail(new UpstreamFailure.Timeout());
        }
    }

    // What the attempt tells.

    @Override
    public boolean isPassedOver(Host host, int picks) {
        return retries != null && picks <= retries.picks() && retries.isPassedOver(host);
    }

    @Override
    public long hash() {
        RequestHash own = hash;
        return own != null && own.isKnown() ? own.value() : exchange().worker().random().nextLong();
    }

    @Override
    public List<Host> left() {
        return retries == null ? List.of() : retries.left();
    }

    @Override
    public void onPicked(Host host) {
        if (retries != null) {
            retries.onPicked(host);
        }
    }

    @Override
    public void onConnected(Host host) {
        if (entry != null) {
            entry.nameHost(exchange().request(), host.hostname(), !config.suppressEnvoyHeaders());
        }
    }

    @Override
    public void onSent() {
        if (retries != null) {
            retries.onByte();
            if (exchange().isRequestEnded()) {
                retries.onSent();
            }
        }
        if (exchange().isRequestEnded()) {
            requestSent(exchange());
        }
    }

    @Override
    public void onByte() {
        if (retries != null) {
            retries.onByte();
        }
    }

    @Override
    public void onLast() {
        if (retries != null && retries.isOn()) {
            countAbandoned();
            retries.last();
            exchange().requestBody().forget();
        }
    }

    @Override
    public boolean isRetried(ResponseHead response) {
        Retries own = retries;
        if (own == null || !own.isOn()) {
            return false;
        }
        Exchange exchange = exchange();
        RetryVerdict verdict = own.policy().after(response, exchange.request());
        isAfterTimeout = false;
        if (isRetried(own, verdict, nanosAsked(own.policy().backoff(), verdict, response))) {
            exchange.info().addRetried(response.status());
            return true;
        }
        own.last();
        exchange.requestBody().forget();
        return false;
    }

    private OptionalLong nanosAsked(
            RetryBackoff backoff, RetryVerdict verdict, ResponseHead response) {
        if (verdict == RetryVerdict.NO || backoff.resetHeaders().isEmpty()) {
            return OptionalLong.empty();
        }
        Worker worker = exchange().worker();
        return backoff.nanosAsked(
                response.headers(),
                TimeUnit.NANOSECONDS.toSeconds(worker.epochNanos()),
                worker.random());
    }

    @Override
    public boolean isCovered(UpstreamFailure failure) {
        return retries != null
                && retries.isOn()
                && retries.policy().after(failure, true) != RetryVerdict.NO;
    }

    @Override
    public void onFailed(UpstreamFailure failure, boolean isSent) {
        Retries own = retries;
        isAfterTimeout = failure instanceof UpstreamFailure.TryTimeout;
        if (own == null
                || !own.isOn()
                || !isRetried(own, own.policy().after(failure, isSent), OptionalLong.empty())) {
            exchange().fail(failure);
        }
    }

    /// Whether there will be another attempt; if not, says why in the log.
    private boolean isRetried(Retries own, RetryVerdict verdict, OptionalLong asked) {
        Exchange exchange = exchange();
        boolean isPossible = exchange.requestBody().isWhole();
        countAbandoned();
        return switch (own.decide(isPossible ? verdict : RetryVerdict.NO, asked)) {
            case RETRY -> {
                exchange.requestBody().close();
                yield true;
            }
            case STANDS -> false;
            case LIMIT_EXCEEDED -> {
                exchange.info().flag(ResponseFlag.URX);
                yield false;
            }
            case OVERFLOW -> {
                exchange.info().flag(ResponseFlag.UO);
                yield false;
            }
        };
    }

    /// A body that was longer than what is kept of one is not sent again.
    private void countAbandoned() {
        if (upstream != null && !exchange().requestBody().isWhole()) {
            upstream.cluster().stats().add(ClusterStat.RETRY_OR_SHADOW_ABANDONED);
        }
    }

    // What the retries tell.

    @Override
    public void onRetry() {
        UpstreamRequest next = upstream;
        RouteAction.Target to = target;
        if (next == null || to == null) {
            return;
        }
        Exchange exchange = exchange();
        Cluster cluster =
                entry != null && entry.action() instanceof RouteAction.Forward forward
                        ? cluster(to, forward)
                        : null;
        if (cluster == null) {
            exchange.fail(new UpstreamFailure.NoHealthyHost());
            return;
        }
        attempt++;
        Headers headers = exchange.request().headers();
        tellAttempt(headers);
        if (attempts.tellsTimeouts()) {
            headers.set(HeaderName.X_ENVOY_IS_TIMEOUT_RETRY, Boolean.toString(isAfterTimeout));
        }
        tellTimeout(
                headers,
                exchange.isRequestEnded()
                        ? TimeUnit.NANOSECONDS.toMillis(exchange.worker().nanos() - requestEndNanos)
                        : 0);
        next.start(cluster, isTerminated);
    }

    @Override
    public void onTryTimeout(boolean idle) {
        if (upstream == null || (retries != null && retries.isWaiting())) {
            return;
        }
        upstream.cluster()
                .stats()
                .add(
                        idle
                                ? ClusterStat.UPSTREAM_RQ_PER_TRY_IDLE_TIMEOUT
                                : ClusterStat.UPSTREAM_RQ_PER_TRY_TIMEOUT);
        exchange()
                .info()
                .setLimitNanos(
                        (idle ? attempts.retry().tries().idleTimeout() : tryTimeoutLength)
                                .toNanos());
        boolean isSent = upstream.isSent();
        upstream.onTimeout();
        upstream.cancel();
        onFailed(new UpstreamFailure.TryTimeout(idle), isSent);
    }

    private Exchange exchange() {
        if (present == null) {
            throw new IllegalStateException("router: an attempt without an exchange");
        }
        return present;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        if (response.begins(exchange.request())) {
            timeout.cancel();
        }
        if (entry == null) {
            return;
        }
        if (target == null) {
            entry.editReply(exchange.request(), response, exchange.info());
        } else {
            if (attempts.tellsClient()) {
                response.headers().set(HeaderName.X_ENVOY_ATTEMPT_COUNT, attempt);
            }
            if (hash != null && upstream != null && upstream.isResponding()) {
                hash.tell(response.headers());
            }
            entry.editResponse(exchange.request(), response, target, exchange.info());
        }
    }

    @Override
    public void onComplete(Exchange exchange) {
        timeout.cancel();
        if (retries != null) {
            retries.end();
        }
        if (upstream != null) {
            upstream.cancel();
            spare = upstream;
        }
        upstream = null;
        if (shadows != null) {
            shadows.onComplete();
            shadows = null;
        }
        present = null;
        attempts = Attempts.ONE;
        if (hash != null) {
            hash.clear();
        }
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
        if (retries != null) {
            retries.discard();
        }
    }
}

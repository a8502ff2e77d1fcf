package dev.heddle.proxy.filter.localratelimit;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.runtime.Confined;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Answers requests for which there is no token.
@Confined("worker")
public final class LocalRateLimitFilter implements HttpFilter {
    private static final String DETAILS = "local_rate_limited";
    private static final String KIND = "http_local_rate_limit";
    private static final String LABEL = "envoy_local_http_ratelimit_prefix";
    private static final HeaderName LIMIT = HeaderName.of("x-ratelimit-limit");
    private static final HeaderName REMAINING = HeaderName.of("x-ratelimit-remaining");
    private static final HeaderName RESET = HeaderName.of("x-ratelimit-reset");
    private static final GrpcStatus RESOURCE_EXHAUSTED = GrpcStatus.of(8);

    private final LocalRateLimit config;

    /// Of which clients are told; null for none.
    private @Nullable TokenBucket told;

    public LocalRateLimitFilter(LocalRateLimit config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        if (config.buckets().isEmpty()
                || !config.enabled()
                        .takes(exchange.worker().random(), exchange.worker().values())) {
            return Verdict.CONTINUE;
        }
        FilterStats stats = exchange.stats().named(config.statPrefix(), KIND, LABEL);
        stats.count("enabled");
        TokenBuckets.Taken taken =
                config.buckets()
                        .get()
                        .take(
                                new Asking(exchange.request(), from(exchange)),
                                exchange.worker().nanos());
        told = taken.bucket();
        if (taken.passes()) {
            stats.count("ok");
            return Verdict.CONTINUE;
        }
        stats.count("rate_limited");
        if (!config.enforced().takes(exchange.worker().random(), exchange.worker().values())) {
            mark(exchange.request().headers());
            return Verdict.CONTINUE;
        }
        stats.count("enforced");
        exchange.info().setCircumstance(inWords(taken.bucket()));
        return new Verdict.Reply(
                new LocalReply(
                        config.status(),
                        Optional.of(ResponseFlag.RL),
                        DETAILS,
                        DETAILS,
                        config.told(),
                        false),
                config.isExhausted() ? RESOURCE_EXHAUSTED : null);
    }

    /// As in `'few' of 'default/web'`.
    private String inWords(@Nullable TokenBucket empty) {
        String rule = empty == null || empty.name().isEmpty() ? "" : "'" + empty.name() + "' of ";
        return "the limit " + rule + "'" + config.statPrefix() + "'";
    }

    private void mark(Headers request) {
        for (LocalRateLimit.Header mark : config.marks()) {
            if (mark.replaces()) {
                request.set(mark.name(), mark.value());
            } else {
                request.add(mark.name(), mark.value());
            }
        }
    }

    private static @Nullable InetAddress from(Exchange exchange) {
        return exchange.info().downstreamRemote() instanceof InetSocketAddress address
                ? address.getAddress()
                : null;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        if (told != null && config.tellsLimits()) {
            long now = exchange.worker().nanos();
            long seconds = Math.ceilDiv(told.nextNanos(now), TimeUnit.SECONDS.toNanos(1));
            response.headers().add(LIMIT, Long.toString(told.most()));
            response.headers().add(REMAINING, Long.toString(told.left(now)));
            response.headers().add(RESET, Long.toString(seconds));
        }
    }

    @Override
    public void onComplete(Exchange exchange) {
        told = null;
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}

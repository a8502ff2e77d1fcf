package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.drain.ListenerDrain;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.LocalReplies;
import dev.heddle.proxy.http.Http1Settings;
import dev.heddle.proxy.http.Http2ServerSettings;
import dev.heddle.proxy.http.Limits;
import dev.heddle.proxy.http2.hpack.HeaderLimits;
import dev.heddle.proxy.http3.Http3Settings;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.ListenerFacts;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.tracing.Tracer;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One HTTP connection manager on one worker: what its connections share.
///
/// @param routes gives the route table of this moment, null before the first was received
/// @param bufferLimitBytes how much is buffered of a connection before its sender is paused
/// @param listener for logs
/// @param chain the filter chain's name, for logs
/// @param drain says when clients are to go
/// @param overload what is not done for clients at this moment
/// @param replies how the proxy's own answers are said
/// @param facts what logs say besides of where connections are taken
/// @param tracer follows requests; null where nobody does
public record HttpService(
        FilterContext context,
        HttpConnectionManagerConfig config,
        Supplier<@Nullable RouteTable> routes,
        ExchangeLog log,
        int bufferLimitBytes,
        String listener,
        String chain,
        ListenerDrain drain,
        Published<OverloadState> overload,
        LocalReplies replies,
        ListenerFacts facts,
        @Nullable Tracer tracer) {

    /// What a head of HTTP/3 may take when nothing is configured.
    private static final Duration HEAD_PATIENCE = Duration.ofSeconds(10);

    /// One that says the proxy's own answers as its configuration has them said.
    public HttpService(
            FilterContext context,
            HttpConnectionManagerConfig config,
            Supplier<@Nullable RouteTable> routes,
            ExchangeLog log,
            int bufferLimitBytes,
            String listener,
            String chain,
            ListenerDrain drain,
            Published<OverloadState> overload,
            ListenerFacts facts,
            @Nullable Tracer tracer) {
        this(
                context,
                config,
                routes,
                log,
                bufferLimitBytes,
                listener,
                chain,
                drain,
                overload,
                RewrittenReplies.of(config.replies()),
                facts,
                tracer);
    }

    Http1Settings http1() {
        return new Http1Settings(
                new Limits(config.limits().requestHeadBytes(), config.limits().headers()),
                config.http1().http10(),
                config.http1().hostForHttp10(),
                config.http1().absoluteUrl(),
                Set.copyOf(config.http1().upgrades()),
                config.timeouts().delayedClose(),
                config.http1().trailers(),
                config.http1().dialect());
    }

    Http2ServerSettings http2() {
        return new Http2ServerSettings(
                config.http2(),
                config.timeouts().requestHeaders(),
                config.timeouts().drain(),
                config.timeouts().streamIdle());
    }

    Http3Settings http3() {
        Duration head = config.timeouts().requestHeaders();
        return new Http3Settings(
                new HeaderLimits(config.limits().requestHeadBytes(), config.limits().headers()),
                config.http3Connect(),
                head.isZero() ? HEAD_PATIENCE : head,
                config.timeouts().drain(),
                config.timeouts().streamIdle());
    }
}

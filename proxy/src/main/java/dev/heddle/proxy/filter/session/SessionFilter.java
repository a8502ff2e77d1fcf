package dev.heddle.proxy.filter.session;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.session.SessionConfig.State;
import dev.heddle.proxy.http.Cookies;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends a request to the host that its cookie or header names, and tells the client which host it
/// was where that is another one.
@Confined("worker")
public final class SessionFilter implements HttpFilter {
    private static final HeaderName SET_COOKIE = HeaderName.of("set-cookie");

    private final SessionConfig config;
    private boolean isOn;

    /// The host that the request is for; null for none.
    private @Nullable String wanted;

    public SessionFilter(SessionConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RequestHead request = exchange.request();
        switch (config.state()) {
            case State.None() -> {
                return Verdict.CONTINUE;
            }
            case State.Header(HeaderName name) -> {
                isOn = true;
                String value = request.headers().get(name);
                wanted = value == null ? null : SessionText.plain(value);
            }
            case State.Cookie cookie -> {
                isOn = cookie.isFor(request.path());
                String value = isOn ? Cookies.value(request.headers(), cookie.name()) : null;
                wanted = value == null ? null : SessionText.inCookie(value, seconds(exchange));
            }
        }
        if (wanted != null) {
            exchange.wantHost(wanted, config.isStrict());
        }
        return Verdict.CONTINUE;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        String host = exchange.info().upstreamHost();
        if (!isOn || host == null || host.equals(wanted)) {
            return;
        }
        Headers headers = response.headers();
        switch (config.state()) {
            case State.None() -> {}
            case State.Header(HeaderName name) -> headers.set(name, SessionText.of(host));
            case State.Cookie cookie ->
                    headers.add(
                            SET_COOKIE,
                            cookie.made()
                                    .text(
                                            cookie.name(),
                                            SessionText.forCookie(host, end(cookie, exchange))));
        }
    }

    /// When the session ends; 0 for never.
    private static long end(State.Cookie cookie, Exchange exchange) {
        long ttl = cookie.made().ttl().toSeconds();
        return ttl == 0 ? 0 : seconds(exchange) + ttl;
    }

    private static long seconds(Exchange exchange) {
        return TimeUnit.NANOSECONDS.toSeconds(exchange.worker().epochNanos());
    }
}

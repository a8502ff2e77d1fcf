package dev.heddle.proxy.filter.cors;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.LocalReply.Field;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells browsers what pages of other origins may do, and answers their preflight requests
/// (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
@Confined("worker")
public final class CorsFilter implements HttpFilter {
    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final HeaderName ASKED_METHOD = HeaderName.of("access-control-request-method");
    private static final HeaderName ASKED_HEADERS = HeaderName.of("access-control-request-headers");
    private static final HeaderName ASKED_NETWORK =
            HeaderName.of("access-control-request-private-network");
    private static final HeaderName ALLOWED_ORIGIN = HeaderName.of("access-control-allow-origin");
    private static final HeaderName ALLOWED_CREDENTIALS =
            HeaderName.of("access-control-allow-credentials");
    private static final HeaderName ALLOWED_METHODS = HeaderName.of("access-control-allow-methods");
    private static final HeaderName ALLOWED_HEADERS = HeaderName.of("access-control-allow-headers");
    private static final HeaderName ALLOWED_NETWORK =
            HeaderName.of("access-control-allow-private-network");
    private static final HeaderName EXPOSED = HeaderName.of("access-control-expose-headers");
    private static final HeaderName MAX_AGE = HeaderName.of("access-control-max-age");

    private final CorsConfig config;

    /// Of the request, where it is one that a response is told of.
    private @Nullable String allowedOrigin;

    public CorsFilter(CorsConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RouteEntry route = exchange.route();
        if (route == null || !(route.action() instanceof RouteAction.Forward)) {
            return Verdict.CONTINUE;
        }
        boolean isEnabled = isOne(config.enabled(), exchange);
        if (!isEnabled && !isOne(config.counted(), exchange)) {
            return Verdict.CONTINUE;
        }
        RequestHead request = exchange.request();
        String origin = request.headers().get(ORIGIN);
        if (origin == null || origin.isEmpty()) {
            return Verdict.CONTINUE;
        }
        boolean isAllowed = config.allows(origin);
        exchange.stats().count(isAllowed ? "cors.origin_valid" : "cors.origin_invalid");
        if (!isEnabled) {
            return Verdict.CONTINUE;
        }
        allowedOrigin = isAllowed ? origin : null;
        String method = request.headers().get(ASKED_METHOD);
        if (method == null || method.isEmpty() || !request.method().equals("OPTIONS")) {
            return Verdict.CONTINUE;
        }
        if (!isAllowed && config.forwardsUnmatched().orElse(true)) {
            return Verdict.CONTINUE;
        }
        return new Verdict.Reply(preflight(request.headers(), method));
    }

    private static boolean isOne(Chance share, Exchange exchange) {
        return share.takes(exchange.worker().random(), exchange.worker().values());
    }

    private LocalReply preflight(Headers asked, String method) {
        var fields = new ArrayList<Field>();
        if (config.credentials().orElse(false)) {
            fields.add(new Field(ALLOWED_CREDENTIALS, "true"));
        }
        tell(ALLOWED_METHODS, config.methods().equals("*") ? method : config.methods(), fields);
        String headers = asked.get(ASKED_HEADERS);
        tell(
                ALLOWED_HEADERS,
                config.headers().equals("*") ? (headers == null ? "" : headers) : config.headers(),
                fields);
        tell(MAX_AGE, config.maxAge(), fields);
        if (config.privateNetwork().orElse(false) && asked.is(ASKED_NETWORK, "true")) {
            fields.add(new Field(ALLOWED_NETWORK, "true"));
        }
        return new LocalReply(200, Optional.empty(), "cors_response", "", fields, false, true);
    }

    private static void tell(HeaderName name, String value, List<Field> fields) {
        if (!value.isEmpty()) {
            fields.add(new Field(name, value));
        }
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        String origin = allowedOrigin;
        if (origin == null) {
            return;
        }
        Headers headers = response.headers();
        headers.set(ALLOWED_ORIGIN, origin);
        if (config.credentials().orElse(false)) {
            headers.set(ALLOWED_CREDENTIALS, "true");
        }
        if (!config.exposed().isEmpty()) {
            headers.set(EXPOSED, config.exposed());
        }
    }
}

package dev.heddle.proxy.filter.jwt;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tokens.VerifiedTokens;
import dev.heddle.xds.token.JwtStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Refuses requests whose tokens are not what they must be, and tells those behind what good ones
/// say.
public final class JwtFilter implements HttpFilter {
    /// Under which name filters behind find what tokens say.
    public static final String NAME = "envoy.filters.http.jwt_authn";

    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final HeaderName ASKED = HeaderName.of("access-control-request-method");
    private static final HeaderName AUTHENTICATE = HeaderName.of("www-authenticate");

    private final JwtConfig config;
    private final VerifiedTokens verified;

    public JwtFilter(JwtConfig config, VerifiedTokens verified) {
        this.config = config;
        this.verified = verified;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        RequestHead request = exchange.request();
        if (config.passesPreflights() && isPreflight(request)) {
            count(exchange, "cors_preflight_bypassed");
            count(exchange, "allowed");
            return Verdict.CONTINUE;
        }
        String uri = request.shownUri();
        var verification =
                new Verification(
                        config.providers(),
                        request,
                        verified,
                        TimeUnit.NANOSECONDS.toSeconds(exchange.worker().epochNanos()));
        JwtStatus status = verification.begin(config.of(request));
        if (status != JwtStatus.OK) {
            count(exchange, "denied");
            return new Verdict.Reply(refusal(status, uri));
        }
        if (!verification.found().isEmpty()) {
            exchange.info().setMetadata(NAME, verification.found());
        }
        if (verification.isRouteChanged()) {
            exchange.clearRoute();
        }
        count(exchange, "allowed");
        return Verdict.CONTINUE;
    }

    private void count(Exchange exchange, String stat) {
        exchange.stats().count("jwt_authn." + config.statPrefix() + stat);
    }

    private static boolean isPreflight(RequestHead request) {
        Headers headers = request.headers();
        return request.method().equals("OPTIONS")
                && isSaid(headers, ORIGIN)
                && isSaid(headers, ASKED);
    }

    private static boolean isSaid(Headers headers, HeaderName name) {
        String value = headers.get(name);
        return value != null && !value.isEmpty();
    }

    private LocalReply refusal(JwtStatus status, String uri) {
        String details = "jwt_authn_access_denied{" + status.text().replace(' ', '_') + "}";
        if (!config.saysWhy()) {
            return LocalReply.configured(status.httpStatus(), details, "", List.of());
        }
        String scheme = "Bearer realm=\"" + uri + "\"";
        return LocalReply.configured(
                status.httpStatus(),
                details,
                status.text(),
                List.of(
                        new LocalReply.Field(
                                AUTHENTICATE,
                                status == JwtStatus.MISSING
                                        ? scheme
                                        : scheme + ", error=\"invalid_token\"")));
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}

package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Cors;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ExternalAuth;
import dev.heddle.model.gatewayapi.HttpRouteFilter.FilterType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at the filters of an HTTPRoute.
final class HttpRouteFilterCheck {
    private static final Set<FilterType> ONCE =
            Set.of(
                    FilterType.CORS,
                    FilterType.RequestHeaderModifier,
                    FilterType.ResponseHeaderModifier,
                    FilterType.RequestRedirect,
                    FilterType.URLRewrite);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    private static final Pattern ORIGIN =
            Pattern.compile(
                    "\\*|https?://(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)"
                            + "(:([0-9]{1,5}))?)");
    private static final Pattern AUTH_PATH =
            Pattern.compile("(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+");
    private static final int MOST_HEADERS = 64;
    private static final int LONGEST_PATH = 1024;

    private HttpRouteFilterCheck() {}

    /// @param path of the list
    static void check(List<HttpRouteFilter> filters, FieldPath path, Findings findings) {
        RouteFilterCheck.checkTypes(filters, HttpRouteFilter::type, ONCE, path, findings);
        for (int i = 0; i < filters.size(); i++) {
            check(filters.get(i), path.index(i), findings);
        }
        if (has(filters, FilterType.RequestRedirect) && has(filters, FilterType.URLRewrite)) {
            findings.exclusive(path, "RequestRedirect", "URLRewrite");
        }
    }

    private static boolean has(List<HttpRouteFilter> filters, FilterType type) {
        return filters.stream().anyMatch(f -> f.type() == type);
    }

    private static void check(HttpRouteFilter filter, FieldPath path, Findings findings) {
        RouteFilterCheck.check(filter, filter.type(), path, findings);
        var union = new Union(filter.type().name(), path, findings);
        union.only("RequestRedirect", filter.requestRedirect());
        union.only("URLRewrite", "urlRewrite", filter.urlRewrite());
        union.only("CORS", "cors", filter.cors());
        union.only("ExternalAuth", filter.externalAuth());
        filter.requestRedirect()
                .ifPresent(r -> checkRedirect(r, path.field("requestRedirect"), findings));
        filter.urlRewrite().ifPresent(r -> checkRewrite(r, path.field("urlRewrite"), findings));
        filter.cors().ifPresent(c -> checkCors(c, path.field("cors"), findings));
        filter.externalAuth().ifPresent(a -> checkAuth(a, path.field("externalAuth"), findings));
    }

    private static void checkRedirect(RequestRedirect redirect, FieldPath path, Findings findings) {
        GatewayTexts.subdomain(redirect.hostname(), path.field("hostname"), findings);
        GatewayTexts.port(redirect.port(), path.field("port"), findings);
        redirect.path().ifPresent(p -> checkPath(p, path.field("path"), findings));
        redirect.statusCode()
                .ifPresent(code -> {
                    if (!REDIRECTS.contains(code)) {
                        findings.invalid(
                                path.field("statusCode"), code, "301, 302, 303, 307 or 308");
                    }
                });
    }

    private static void checkRewrite(UrlRewrite rewrite, FieldPath path, Findings findings) {
        GatewayTexts.subdomain(rewrite.hostname(), path.field("hostname"), findings);
        rewrite.path().ifPresent(p -> checkPath(p, path.field("path"), findings));
    }

    private static void checkPath(PathModifier modifier, FieldPath path, Findings findings) {
        var union = new Union(modifier.type().name(), path, findings);
        union.only("ReplaceFullPath", modifier.replaceFullPath());
        union.only("ReplacePrefixMatch", modifier.replacePrefixMatch());
        modifier.replaceFullPath()
                .ifPresent(p ->
                        GatewayTexts.longest(
                                p, LONGEST_PATH, path.field("replaceFullPath"), findings));
        modifier.replacePrefixMatch()
                .ifPresent(p ->
                        GatewayTexts.longest(
                                p, LONGEST_PATH, path.field("replacePrefixMatch"), findings));
    }

    private static void checkCors(Cors cors, FieldPath path, Findings findings) {
        star(cors.allowOrigins(), MOST_HEADERS, path.field("allowOrigins"), findings);
        for (int i = 0; i < cors.allowOrigins().size(); i++) {
            GatewayTexts.text(
                    cors.allowOrigins().get(i),
                    ORIGIN,
                    253,
                    path.field("allowOrigins").index(i),
                    "scheme and host, as https://example.com, or '*'",
                    findings);
        }
        star(cors.allowMethods(), 9, path.field("allowMethods"), findings);
        for (int i = 0; i < cors.allowMethods().size(); i++) {
            String method = cors.allowMethods().get(i);
            if (!METHODS.contains(method) && !method.equals("*")) {
                findings.invalid(
                        path.field("allowMethods").index(i), method, "a method of HTTP, or '*'");
            }
        }
        star(cors.allowHeaders(), MOST_HEADERS, path.field("allowHeaders"), findings);
        tokens(cors.allowHeaders(), path.field("allowHeaders"), findings);
        GatewayTexts.most(
                cors.exposeHeaders(), MOST_HEADERS, path.field("exposeHeaders"), findings);
        GatewayTexts.unique(cors.exposeHeaders(), h -> h, path.field("exposeHeaders"), findings);
        tokens(cors.exposeHeaders(), path.field("exposeHeaders"), findings);
        if (cors.maxAge().orElse(1) < 1) {
            findings.invalid(path.field("maxAge"), cors.maxAge().getAsInt(), ">= 1");
        }
    }

    private static void tokens(List<String> names, FieldPath path, Findings findings) {
        for (int i = 0; i < names.size(); i++) {
            GatewayTexts.token(names.get(i), path.index(i), findings);
        }
    }

    private static void star(List<String> items, int most, FieldPath path, Findings findings) {
        GatewayTexts.most(items, most, path, findings);
        GatewayTexts.unique(items, i -> i, path, findings);
        if (items.size() > 1 && items.contains("*")) {
            findings.error(path, String.join(", ", items) + " (expected: '*' stands alone)");
        }
    }

    private static void checkAuth(ExternalAuth auth, FieldPath path, Findings findings) {
        var union = new Union(auth.protocol().name(), path, findings);
        union.only("GRPC", "grpc", auth.grpc());
        union.only("HTTP", "http", auth.http());
        auth.backendRef()
                .ifPresent(
                        b -> RouteFrameCheck.checkBackend(b, path.field("backendRef"), findings));
        auth.grpc()
                .ifPresent(g ->
                        set(
                                g.allowedHeaders(),
                                path.field("grpc").field("allowedHeaders"),
                                findings));
        auth.http()
                .ifPresent(h -> {
                    FieldPath at = path.field("http");
                    set(h.allowedHeaders(), at.field("allowedHeaders"), findings);
                    set(h.allowedResponseHeaders(), at.field("allowedResponseHeaders"), findings);
                    h.path()
                            .filter(p -> !p.isEmpty())
                            .ifPresent(p ->
                                    GatewayTexts.text(
                                            p,
                                            AUTH_PATH,
                                            LONGEST_PATH,
                                            at.field("path"),
                                            "a path",
                                            findings));
                });
        auth.forwardBody()
                .filter(f -> f.maxSize() < 0)
                .ifPresent(f ->
                        findings.invalid(
                                path.field("forwardBody").field("maxSize"), f.maxSize(), ">= 0"));
    }

    private static void set(List<String> items, FieldPath path, Findings findings) {
        GatewayTexts.most(items, MOST_HEADERS, path, findings);
        GatewayTexts.unique(items, i -> i, path, findings);
    }
}

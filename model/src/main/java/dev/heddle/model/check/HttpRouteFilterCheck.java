package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.gatewayapi.HeaderModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.AuthProtocol;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Cors;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ExternalAuth;
import dev.heddle.model.gatewayapi.HttpRouteFilter.FilterType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifierType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import dev.heddle.model.gatewayapi.RequestMirror;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final int MOST = 16;
    private static final int MOST_HEADERS = 64;
    private static final int LONGEST_PATH = 1024;

    private HttpRouteFilterCheck() {}

    /// @param path of the list
    static void check(List<HttpRouteFilter> filters, FieldPath path, Findings findings) {
        GatewayTexts.most(filters, MOST, path, findings);
        Map<FilterType, Integer> count = new EnumMap<>(FilterType.class);
        for (int i = 0; i < filters.size(); i++) {
            HttpRouteFilter filter = filters.get(i);
            check(filter, path.index(i), findings);
            if (count.merge(filter.type(), 1, Integer::sum) == 2 && ONCE.contains(filter.type())) {
                findings.error(path.index(i), "a second " + filter.type() + " (expected: one)");
            }
        }
        if (count.containsKey(FilterType.RequestRedirect)
                && count.containsKey(FilterType.URLRewrite)) {
            findings.exclusive(path, "RequestRedirect", "URLRewrite");
        }
    }

    private static void check(HttpRouteFilter filter, FieldPath path, Findings findings) {
        FilterType type = filter.type();
        only(
                type,
                FilterType.RequestHeaderModifier,
                filter.requestHeaderModifier(),
                path,
                findings);
        only(
                type,
                FilterType.ResponseHeaderModifier,
                filter.responseHeaderModifier(),
                path,
                findings);
        only(type, FilterType.RequestMirror, filter.requestMirror(), path, findings);
        only(type, FilterType.RequestRedirect, filter.requestRedirect(), path, findings);
        only(type, FilterType.URLRewrite, filter.urlRewrite(), path, findings);
        only(type, FilterType.CORS, filter.cors(), path, findings);
        only(type, FilterType.ExternalAuth, filter.externalAuth(), path, findings);
        only(type, FilterType.ExtensionRef, filter.extensionRef(), path, findings);
        filter.requestHeaderModifier()
                .ifPresent(m -> checkHeaders(m, path.field("requestHeaderModifier"), findings));
        filter.responseHeaderModifier()
                .ifPresent(m -> checkHeaders(m, path.field("responseHeaderModifier"), findings));
        filter.requestMirror()
                .ifPresent(m -> checkMirror(m, path.field("requestMirror"), findings));
        filter.requestRedirect()
                .ifPresent(r -> checkRedirect(r, path.field("requestRedirect"), findings));
        filter.urlRewrite().ifPresent(r -> checkRewrite(r, path.field("urlRewrite"), findings));
        filter.cors().ifPresent(c -> checkCors(c, path.field("cors"), findings));
        filter.externalAuth().ifPresent(a -> checkAuth(a, path.field("externalAuth"), findings));
        filter.extensionRef()
                .ifPresent(e -> checkExtension(e, path.field("extensionRef"), findings));
    }

    /// That component must be there which the type is the name of, and no other.
    private static void only(
            FilterType type,
            FilterType of,
            Optional<?> component,
            FieldPath path,
            Findings findings) {
        only(type == of, fieldOf(of.name()), type.name(), component, path, findings);
    }

    static void only(
            boolean isMeant,
            String field,
            String type,
            Optional<?> component,
            FieldPath path,
            Findings findings) {
        if (isMeant && component.isEmpty()) {
            findings.missing(path.field(field), "type " + type + " needs '" + field + "'");
        }
        if (!isMeant && component.isPresent()) {
            findings.error(path.field(field), "not with type " + type + " (expected: none)");
        }
    }

    static String fieldOf(String type) {
        return switch (type) {
            case "URLRewrite" -> "urlRewrite";
            case "CORS" -> "cors";
            default -> Character.toLowerCase(type.charAt(0)) + type.substring(1);
        };
    }

    static void checkHeaders(HeaderModifier modifier, FieldPath path, Findings findings) {
        checkHeaders(modifier.set(), path.field("set"), findings);
        checkHeaders(modifier.add(), path.field("add"), findings);
        GatewayTexts.most(modifier.remove(), MOST, path.field("remove"), findings);
        GatewayTexts.unique(modifier.remove(), h -> h, path.field("remove"), findings);
    }

    private static void checkHeaders(
            List<HeaderModifier.Header> headers, FieldPath path, Findings findings) {
        GatewayTexts.most(headers, MOST, path, findings);
        GatewayTexts.unique(headers, HeaderModifier.Header::name, path, findings);
        for (int i = 0; i < headers.size(); i++) {
            GatewayTexts.token(headers.get(i).name(), path.index(i).field("name"), findings);
            GatewayTexts.headerValue(
                    headers.get(i).value(), path.index(i).field("value"), findings);
        }
    }

    static void checkMirror(RequestMirror mirror, FieldPath path, Findings findings) {
        mirror.backendRef()
                .ifPresent(
                        b -> RouteFrameCheck.checkBackend(b, path.field("backendRef"), findings));
        if (mirror.percent().isPresent() && mirror.fraction().isPresent()) {
            findings.exclusive(path, "percent", "fraction");
        }
        mirror.percent()
                .ifPresent(p -> {
                    if (p < 0 || p > 100) {
                        findings.invalid(path.field("percent"), p, "0 to 100");
                    }
                });
        mirror.fraction()
                .ifPresent(f -> {
                    FieldPath at = path.field("fraction");
                    int denominator = f.denominator().orElse(100);
                    if (denominator < 1) {
                        findings.invalid(at.field("denominator"), denominator, ">= 1");
                    }
                    if (f.numerator() < 0 || f.numerator() > denominator) {
                        findings.invalid(
                                at.field("numerator"), f.numerator(), "0 to the denominator");
                    }
                });
    }

    static void checkExtension(ExtensionReference ref, FieldPath path, Findings findings) {
        GatewayTexts.group(ref.group(), path.field("group"), findings);
        GatewayTexts.kind(ref.kind(), path.field("kind"), findings);
        GatewayTexts.name(ref.name(), path.field("name"), findings);
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
        boolean isFull = modifier.type() == PathModifierType.ReplaceFullPath;
        String type = modifier.type().name();
        only(isFull, "replaceFullPath", type, modifier.replaceFullPath(), path, findings);
        only(!isFull, "replacePrefixMatch", type, modifier.replacePrefixMatch(), path, findings);
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
        boolean isGrpc = auth.protocol() == AuthProtocol.GRPC;
        String type = auth.protocol().name();
        only(isGrpc, "grpc", type, auth.grpc(), path, findings);
        only(!isGrpc, "http", type, auth.http(), path, findings);
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

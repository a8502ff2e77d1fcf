package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.Substitution;
import org.jspecify.annotations.Nullable;

/// The `location` of a redirect, made as Envoy makes it.
final class RedirectLocation implements RouteAction.Location {

    private final RouteConfig.Action.Redirect redirect;
    private final PathCondition matched;
    private final @Nullable Substitution substitution;

    RedirectLocation(RouteConfig.Action.Redirect redirect, PathCondition matched) {
        this.redirect = redirect;
        this.matched = matched;
        this.substitution =
                redirect.path()
                                instanceof
                                RouteConfig.RedirectPath.Regex(var pattern, var replacement)
                        ? new Substitution(pattern, replacement)
                        : null;
    }

    /// The same place by TLS, for virtual hosts that require it.
    static String byTls(RequestHead request) {
        return "https://" + request.authority() + request.path();
    }

    @Override
    public String of(RequestHead request) {
        String scheme = redirect.https() ? "https" : redirect.scheme().orElse(request.scheme());
        String port = redirect.port().isPresent() ? ":" + redirect.port().getAsInt() : "";
        String host = redirect.host().orElseGet(() -> host(request, scheme, port));
        return scheme + "://" + host + port + path(request.path());
    }

    /// The request's authority without the port that would be wrong in the new location.
    private static String host(RequestHead request, String newScheme, String newPort) {
        String host = request.authority();
        int colon = host.startsWith("[") ? host.lastIndexOf("]:") + 1 : host.lastIndexOf(':');
        if (colon <= 0) {
            return host;
        }
        String port = host.substring(colon);
        String forwarded = request.headers().get(HeaderName.X_FORWARDED_PROTO);
        String oldScheme = forwarded == null ? request.scheme() : forwarded;
        boolean schemesOwn =
                (oldScheme.equals("https") && port.equals(":443"))
                        || (oldScheme.equals("http") && port.equals(":80"));
        boolean goes = !newPort.isEmpty() || (!newScheme.equals(oldScheme) && schemesOwn);
        return goes ? host.substring(0, colon) : host;
    }

    private String path(String path) {
        int queryAt = path.indexOf('?');
        String query = queryAt < 0 || redirect.stripQuery() ? "" : path.substring(queryAt);
        String bare = queryAt < 0 ? path : path.substring(0, queryAt);
        return switch (redirect.path()) {
            case RouteConfig.RedirectPath.Kept() -> bare + query;
            case RouteConfig.RedirectPath.Replaced(String other) ->
                    other.contains("?") ? other : other + query;
            case RouteConfig.RedirectPath.PrefixReplaced(String prefix) ->
                    prefix + bare.substring(matched.matchedLength(bare)) + query;
            case RouteConfig.RedirectPath.Regex _ ->
                    (substitution == null ? bare : substitution.apply(bare)) + query;
        };
    }
}

package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.RouteAction.Redirect;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;

/// Where a redirect leads, as Envoy writes it into the `location` header.
final class Locations {
    private Locations() {}

    static String of(Redirect redirect, RouteMatch match, Request request) {
        String scheme = redirect.scheme().orElse(request.scheme());
        String host = redirect.authority().orElseGet(() -> host(redirect, request));
        String port = redirect.port().isPresent() ? ":" + redirect.port().getAsInt() : "";
        return scheme + "://" + host + port + path(redirect.path(), match, request);
    }

    /// The request's own host keeps its port, unless the redirect says another, or it is that of
    /// the scheme which the redirect changes.
    private static String host(Redirect redirect, Request request) {
        boolean changesScheme =
                redirect.scheme().filter(s -> !s.equals(request.scheme())).isPresent();
        String usual = request.scheme().equals("https") ? ":443" : ":80";
        return redirect.port().isPresent() || (changesScheme && request.authority().endsWith(usual))
                ? request.host()
                : request.authority();
    }

    static String path(RedirectPath path, RouteMatch match, Request request) {
        String query = request.path().substring(request.pathOnly().length());
        return switch (path) {
            case RedirectPath.Kept() -> request.path();
            case RedirectPath.Replaced(String replacement) ->
                    replacement.indexOf('?') >= 0 ? replacement : replacement + query;
            case RedirectPath.PrefixReplaced(String prefix) ->
                    prefix + rest(match, request.pathOnly()) + query;
        };
    }

    private static String rest(RouteMatch match, String path) {
        return switch (match.path()) {
            case PathMatch.Prefix(String prefix) ->
                    path.substring(Math.min(prefix.length(), path.length()));
            case PathMatch.Segments(String prefix) ->
                    path.substring(Math.min(prefix.length(), path.length()));
            case PathMatch.Exact _, PathMatch.Regex _ -> "";
        };
    }
}

package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.lower.gatewayapi.Matches.Matched;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifierType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Scheme;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Where redirects lead, and what paths become.
///
/// A prefix is replaced element by element: `/foo` of `/foo/bar` by `/xyz` or `/xyz/` is
/// `/xyz/bar`, by `` or `/` it is `/bar`, and `/foo` alone is `/xyz`, or `/`.
///
/// @param port that clients call
/// @param isTls whether they come over TLS
record Paths(int port, boolean isTls) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /// Requests, and what becomes of them.
    record Part<A>(RouteMatch match, A action) {}

    /// A path that is written anew.
    private sealed interface Written {
        /// As it came.
        record Kept() implements Written {}

        /// Another one.
        record Whole(String path) implements Written {}

        /// Another one where the matched prefix was.
        record Prefix(String path) implements Written {}
    }

    /// The routes of a redirect, more than one where not all paths become another in the same way.
    List<Part<RouteAction>> redirects(Matched matched, RequestRedirect said) {
        return parts(matched, said.path()).stream()
                .map(part ->
                        new Part<RouteAction>(
                                part.match(),
                                new RouteAction.Redirect(
                                        said.scheme().map(Scheme::name),
                                        said.hostname(),
                                        port(said),
                                        switch (part.action()) {
                                            case Written.Kept() -> new RedirectPath.Kept();
                                            case Written.Whole(String path) ->
                                                    new RedirectPath.Replaced(path);
                                            case Written.Prefix(String path) ->
                                                    new RedirectPath.PrefixReplaced(path);
                                        },
                                        said.statusOrFound())))
                .toList();
    }

    /// The port of the new location. One that is the scheme's own is not written, unless the
    /// request's host, which is kept, has another one behind it.
    private OptionalInt port(RequestRedirect said) {
        boolean toTls = said.scheme().map(s -> s == Scheme.https).orElse(isTls);
        int own = toTls ? HTTPS : HTTP;
        int wanted = said.port().orElse(said.scheme().isPresent() ? own : port);
        boolean isBare = said.hostname().isPresent() || port == (isTls ? HTTPS : HTTP);
        return wanted == own && isBare ? OptionalInt.empty() : OptionalInt.of(wanted);
    }

    /// The routes of a rewrite, as with redirects.
    static List<Part<RouteAction.Rewrite>> rewrites(Matched matched, Optional<UrlRewrite> said) {
        Optional<String> host = said.flatMap(UrlRewrite::hostname);
        return parts(matched, said.flatMap(UrlRewrite::path)).stream()
                .map(part ->
                        new Part<>(
                                part.match(),
                                new RouteAction.Rewrite(
                                        switch (part.action()) {
                                            case Written.Kept() -> new PathRewrite.None();
                                            case Written.Whole(String path) -> whole(path);
                                            case Written.Prefix(String path) ->
                                                    new PathRewrite.Matched(path);
                                        },
                                        host)))
                .toList();
    }

    private static PathRewrite whole(String path) {
        return new PathRewrite.Regex("^.*$", path.replace("\\", "\\\\"));
    }

    private static List<Part<Written>> parts(Matched matched, Optional<PathModifier> said) {
        RouteMatch match = matched.match();
        if (said.isEmpty()) {
            return List.of(new Part<>(match, new Written.Kept()));
        }
        PathModifier modifier = said.get();
        if (modifier.type() == PathModifierType.ReplaceFullPath) {
            String path = modifier.replaceFullPath().orElse("/");
            return List.of(new Part<>(match, new Written.Whole(path.isEmpty() ? "/" : path)));
        }
        String by = withoutSlash(modifier.replacePrefixMatch().orElse(""));
        if (matched.prefix().isEmpty()) {
            return List.of(new Part<>(match, new Written.Kept()));
        }
        String prefix = matched.prefix().get();
        if (prefix.isEmpty()) {
            return List.of(
                    new Part<>(
                            match,
                            by.isEmpty() ? new Written.Kept() : new Written.Prefix(by + "/")));
        }
        if (!by.isEmpty()) {
            return List.of(new Part<>(match, new Written.Prefix(by)));
        }
        return List.of(
                new Part<>(at(match, new PathMatch.Exact(prefix)), new Written.Whole("/")),
                new Part<>(at(match, new PathMatch.Prefix(prefix + "/")), new Written.Prefix("/")));
    }

    private static RouteMatch at(RouteMatch match, PathMatch path) {
        return new RouteMatch(
                path,
                match.ignoreCase(),
                match.headers(),
                match.query(),
                match.upTo(),
                match.claims());
    }

    /// A path without slashes at its end.
    static String withoutSlash(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}

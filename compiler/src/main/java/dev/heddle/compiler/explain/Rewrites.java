package dev.heddle.compiler.explain;

import com.google.re2j.Pattern;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteAction.Rewrite;

/// A request as it goes on, where its route writes its path or its authority anew.
final class Rewrites {
    private Rewrites() {}

    static Request of(Rewrite rewrite, Route route, Request request) {
        String query = request.path().substring(request.pathOnly().length());
        String path =
                switch (rewrite.path()) {
                    case PathRewrite.None() -> request.path();
                    case PathRewrite.Matched(String replacement) ->
                            Locations.path(
                                    new RedirectPath.PrefixReplaced(replacement),
                                    route.match(),
                                    request);
                    case PathRewrite.Regex(String regex, String substitution) ->
                            Pattern.compile(regex)
                                            .matcher(request.pathOnly())
                                            .replaceAll(groups(substitution))
                                    + query;
                };
        Request moved = path.startsWith("/") ? request.at(path) : request;
        return rewrite.authority()
                .or(() -> rewrite.authorityFrom().flatMap(request::header))
                .map(moved::to)
                .orElse(moved);
    }

    /// RE2's `\\1` as RE2/J writes it.
    private static String groups(String substitution) {
        return substitution.replace("$", "\\$").replaceAll("\\\\(\\d)", "\\$$1");
    }
}

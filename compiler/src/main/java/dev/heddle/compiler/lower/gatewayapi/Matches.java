package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.QueryMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Lowers what rules match.
public final class Matches {
    private Matches() {}

    /// A match of a rule.
    ///
    /// @param prefix of the path that a rewrite may replace, without a slash at its end, empty for
    ///   the root's; absent where the match is not of a prefix
    public record Matched(RouteMatch match, Rank rank, Optional<String> prefix) {
        static final Matched ALL =
                new Matched(RouteMatch.ALL, Rank.of(RouteMatch.ALL, 0), Optional.of(""));
    }

    /// The conditions; empty when one of them can never be right, as a regular expression that is
    /// none.
    public static Optional<Matched> http(HttpRoute.Match said) {
        String path = said.path().map(HttpRoute.PathMatch::valueOrRoot).orElse("/");
        HttpRoute.PathType type =
                said.path().map(HttpRoute.PathMatch::type).orElse(HttpRoute.PathType.PathPrefix);
        Optional<PathMatch> lowered = path(type, path);
        Optional<List<HeaderMatch>> headers = headers(said.headers());
        Optional<List<QueryMatch>> query = query(said.queryParams());
        if (lowered.isEmpty() || headers.isEmpty() || query.isEmpty()) {
            return Optional.empty();
        }
        var all = new ArrayList<>(headers.get());
        said.method()
                .ifPresent(m ->
                        all.add(new HeaderMatch(":method", new ValueMatch.Exact(m.name()), false)));
        var match = new RouteMatch(lowered.get(), false, all, query.get());
        Optional<String> prefix =
                type == HttpRoute.PathType.PathPrefix
                        ? Optional.of(Paths.withoutSlash(path))
                        : Optional.empty();
        return Optional.of(
                new Matched(match, Rank.of(match, prefix.orElse(path).length()), prefix));
    }

    private static Optional<PathMatch> path(HttpRoute.PathType type, String path) {
        return switch (type) {
            case Exact -> Optional.of(new PathMatch.Exact(path));
            case PathPrefix -> {
                String prefix = Paths.withoutSlash(path);
                yield Optional.of(
                        prefix.isEmpty()
                                ? new PathMatch.Prefix("/")
                                : new PathMatch.Segments(prefix));
            }
            case RegularExpression ->
                    EnvoySyntax.problemOfRegex(path).isPresent()
                            ? Optional.empty()
                            : Optional.of(new PathMatch.Regex(path));
        };
    }

    /// As [#http], for a call of gRPC: its path is `/SERVICE/METHOD`.
    public static Optional<Matched> grpc(GrpcRoute.Match said) {
        Optional<List<HeaderMatch>> headers = headers(said.headers());
        Optional<PathMatch> path =
                said.method().map(Matches::method).orElse(Optional.of(new PathMatch.Prefix("/")));
        if (headers.isEmpty() || path.isEmpty()) {
            return Optional.empty();
        }
        int service =
                said.method().flatMap(GrpcRoute.MethodMatch::service).map(String::length).orElse(0);
        int method =
                said.method().flatMap(GrpcRoute.MethodMatch::method).map(String::length).orElse(0);
        var match = new RouteMatch(path.get(), false, headers.get(), List.of());
        Rank rank = Rank.of(match, service);
        return Optional.of(
                new Matched(
                        match,
                        // The longer service first, then the longer method, however they are said.
                        new Rank(rank.kind(), service * 2048 + method, false, rank.headers(), 0),
                        Optional.empty()));
    }

    private static Optional<PathMatch> method(GrpcRoute.MethodMatch said) {
        boolean isRegex = said.type() == HttpRoute.ValueType.RegularExpression;
        if (!isRegex && said.service().isPresent()) {
            String service = "/" + said.service().get() + "/";
            return Optional.of(
                    said.method()
                            .<PathMatch>map(m -> new PathMatch.Exact(service + m))
                            .orElse(new PathMatch.Prefix(service)));
        }
        String service = said.service().map(s -> "(?:" + s + ")").orElse("[^/]+");
        String method =
                said.method()
                        .map(m -> isRegex ? "(?:" + m + ")" : Pattern.quote(m))
                        .orElse("[^/]+");
        String regex = "/" + service + "/" + method;
        return EnvoySyntax.problemOfRegex(regex).isPresent()
                ? Optional.empty()
                : Optional.of(new PathMatch.Regex(regex));
    }

    /// Of several conditions on one header the first counts.
    private static Optional<List<HeaderMatch>> headers(List<HttpRoute.HeaderMatch> said) {
        var all = new ArrayList<HeaderMatch>();
        Set<String> names = new HashSet<>();
        for (HttpRoute.HeaderMatch each : said) {
            boolean isRegex = each.type() == HttpRoute.ValueType.RegularExpression;
            String name = each.name().toLowerCase(Locale.ROOT);
            if (!names.add(name)) {
                continue;
            }
            if (!EnvoySyntax.isHeaderName(name)
                    || (isRegex && EnvoySyntax.problemOfRegex(each.value()).isPresent())) {
                return Optional.empty();
            }
            all.add(new HeaderMatch(name, value(isRegex, each.value()), false));
        }
        return Optional.of(all);
    }

    /// Of several conditions on one parameter the first counts.
    private static Optional<List<QueryMatch>> query(List<HttpRoute.QueryParamMatch> said) {
        var all = new ArrayList<QueryMatch>();
        Set<String> names = new HashSet<>();
        for (HttpRoute.QueryParamMatch each : said) {
            boolean isRegex = each.type() == HttpRoute.ValueType.RegularExpression;
            if (!names.add(each.name())) {
                continue;
            }
            if (isRegex && EnvoySyntax.problemOfRegex(each.value()).isPresent()) {
                return Optional.empty();
            }
            all.add(new QueryMatch(each.name(), value(isRegex, each.value())));
        }
        return Optional.of(all);
    }

    private static ValueMatch value(boolean isRegex, String value) {
        return isRegex ? new ValueMatch.Regex(value) : new ValueMatch.Exact(value);
    }
}

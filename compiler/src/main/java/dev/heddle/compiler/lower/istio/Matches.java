package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.ClaimMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.QueryMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.match.StringMatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Lowers what a rule matches by the request alone. Where the request comes from is decided before.
public final class Matches {
    private Matches() {}

    /// The conditions; empty when one of them can never be right, as a regular expression that is
    /// none.
    ///
    /// @param isOfSegments whether a path's prefix is one of whole segments
    static Optional<RouteMatch> lower(HttpMatchRequest match, boolean isOfSegments) {
        if (!problems(match).isEmpty()) {
            return Optional.empty();
        }
        var headers = new ArrayList<HeaderMatch>();
        var claims = new ArrayList<ClaimMatch>();
        match.headers().forEach((name, m) -> add(name, m, false, headers, claims));
        match.withoutHeaders().forEach((name, m) -> add(name, m, true, headers, claims));
        match.cookies().forEach((name, m) -> headers.add(Cookies.header(name, m)));
        headers.sort(Comparator.comparing(HeaderMatch::name));
        match.method().ifPresent(m -> headers.add(header(":method", m, false)));
        match.authority().ifPresent(m -> headers.add(header(":authority", m, false)));
        match.scheme().ifPresent(m -> headers.add(header(":scheme", m, false)));
        List<QueryMatch> query =
                match.queryParams().entrySet().stream()
                        .map(e -> new QueryMatch(e.getKey(), value(e.getValue())))
                        .sorted(Comparator.comparing(QueryMatch::name))
                        .toList();
        return Optional.of(
                new RouteMatch(
                        match.uri()
                                .map(m -> path(m, isOfSegments))
                                .orElse(new PathMatch.Prefix("/")),
                        match.ignoreUriCase(),
                        headers,
                        query,
                        Portion.ALL,
                        claims));
    }

    private static void add(
            String name,
            StringMatch match,
            boolean inverted,
            List<HeaderMatch> headers,
            List<ClaimMatch> claims) {
        Claims.path(name)
                .ifPresentOrElse(
                        path -> claims.add(new ClaimMatch(path, value(match), inverted)),
                        () -> headers.add(header(name, match, inverted)));
    }

    /// What is wrong with the match's regular expressions and header names, by field.
    ///
    /// @return pairs of a field (and a key in it, or an empty text) and what is wrong
    public static List<Problem> problems(HttpMatchRequest match) {
        var problems = new ArrayList<Problem>();
        match.uri().ifPresent(m -> check("uri", "", m, problems));
        match.method().ifPresent(m -> check("method", "", m, problems));
        match.authority().ifPresent(m -> check("authority", "", m, problems));
        match.scheme().ifPresent(m -> check("scheme", "", m, problems));
        checkHeaders("headers", match.headers(), problems);
        checkHeaders("withoutHeaders", match.withoutHeaders(), problems);
        match.cookies().forEach((name, m) -> checkCookie(name, m, problems));
        match.queryParams().forEach((name, m) -> check("queryParams", name, m, problems));
        return problems;
    }

    /// @param key in a field that is a mapping, else empty
    public record Problem(String field, String key, String what) {}

    private static void checkHeaders(
            String field, Map<String, StringMatch> headers, List<Problem> problems) {
        headers.forEach((name, m) -> {
            boolean isPseudo = name.startsWith(":") && EnvoySyntax.isHeaderName(name.substring(1));
            if (!isPseudo && !EnvoySyntax.isHeaderName(name) && Claims.path(name).isEmpty()) {
                problems.add(new Problem(field, name, "'" + name + "' cannot name a header"));
            }
            check(field, name, m, problems);
        });
    }

    private static void checkCookie(String name, StringMatch m, List<Problem> problems) {
        if (!EnvoySyntax.isHeaderName(name)) {
            problems.add(new Problem("cookies", name, "'" + name + "' cannot name a cookie"));
        }
        check("cookies", name, m, problems);
    }

    private static void check(String field, String key, StringMatch m, List<Problem> problems) {
        if (m instanceof StringMatch.Regex(String regex) && !regex.equals("*")) {
            EnvoySyntax.problemOfRegex(regex)
                    .ifPresent(why ->
                            problems.add(new Problem(field, key, "no regular expression: " + why)));
        }
    }

    private static PathMatch path(StringMatch match, boolean isOfSegments) {
        return switch (match) {
            case StringMatch.Exact(String exact) -> new PathMatch.Exact(exact);
            case StringMatch.Prefix(String prefix) ->
                    isOfSegments && prefix.length() > 1
                            ? new PathMatch.Segments(prefix)
                            : new PathMatch.Prefix(prefix);
            case StringMatch.Regex(String regex) ->
                    regex.equals("*") ? new PathMatch.Prefix("/") : new PathMatch.Regex(regex);
            case StringMatch.Present() -> new PathMatch.Prefix("/");
        };
    }

    private static HeaderMatch header(String name, StringMatch match, boolean inverted) {
        return new HeaderMatch(name.toLowerCase(Locale.ROOT), value(match), inverted);
    }

    /// Istio takes the regular expression `*`, which is none, for "whatever it is".
    private static ValueMatch value(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String exact) -> new ValueMatch.Exact(exact);
            case StringMatch.Prefix(String prefix) -> new ValueMatch.Prefix(prefix);
            case StringMatch.Regex(String regex) ->
                    regex.equals("*") ? new ValueMatch.Present() : new ValueMatch.Regex(regex);
            case StringMatch.Present() -> new ValueMatch.Present();
        };
    }
}

package dev.heddle.compiler.ir;

import java.util.List;

/// Which requests a route is for. All conditions must hold.
///
/// @param path of the request, without its query
/// @param ignoreCase of the path
/// @param headers conditions on headers, among them `:method`, `:authority` and `:scheme`
/// @param query conditions on query parameters
/// @param upTo of requests that each have a random place between 0 and 1, those whose place is
///   below this; a request has the same place for all routes of its table, so that routes which
///   differ in this alone share the requests
/// @param claims conditions on what a token says
public record RouteMatch(
        PathMatch path,
        boolean ignoreCase,
        List<HeaderMatch> headers,
        List<QueryMatch> query,
        Portion upTo,
        List<ClaimMatch> claims) {
    /// Every request.
    public static final RouteMatch ALL =
            new RouteMatch(new PathMatch.Prefix("/"), false, List.of(), List.of());

    /// One that leaves nothing to chance.
    public RouteMatch(
            PathMatch path, boolean ignoreCase, List<HeaderMatch> headers, List<QueryMatch> query) {
        this(path, ignoreCase, headers, query, Portion.ALL, List.of());
    }

    /// The same with other conditions on headers.
    public RouteMatch with(List<HeaderMatch> others) {
        return new RouteMatch(path, ignoreCase, others, query, upTo, claims);
    }

    /// The same for a portion of the requests.
    public RouteMatch upTo(Portion portion) {
        return new RouteMatch(path, ignoreCase, headers, query, portion, claims);
    }

    public RouteMatch {
        claims = List.copyOf(claims);
        headers = List.copyOf(headers);
        query = List.copyOf(query);
    }

    /// Whether no request can fail to match. Says no in doubt.
    public boolean matchesEverything() {
        boolean anyPath =
                switch (path) {
                    case PathMatch.Prefix(String prefix) -> prefix.equals("/") || prefix.isEmpty();
                    case PathMatch.Regex(String regex) -> regex.equals(".*") || regex.equals("*");
                    case PathMatch.Exact _, PathMatch.Segments _ -> false;
                };
        return anyPath && headers.isEmpty() && query.isEmpty() && claims.isEmpty() && upTo.isAll();
    }

    /// What the path must be.
    public sealed interface PathMatch {
        record Exact(String path) implements PathMatch {}

        /// @param prefix as bytes, so `/foo` takes `/foobar` too
        record Prefix(String prefix) implements PathMatch {}

        /// @param prefix as whole segments, so `/foo` takes `/foo/bar` and not `/foobar`
        record Segments(String prefix) implements PathMatch {}

        /// @param regex RE2 syntax; must match the whole path
        record Regex(String regex) implements PathMatch {}
    }

    /// What the value of a header or parameter must be.
    public sealed interface ValueMatch {
        record Exact(String value) implements ValueMatch {}

        record Prefix(String prefix) implements ValueMatch {}

        /// @param regex RE2 syntax; must match the whole value
        record Regex(String regex) implements ValueMatch {}

        /// There is one, whatever it is.
        record Present() implements ValueMatch {}
    }

    /// A condition on a header.
    ///
    /// @param name lower case
    /// @param inverted whether the condition must not hold; a header that is absent counts as an
    ///   empty value then, except for [ValueMatch.Present]
    public record HeaderMatch(String name, ValueMatch value, boolean inverted) {}

    /// A condition on a claim of the request's token, or on one item of it, where it is a list.
    ///
    /// @param path of the claim: each name is within the last one
    /// @param inverted whether the condition must not hold; one on a claim that is not there does
    ///   not
    public record ClaimMatch(List<String> path, ValueMatch value, boolean inverted) {
        public ClaimMatch {
            path = List.copyOf(path);
        }
    }

    /// A condition on a query parameter.
    public record QueryMatch(String name, ValueMatch value) {}
}

package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;

/// The precedence of a match among those of all routes of a host. Less goes first; where two are
/// equal, the older route does, and within a route the earlier rule.
///
/// The Gateway API's order: an exact path, the longer prefix, a method, more headers, more query
/// parameters. It leaves open where regular expressions stand: here behind exact paths and before
/// prefixes, since every request has a prefix.
///
/// @param kind of the path: exact, regular expression, prefix
/// @param length of the path
public record Rank(int kind, int length, boolean hasMethod, int headers, int query)
        implements Comparable<Rank> {

    /// Of what the whole match says.
    ///
    /// @param length of the path as it is written
    static Rank of(RouteMatch match, int length) {
        int kind =
                switch (match.path()) {
                    case PathMatch.Exact _ -> 0;
                    case PathMatch.Regex _ -> 1;
                    case PathMatch.Prefix _, PathMatch.Segments _ -> 2;
                };
        int methods =
                (int) match.headers().stream().filter(h -> h.name().equals(":method")).count();
        return new Rank(
                kind, length, methods > 0, match.headers().size() - methods, match.query().size());
    }

    @Override
    public int compareTo(Rank other) {
        if (kind != other.kind) {
            return Integer.compare(kind, other.kind);
        }
        if (length != other.length) {
            return Integer.compare(other.length, length);
        }
        if (hasMethod != other.hasMethod) {
            return hasMethod ? -1 : 1;
        }
        return headers != other.headers
                ? Integer.compare(other.headers, headers)
                : Integer.compare(other.query, query);
    }
}

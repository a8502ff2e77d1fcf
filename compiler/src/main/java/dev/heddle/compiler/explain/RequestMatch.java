package dev.heddle.compiler.explain;

import com.google.re2j.Pattern;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.ClaimMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.QueryMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Envoy's rules for whether a route takes a request.
public final class RequestMatch {
    private RequestMatch() {}

    /// The first condition that does not hold, with the value and what is expected; empty when the
    /// request matches.
    ///
    /// @param claims what the request's token says
    static Optional<String> mismatch(
            RouteMatch match, Request request, Map<String, @Nullable Object> claims) {
        if (!path(match, request)) {
            return Optional.of(
                    "path: '" + request.pathOnly() + "' (expected: " + describe(match) + ")");
        }
        for (HeaderMatch header : match.headers()) {
            Optional<String> value = request.header(header.name());
            if (!header(header, value)) {
                return Optional.of(
                        "header "
                                + header.name()
                                + ": "
                                + value.map(v -> "'" + v + "'").orElse("absent")
                                + " (expected: "
                                + (header.inverted() ? "not " : "")
                                + describe(header.value())
                                + ")");
            }
        }
        for (QueryMatch query : match.query()) {
            Optional<String> value = request.queryParameter(query.name());
            if (value.isEmpty() || !value(query.value(), value.get())) {
                return Optional.of(
                        "query parameter "
                                + query.name()
                                + ": "
                                + value.map(v -> "'" + v + "'").orElse("absent")
                                + " (expected: "
                                + describe(query.value())
                                + ")");
            }
        }
        for (ClaimMatch claim : match.claims()) {
            if (!TokenCheck.test(claim, claims)) {
                return Optional.of(
                        "claim "
                                + String.join(".", claim.path())
                                + " of the request's token (expected: "
                                + (claim.inverted() ? "not " : "")
                                + describe(claim.value())
                                + ")");
            }
        }
        return Optional.empty();
    }

    private static boolean path(RouteMatch match, Request request) {
        String path = request.pathOnly();
        return switch (match.path()) {
            case PathMatch.Exact(String exact) ->
                    match.ignoreCase() ? path.equalsIgnoreCase(exact) : path.equals(exact);
            case PathMatch.Prefix(String prefix) ->
                    path.regionMatches(match.ignoreCase(), 0, prefix, 0, prefix.length());
            case PathMatch.Segments(String prefix) ->
                    path.regionMatches(match.ignoreCase(), 0, prefix, 0, prefix.length())
                            && (path.length() == prefix.length()
                                    || path.charAt(prefix.length()) == '/');
            case PathMatch.Regex(String regex) -> Pattern.matches(regex, path);
        };
    }

    private static boolean header(HeaderMatch match, Optional<String> value) {
        if (match.value() instanceof ValueMatch.Present) {
            return value.isPresent() != match.inverted();
        }
        if (value.isEmpty() && !match.inverted()) {
            return false;
        }
        return value(match.value(), value.orElse("")) != match.inverted();
    }

    static boolean value(ValueMatch match, String value) {
        return switch (match) {
            case ValueMatch.Exact(String exact) -> value.equals(exact);
            case ValueMatch.Prefix(String prefix) -> value.startsWith(prefix);
            case ValueMatch.Regex(String regex) -> Pattern.matches(regex, value);
            case ValueMatch.Present() -> true;
        };
    }

    private static String describe(RouteMatch match) {
        String what =
                switch (match.path()) {
                    case PathMatch.Exact(String exact) -> "'" + exact + "'";
                    case PathMatch.Prefix(String prefix) -> "prefix '" + prefix + "'";
                    case PathMatch.Segments(String prefix) -> "segments '" + prefix + "'";
                    case PathMatch.Regex(String regex) -> "regex '" + regex + "'";
                };
        return what + (match.ignoreCase() ? " in any case" : "");
    }

    private static String describe(ValueMatch match) {
        return switch (match) {
            case ValueMatch.Exact(String exact) -> "'" + exact + "'";
            case ValueMatch.Prefix(String prefix) -> "prefix '" + prefix + "'";
            case ValueMatch.Regex(String regex) -> "regex '" + regex + "'";
            case ValueMatch.Present() -> "present";
        };
    }
}

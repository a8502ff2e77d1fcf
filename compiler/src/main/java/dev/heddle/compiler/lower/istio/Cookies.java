package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.match.StringMatch;

/// Conditions on cookies, which proxies know as one header (RFC 6265, section 4.2.1).
public final class Cookies {
    private Cookies() {}

    /// Whether some cookie of that name has such a value.
    public static HeaderMatch header(String name, StringMatch match) {
        String value =
                switch (match) {
                    case StringMatch.Exact(String exact) -> EnvoySyntax.quoted(exact);
                    case StringMatch.Prefix(String prefix) -> EnvoySyntax.quoted(prefix) + "[^;]*";
                    case StringMatch.Regex(String regex) ->
                            regex.equals("*") ? "[^;]*" : "(?:" + regex + ")";
                    case StringMatch.Present() -> "[^;]*";
                };
        return new HeaderMatch(
                "cookie",
                new ValueMatch.Regex(
                        "(?:.*; *)?" + EnvoySyntax.quoted(name) + "=" + value + "(?:;.*)?"),
                false);
    }
}

package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.model.match.StringMatch;

/// Conditions on cookies, which proxies know as one header (RFC 6265, section 4.2.1).
final class Cookies {
    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    private Cookies() {}

    /// Whether some cookie of that name has such a value.
    static HeaderMatch header(String name, StringMatch match) {
        String value =
                switch (match) {
                    case StringMatch.Exact(String exact) -> quoted(exact);
                    case StringMatch.Prefix(String prefix) -> quoted(prefix) + "[^;]*";
                    case StringMatch.Regex(String regex) ->
                            regex.equals("*") ? "[^;]*" : "(?:" + regex + ")";
                    case StringMatch.Present() -> "[^;]*";
                };
        return new HeaderMatch(
                "cookie",
                new ValueMatch.Regex("(?:.*; *)?" + quoted(name) + "=" + value + "(?:;.*)?"),
                false);
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder();
        text.chars()
                .forEach(c -> {
                    if (SPECIAL.indexOf(c) >= 0) {
                        quoted.append('\\');
                    }
                    quoted.append((char) c);
                });
        return quoted.toString();
    }
}

package dev.heddle.compiler.lower.istio;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a rule asks of a token as if it were a header: `@request.auth.claims.group.id`, or
/// `@request.auth.claims[group][id]`, where a name may have dots.
public final class Claims {
    private static final String HEADER = "@request.auth.claims";

    private Claims() {}

    /// The claim, from the outermost name to the innermost; empty for what is a header after all.
    public static Optional<List<String>> path(String header) {
        if (!header.toLowerCase(Locale.ROOT).startsWith(HEADER)) {
            return Optional.empty();
        }
        String rest = header.substring(HEADER.length());
        if (rest.startsWith(".") && rest.length() > 1) {
            return path(rest.substring(1), "\\.");
        }
        if (rest.startsWith("[") && rest.endsWith("]") && rest.length() > 2) {
            return path(rest.substring(1, rest.length() - 1), "\\]\\[");
        }
        return Optional.empty();
    }

    /// Proxies refuse names that are empty.
    private static Optional<List<String>> path(String names, String between) {
        List<String> path = List.of(names.split(between, -1));
        return path.contains("") ? Optional.empty() : Optional.of(path);
    }
}

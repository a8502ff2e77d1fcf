package dev.heddle.compiler.check;

import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.match.StringMatch;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whether one match takes every request that another takes. Says so only where it is certain: of
/// regular expressions it knows those that match everything, and equal ones.
final class Covering {
    private static final Set<String> EVERYTHING = Set.of(".*", "*", "^.*$", "^.*", ".*$");

    private Covering() {}

    /// Whether no request is left for anybody else.
    static boolean isEverything(HttpMatchRequest match) {
        return match.uri().map(Covering::isAnyPath).orElse(true)
                && match.scheme().isEmpty()
                && match.method().isEmpty()
                && match.authority().isEmpty()
                && match.headers().isEmpty()
                && match.withoutHeaders().isEmpty()
                && match.cookies().isEmpty()
                && match.queryParams().isEmpty()
                && match.port().isEmpty()
                && match.sourceLabels().isEmpty()
                && match.sourceNamespace().isEmpty()
                && match.gateways().isEmpty();
    }

    /// Whether whatever the second takes, the first takes, too.
    static boolean covers(HttpMatchRequest wide, HttpMatchRequest narrow) {
        return coversUri(wide, narrow)
                && covers(wide.scheme(), narrow.scheme())
                && covers(wide.method(), narrow.method())
                && covers(wide.authority(), narrow.authority())
                && covers(wide.headers(), narrow.headers())
                && narrow.withoutHeaders().entrySet().containsAll(wide.withoutHeaders().entrySet())
                && covers(wide.cookies(), narrow.cookies())
                && covers(wide.queryParams(), narrow.queryParams())
                && (wide.port().isEmpty() || wide.port().equals(narrow.port()))
                && coversPlace(wide, narrow);
    }

    /// A match that names gateways is not asked for its callers.
    private static boolean coversPlace(HttpMatchRequest wide, HttpMatchRequest narrow) {
        if (!wide.gateways().isEmpty()) {
            return !narrow.gateways().isEmpty() && wide.gateways().containsAll(narrow.gateways());
        }
        boolean fromAnywhere = wide.sourceLabels().isEmpty() && wide.sourceNamespace().isEmpty();
        boolean fromThere =
                narrow.gateways().isEmpty()
                        && narrow.sourceLabels()
                                .entrySet()
                                .containsAll(wide.sourceLabels().entrySet())
                        && (wide.sourceNamespace().isEmpty()
                                || wide.sourceNamespace().equals(narrow.sourceNamespace()));
        return fromAnywhere || fromThere;
    }

    private static boolean coversUri(HttpMatchRequest wide, HttpMatchRequest narrow) {
        if (wide.uri().isEmpty() || isAnyPath(wide.uri().get())) {
            return true;
        }
        if (narrow.uri().isEmpty()) {
            return false;
        }
        if (wide.ignoreUriCase()) {
            return covers(lower(wide.uri().get()), lower(narrow.uri().get()));
        }
        return !narrow.ignoreUriCase() && covers(wide.uri().get(), narrow.uri().get());
    }

    /// Expressions keep their letters: case never applies to them.
    private static StringMatch lower(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String text) ->
                    new StringMatch.Exact(text.toLowerCase(Locale.ROOT));
            case StringMatch.Prefix(String text) ->
                    new StringMatch.Prefix(text.toLowerCase(Locale.ROOT));
            case StringMatch.Regex _, StringMatch.Present _ -> match;
        };
    }

    private static boolean isAnyPath(StringMatch match) {
        return switch (match) {
            case StringMatch.Prefix(String prefix) -> prefix.equals("/") || prefix.isEmpty();
            case StringMatch.Regex(String regex) -> EVERYTHING.contains(regex);
            case StringMatch.Present() -> true;
            case StringMatch.Exact _ -> false;
        };
    }

    private static boolean covers(Map<String, StringMatch> wide, Map<String, StringMatch> narrow) {
        return wide.entrySet().stream()
                .allMatch(e -> {
                    StringMatch other = narrow.get(e.getKey());
                    return other != null && covers(e.getValue(), other);
                });
    }

    private static boolean covers(Optional<StringMatch> wide, Optional<StringMatch> narrow) {
        return wide.isEmpty() || (narrow.isPresent() && covers(wide.get(), narrow.get()));
    }

    private static boolean covers(StringMatch wide, StringMatch narrow) {
        return switch (wide) {
            case StringMatch.Present() -> true;
            case StringMatch.Regex(String regex) ->
                    EVERYTHING.contains(regex) || wide.equals(narrow);
            case StringMatch.Exact _ -> wide.equals(narrow);
            case StringMatch.Prefix(String prefix) ->
                    switch (narrow) {
                        case StringMatch.Exact(String text) -> text.startsWith(prefix);
                        case StringMatch.Prefix(String text) -> text.startsWith(prefix);
                        case StringMatch.Regex _, StringMatch.Present _ -> false;
                    };
        };
    }
}

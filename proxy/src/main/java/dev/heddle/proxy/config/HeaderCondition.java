package dev.heddle.proxy.config;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A condition on a header, ready to be tested.
///
/// A header that is not there matches nothing, inverted or not, unless it counts as an empty one or
/// the condition is about its presence (Envoy, `HeaderMatcher.treat_missing_header_as_empty`).
public record HeaderCondition(
        @Nullable HeaderName name,
        String pseudo,
        HeaderMatch.Value value,
        boolean inverted,
        boolean missingAsEmpty) {
    private static final HeaderCondition[] NONE = {};

    /// Makes it ready.
    public static HeaderCondition of(HeaderMatch match) {
        boolean special = match.name().startsWith(":") || match.name().equals("host");
        return new HeaderCondition(
                special ? null : HeaderName.of(match.name()),
                match.name(),
                match.value(),
                match.inverted(),
                match.missingAsEmpty());
    }

    /// Makes them ready.
    public static HeaderCondition[] all(List<HeaderMatch> matches) {
        return matches.isEmpty()
                ? NONE
                : matches.stream().map(HeaderCondition::of).toArray(HeaderCondition[]::new);
    }

    /// Whether a request meets it.
    public boolean test(RequestHead request) {
        return testValue(name == null ? pseudoOf(request) : textOf(name, request.headers()));
    }

    /// Of a response; `:status` is a header too.
    public boolean test(ResponseHead response) {
        String text =
                name != null
                        ? textOf(name, response.headers())
                        : pseudo.equals(":status") ? Integer.toString(response.status()) : null;
        return testValue(text);
    }

    private boolean testValue(@Nullable String text) {
        if (value instanceof HeaderMatch.Value.Present(boolean expected)) {
            return ((text != null) == expected) != inverted;
        }
        if (text == null) {
            return missingAsEmpty && test("") != inverted;
        }
        return test(text) != inverted;
    }

    private boolean test(String text) {
        return switch (value) {
            case HeaderMatch.Value.Text(var match) -> match.test(text);
            case HeaderMatch.Value.Range(long start, long end) -> inRange(text, start, end);
            case HeaderMatch.Value.Present _ -> true;
        };
    }

    private static boolean inRange(String text, long start, long end) {
        try {
            long number = Long.parseLong(text.strip());
            return number >= start && number < end;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private @Nullable String pseudoOf(RequestHead request) {
        return switch (pseudo) {
            case ":method" -> request.method();
            case ":path" -> request.path();
            case ":authority", "host" -> request.authority();
            case ":scheme" -> request.scheme();
            default -> null;
        };
    }

    private static @Nullable String textOf(HeaderName name, Headers headers) {
        String first = headers.get(name);
        if (first == null) {
            return null;
        }
        // Several headers of one name are one, so that no order of lines slips past a condition.
        List<String> all = headers.getAll(name);
        return all.size() == 1 ? first : String.join(",", all);
    }
}

package dev.heddle.proxy.filter.oauth2;

import dev.heddle.xds.token.JsonText;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the authorization server says when it is asked for tokens.
sealed interface TokenAnswer {

    /// Tokens.
    ///
    /// @param id empty where there is none
    /// @param refresh empty where there is none
    /// @param seconds for which the access token is good, more than 0
    record Tokens(String access, String id, String refresh, long seconds) implements TokenAnswer {
        @Override
        public String toString() {
            return "Tokens[redacted]";
        }
    }

    /// Nothing, or nothing of use.
    ///
    /// @param why in Envoy's words, without a word of the server's, which may hold tokens
    /// @param isRefusal whether the server did not say yes at all
    record None(String why, boolean isRefusal) implements TokenAnswer {}

    /// No lifetime is longer, in seconds.
    long MOST_SECONDS = Integer.MAX_VALUE;

    /// Reads the answer to a request for tokens.
    ///
    /// @param lifetime of an access token of which the answer does not say it; zero: that is an
    ///   error
    static TokenAnswer read(int status, String body, Duration lifetime) {
        if (status != 200) {
            return new None("Failed to get access token", true);
        }
        Map<String, @Nullable Object> fields = JsonText.object(body).orElse(null);
        if (fields == null
                || !isToken(fields.get("access_token"))
                || !isToken(fields.get("id_token"))
                || !isToken(fields.get("refresh_token"))) {
            return new None("Failed to parse oauth response body", false);
        }
        String access = text(fields.get("access_token"));
        if (access.isEmpty()) {
            return new None("No access token found in the token exchange response", false);
        }
        long seconds = seconds(fields.get("expires_in"), lifetime);
        return seconds <= 0
                ? new None(
                        "No default or explicit access token expiration found in the token exchange"
                                + " response",
                        false)
                : new Tokens(
                        access,
                        text(fields.get("id_token")),
                        text(fields.get("refresh_token")),
                        seconds);
    }

    /// What can be in a header and in a cookie, or is not there.
    private static boolean isToken(@Nullable Object value) {
        return value == null
                || (value instanceof String text
                        && text.chars()
                                .allMatch(c -> c > ' ' && c < 0x7f && ",;\"\\".indexOf(c) < 0));
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    /// As a number or, as some servers have it, the text of one.
    private static long seconds(@Nullable Object said, Duration lifetime) {
        return switch (said) {
            case null -> Math.min(lifetime.toSeconds(), MOST_SECONDS);
            case Double number -> (long) Math.min(number, MOST_SECONDS);
            case String text when text.matches("[0-9]{1,10}") ->
                    Math.min(Long.parseLong(text), MOST_SECONDS);
            default -> 0;
        };
    }
}

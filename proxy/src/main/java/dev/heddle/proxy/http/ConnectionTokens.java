package dev.heddle.proxy.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `connection` says of a message, and the removal of what is meant for one hop only (RFC
/// 9110, section 7.6.1).
///
/// @param close the connection ends after this message
/// @param keepAlive asks HTTP/1.0 to go on
/// @param upgrade the protocol that `upgrade` names, as received; null if none is asked for
record ConnectionTokens(boolean close, boolean keepAlive, @Nullable String upgrade) {
    static final ConnectionTokens NONE = new ConnectionTokens(false, false, null);
    private static final ConnectionTokens KEEP_ALIVE = new ConnectionTokens(false, true, null);
    private static final ConnectionTokens CLOSE = new ConnectionTokens(true, false, null);

    /// More is an attack on the time that removal takes; Envoy's limit.
    private static final int MAX_TOKENS = 10;

    /// Fields that others decide by: a client may not have them removed on the way.
    private static final Set<String> PROTECTED =
            Set.of(
                    "host",
                    "content-length",
                    "transfer-encoding",
                    "authorization",
                    "proxy-authorization",
                    "cookie",
                    "forwarded",
                    "via",
                    "x-request-id",
                    "baggage",
                    "traceparent",
                    "tracestate");

    private static final List<String> PROTECTED_PREFIXES =
            List.of("x-forwarded-", "x-envoy-", "x-jwt-", "x-b3-");

    /// Reads and removes. Null if a protected field is named: the message is refused then.
    static @Nullable ConnectionTokens strip(Headers headers) {
        boolean close = false;
        boolean keepAlive = false;
        boolean upgrade = false;
        if (headers.contains(HeaderName.CONNECTION) && !headers.isRepeated(HeaderName.CONNECTION)) {
            String only = headers.get(HeaderName.CONNECTION, "keep-alive");
            keepAlive = "keep-alive".equals(only);
            close = "close".equals(only);
        }
        if (keepAlive || close) {
            headers.remove(HeaderName.CONNECTION);
        } else if (headers.contains(HeaderName.CONNECTION)) {
            List<String> tokens = tokens(headers.getAll(HeaderName.CONNECTION));
            if (tokens.size() > MAX_TOKENS) {
                return null;
            }
            for (String token : tokens) {
                switch (token) {
                    case "" -> {}
                    case "close" -> close = true;
                    case "keep-alive" -> keepAlive = true;
                    case "upgrade" -> upgrade = true;
                    case "te" -> {}
                    default -> {
                        if (!isRemoved(headers, token)) {
                            return null;
                        }
                    }
                }
            }
            headers.remove(HeaderName.CONNECTION);
        }
        headers.remove(HeaderName.KEEP_ALIVE);
        headers.remove(HeaderName.PROXY_CONNECTION);
        stripTe(headers);
        String protocol = headers.get(HeaderName.UPGRADE);
        headers.remove(HeaderName.UPGRADE);
        if (protocol == null && !(close && keepAlive)) {
            return close ? CLOSE : keepAlive ? KEEP_ALIVE : NONE;
        }
        return new ConnectionTokens(close, keepAlive, upgrade ? protocol : null);
    }

    private static boolean isRemoved(Headers headers, String token) {
        if (PROTECTED.contains(token)
                || PROTECTED_PREFIXES.stream().anyMatch(token::startsWith)
                || !token.chars().allMatch(Ascii::isToken)) {
            return false;
        }
        headers.remove(HeaderName.of(token));
        return true;
    }

    /// Of all transfer codings only `trailers` means something to the next hop.
    private static void stripTe(Headers headers) {
        if (!headers.contains(HeaderName.TE)) {
            return;
        }
        boolean trailers = tokens(headers.getAll(HeaderName.TE)).contains("trailers");
        headers.remove(HeaderName.TE);
        if (trailers) {
            headers.add(HeaderName.TE, "trailers");
        }
    }

    private static List<String> tokens(List<String> values) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(token -> token.strip().toLowerCase(Locale.ROOT))
                .toList();
    }
}

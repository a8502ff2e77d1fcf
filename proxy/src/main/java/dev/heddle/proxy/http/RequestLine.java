package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads request lines (RFC 9112, section 3): method, target and version with one space between,
/// and the four forms of a target.
@Confined("worker")
final class RequestLine implements StartLine {
    private static final int MAX_METHOD = 64;
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /// What Envoy's parser knows; there is no use in being found by what only one of two proxies
    /// lets through.
    private static final Set<String> METHODS =
            Set.of(
                    "ACL",
                    "BIND",
                    "CHECKOUT",
                    "CONNECT",
                    "COPY",
                    "DELETE",
                    "GET",
                    "HEAD",
                    "LINK",
                    "LOCK",
                    "MERGE",
                    "MKACTIVITY",
                    "MKCALENDAR",
                    "MKCOL",
                    "MOVE",
                    "MSEARCH",
                    "NOTIFY",
                    "OPTIONS",
                    "PATCH",
                    "POST",
                    "PROPFIND",
                    "PROPPATCH",
                    "PURGE",
                    "PUT",
                    "QUERY",
                    "REBIND",
                    "REPORT",
                    "SEARCH",
                    "SOURCE",
                    "SUBSCRIBE",
                    "TRACE",
                    "UNBIND",
                    "UNLINK",
                    "UNLOCK",
                    "UNSUBSCRIBE");

    private final Http1Settings settings;
    private RequestHead head = new RequestHead();

    /// The authority of an absolute-form target, which replaces `host`; null without one.
    private @Nullable String authority;

    RequestLine(Http1Settings settings) {
        this.settings = settings;
    }

    void begin(RequestHead into) {
        head = into;
        authority = null;
    }

    @Nullable String authority() {
        return authority;
    }

    @Override
    public @Nullable CodecError read(ByteBuf in, int base, int from, int to) {
        int methodEnd = from;
        while (methodEnd < to && Ascii.isToken(in.getByte(methodEnd) & 0xff)) {
            methodEnd++;
        }
        if (methodEnd == from) {
            return CodecError.MALFORMED;
        }
        if (methodEnd - from > MAX_METHOD || methodEnd == to) {
            return wrongAt(in, methodEnd, to);
        }
        int targetEnd = methodEnd + 1;
        while (targetEnd < to && Ascii.isTarget(in.getByte(targetEnd) & 0xff)) {
            targetEnd++;
        }
        if (in.getByte(methodEnd) != ' ' || targetEnd == methodEnd + 1) {
            return wrongAt(in, methodEnd, to);
        }
        String method = method(in, from, methodEnd - from);
        if (!settings.dialect().customMethods() && !METHODS.contains(method)) {
            return CodecError.MALFORMED;
        }
        head.setMethod(method);
        if (targetEnd == to) {
            // HTTP/0.9 has no version.
            return CodecError.LOW_VERSION;
        }
        if (in.getByte(targetEnd) != ' ') {
            return wrongAt(in, targetEnd, to);
        }
        CodecError wrong = version(in, targetEnd + 1, to);
        return wrong != null ? wrong : target(in, base, methodEnd + 1, targetEnd);
    }

    private static CodecError wrongAt(ByteBuf in, int at, int to) {
        int c = at < to ? in.getByte(at) & 0xff : ' ';
        return c < 0x20 || c == 0x7f ? CodecError.INVALID_CHARACTERS : CodecError.MALFORMED;
    }

    /// The usual methods as constants, so that no text is made of them.
    private static String method(ByteBuf in, int at, int length) {
        String guess =
                switch (in.getByte(at) << 8 | length) {
                    case 'G' << 8 | 3 -> "GET";
                    case 'P' << 8 | 4 -> "POST";
                    case 'P' << 8 | 3 -> "PUT";
                    case 'H' << 8 | 4 -> "HEAD";
                    case 'D' << 8 | 6 -> "DELETE";
                    case 'O' << 8 | 7 -> "OPTIONS";
                    case 'P' << 8 | 5 -> "PATCH";
                    case 'C' << 8 | 7 -> "CONNECT";
                    default -> "";
                };
        return !guess.isEmpty() && isAt(in, at, at + length, guess)
                ? guess
                : in.toString(at, length, StandardCharsets.US_ASCII);
    }

    private @Nullable CodecError version(ByteBuf in, int from, int to) {
        if (to - from == 8
                && isAt(in, from, to, "HTTP/")
                && in.getByte(from + 6) == '.'
                && Ascii.isDigit(in.getByte(from + 5))
                && Ascii.isDigit(in.getByte(from + 7))) {
            byte minor = in.getByte(from + 7);
            if (in.getByte(from + 5) != '1' || minor > '1') {
                return CodecError.LOW_VERSION;
            }
            head.setProtocol(minor == '1' ? Protocol.HTTP_11 : Protocol.HTTP_10);
            return null;
        }
        for (int i = from; i < to; i++) {
            if (!Ascii.isValue(in.getByte(i) & 0xff)) {
                return CodecError.INVALID_CHARACTERS;
            }
        }
        return CodecError.MALFORMED;
    }

    private @Nullable CodecError target(ByteBuf in, int base, int from, int to) {
        if (head.method().equals("CONNECT")) {
            authority = in.toString(from, to - from, StandardCharsets.US_ASCII);
            head.setPath("");
            return null;
        }
        if (in.getByte(from) == '/') {
            head.pathReceived(from - base, to - from);
            return null;
        }
        if (to - from == 1 && in.getByte(from) == '*' && head.method().equals("OPTIONS")) {
            head.setPath("*");
            return null;
        }
        if (!settings.absoluteUrl()) {
            // No path of ours: it is answered as such, once the whole head was read.
            head.pathReceived(from - base, to - from);
            return null;
        }
        return absolute(in, base, from, to);
    }

    private @Nullable CodecError absolute(ByteBuf in, int base, int from, int to) {
        int authorityAt;
        if (isPrefix(in, from, to, HTTP)) {
            authorityAt = from + HTTP.length();
            head.setScheme("http");
        } else if (isPrefix(in, from, to, HTTPS)) {
            authorityAt = from + HTTPS.length();
            head.setScheme("https");
        } else {
            return otherwise(in, from, to);
        }
        int pathAt = authorityAt;
        while (pathAt < to && in.getByte(pathAt) != '/' && in.getByte(pathAt) != '?') {
            pathAt++;
        }
        authority = in.toString(authorityAt, pathAt - authorityAt, StandardCharsets.US_ASCII);
        if (!Authority.isValidInUrl(authority)) {
            return CodecError.INVALID_URL;
        }
        if (pathAt < to && in.getByte(pathAt) == '/') {
            head.pathReceived(pathAt - base, to - pathAt);
        } else {
            head.setPath("/" + in.toString(pathAt, to - pathAt, StandardCharsets.US_ASCII));
        }
        return null;
    }

    /// What is wrong with a target that is no path and no URL that is served here.
    private static CodecError otherwise(ByteBuf in, int from, int to) {
        if (in.getByte(from) == '*') {
            return CodecError.INVALID_URL;
        }
        int colon = in.indexOf(from, to, (byte) ':');
        boolean isUrl =
                colon > from
                        && colon + 2 < to
                        && in.getByte(colon + 1) == '/'
                        && in.getByte(colon + 2) == '/';
        return isUrl ? CodecError.INVALID_SCHEME : CodecError.MALFORMED;
    }

    private static boolean isPrefix(ByteBuf in, int from, int to, String lowerCase) {
        if (to - from < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if (Ascii.lower(in.getByte(from + i)) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAt(ByteBuf in, int from, int to, String text) {
        if (to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (in.getByte(from + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

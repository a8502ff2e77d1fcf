package dev.heddle.proxy.filter.oauth2;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An absolute http or https URL that is safe in a `location` header: browsers and this proxy agree
/// on its host. There are no user and password in it, no backslash and nothing that ends a line.
///
/// @param authority host and maybe port
/// @param rest path, query and fragment; empty or beginning with `/`, `?` or `#`
public record WebUrl(String scheme, String authority, String rest) {
    private static final String UNRESERVED = "-._~";

    /// Reads one; empty for anything else.
    public static Optional<WebUrl> of(String text) {
        String lower = text.substring(0, Math.min(text.length(), 8)).toLowerCase(Locale.ROOT);
        String scheme =
                lower.startsWith("https://") ? "https" : lower.startsWith("http://") ? "http" : "";
        if (scheme.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\')) {
            return Optional.empty();
        }
        int from = scheme.length() + 3;
        int to = from;
        while (to < text.length() && "/?#".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        String authority = text.substring(from, to);
        boolean isHost =
                !authority.isEmpty()
                        && authority
                                .chars()
                                .allMatch(c -> isAlphanumeric(c) || "-._:[]".indexOf(c) >= 0);
        return isHost
                ? Optional.of(new WebUrl(scheme, authority, text.substring(to)))
                : Optional.empty();
    }

    /// Its host without the port and without brackets, in lower case.
    String host() {
        int end = authority.startsWith("[") ? authority.indexOf(']') : authority.indexOf(':');
        String host = end < 0 ? authority : authority.substring(0, end);
        return host.replace("[", "").toLowerCase(Locale.ROOT);
    }

    /// Its path, query and fragment aside.
    String path() {
        int end = 0;
        while (end < rest.length() && "?#".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        return end == 0 ? "/" : rest.substring(0, end);
    }

    /// Whether its host is one of those: a name, or `*.` and the end of a name.
    boolean isAtOneOf(List<String> hosts) {
        String host = host();
        return hosts.stream()
                .map(it -> it.toLowerCase(Locale.ROOT))
                .anyMatch(it ->
                        it.startsWith("*.")
                                ? host.length() > it.length() - 1 && host.endsWith(it.substring(1))
                                : host.equals(it));
    }

    @Override
    public String toString() {
        return scheme + "://" + authority + rest;
    }

    /// A value for a query or a form: everything but letters, digits and `-._~` is escaped.
    static String encoded(String value) {
        var out = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.ISO_8859_1)) {
            int c = b & 0xff;
            if (isAlphanumeric(c) || UNRESERVED.indexOf(c) >= 0) {
                out.append((char) c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    /// A path as URLs have it: what they may not hold is escaped, the rest stays.
    static String escaped(String path) {
        if (path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\')) {
            return path;
        }
        var out = new StringBuilder(path.length());
        for (byte b : path.getBytes(StandardCharsets.ISO_8859_1)) {
            int c = b & 0xff;
            if (c > ' ' && c < 0x7f && c != '\\') {
                out.append((char) c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}

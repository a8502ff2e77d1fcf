package dev.heddle.proxy.http;

/// Whether a text may be the authority of a request: `host` or `host:port` (RFC 3986, section 3.2,
/// without user information).
final class Authority {
    private static final String HOST_PUNCTUATION = "-._~%!$&'()*+;=";
    private static final String NOT_IN_URL = "~%!$&'()*+;=";
    private static final int MAX_LENGTH = 255 + 6;
    private static final int MAX_PORT = 65535;

    private Authority() {}

    /// @param needsPort whether there must be one, as for CONNECT
    static boolean isValid(String text, boolean needsPort) {
        return isValid(text) && (!needsPort || text.lastIndexOf(':') > text.lastIndexOf(']'));
    }

    /// Whether it may stand in the URL of a request line, where Envoy takes less than in `host`.
    static boolean isValidInUrl(String text) {
        return isValid(text)
                && (text.charAt(0) == '['
                        || text.chars().noneMatch(c -> NOT_IN_URL.indexOf(c) >= 0));
    }

    static boolean isValid(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return false;
        }
        int hostEnd = text.charAt(0) == '[' ? text.indexOf(']') + 1 : text.indexOf(':');
        if (text.charAt(0) == '[') {
            if (hostEnd < 4 || !isAddress(text.substring(1, hostEnd - 1))) {
                return false;
            }
        } else {
            hostEnd = hostEnd < 0 ? text.length() : hostEnd;
            if (hostEnd == 0 || !isName(text, hostEnd)) {
                return false;
            }
        }
        return hostEnd == text.length() || isPort(text, hostEnd);
    }

    private static boolean isAddress(String text) {
        return text.chars().allMatch(c -> Ascii.hex(c) >= 0 || c == ':' || c == '.');
    }

    private static boolean isName(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean alphanumeric = c < 128 && Character.isLetterOrDigit(c);
            if (!alphanumeric && HOST_PUNCTUATION.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String text, int colon) {
        int digits = text.length() - colon - 1;
        if (text.charAt(colon) != ':' || digits < 1 || digits > 5) {
            return false;
        }
        int port = 0;
        for (int i = colon + 1; i < text.length(); i++) {
            if (!Ascii.isDigit(text.charAt(i))) {
                return false;
            }
            port = port * 10 + text.charAt(i) - '0';
        }
        return port <= MAX_PORT;
    }
}

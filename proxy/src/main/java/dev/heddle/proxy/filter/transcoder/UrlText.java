package dev.heddle.proxy.filter.transcoder;

/// Texts as they stand in paths and queries.
final class UrlText {
    /// RFC 6570, section 1.5.
    private static final String RESERVED = "!#$&'()*+,/:;=?@[]";

    private UrlText() {}

    /// What is left as it is in a text that is decoded.
    enum Left {
        /// Bytes that mean something in a URL.
        RESERVED,
        /// The slash.
        SLASH,
        NOTHING
    }

    /// Decodes `%2f` and the like, where two digits follow.
    ///
    /// @param plusIsSpace as in forms of HTML
    static String decoded(String text, Left left, boolean plusIsSpace) {
        if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) {
            return text;
        }
        var decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int code = c == '%' ? code(text, i) : -1;
            if (code >= 0 && !stays(code, left)) {
                decoded.append((char) code);
                i += 2;
            } else {
                decoded.append(plusIsSpace && c == '+' ? ' ' : c);
            }
        }
        return decoded.toString();
    }

    private static int code(String text, int percent) {
        if (percent + 2 >= text.length()) {
            return -1;
        }
        int high = digit(text.charAt(percent + 1));
        int low = digit(text.charAt(percent + 2));
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    private static int digit(char c) {
        return c > 'f' ? -1 : Character.digit(c, 16);
    }

    private static boolean stays(int code, Left left) {
        return switch (left) {
            case RESERVED -> RESERVED.indexOf(code) >= 0;
            case SLASH -> code == '/';
            case NOTHING -> false;
        };
    }
}

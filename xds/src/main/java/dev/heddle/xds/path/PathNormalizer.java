package dev.heddle.xds.path;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Makes paths canonical (RFC 3986, section 6) as Envoy does: backslashes are slashes, dot segments
/// are resolved, with parameters (`..;a=b`) too, percent signs are only where they are needed,
/// slashes merged where that is asked for. The query is left alone. Stricter than Envoy: a path
/// with a percent sign that stands for nothing has no canonical form, for readers differ about it.
///
/// What follows, authorization above all, decides about the result, and the upstream gets the
/// result: no two parties read the path differently.
public final class PathNormalizer {
    /// What may not stand in a path without a percent sign, but for blanks and what is not ASCII,
    /// which no request line and no `:path` has.
    private static final String ESCAPED = "\"<>^`{|}";

    private static final String HEX = "0123456789ABCDEF";

    /// What becomes of `%2F` and `%5C`.
    public enum EscapedSlashes {
        KEEP,
        REJECT,
        UNESCAPE
    }

    private final boolean isNormalizing;
    private final boolean isMerging;
    private final EscapedSlashes escaped;

    public PathNormalizer(boolean normalize, boolean mergeSlashes, EscapedSlashes escaped) {
        this.isNormalizing = normalize;
        this.isMerging = mergeSlashes;
        this.escaped = escaped;
    }

    /// Whether a path with such a character may be another than it looks like.
    public static boolean isSpecial(char c) {
        return c == '%' || c == '\\' || ESCAPED.indexOf(c) >= 0;
    }

    /// Whether a slash or backslash hides behind a percent sign.
    public static boolean hasEscapedSlash(String path) {
        for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
            int value = decoded(path, i);
            if (value == '/' || value == '\\') {
                return true;
            }
        }
        return false;
    }

    /// @param target begins with `/`; may have a query
    /// @return the canonical target, or null if there is none and the request must be refused
    public @Nullable String normalize(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question);
        if (escaped != EscapedSlashes.KEEP && hasEscapedSlash(path)) {
            if (escaped == EscapedSlashes.REJECT) {
                return null;
            }
            path = unescapeSlashes(path);
        }
        if (isNormalizing && isNormalizable(path)) {
            path = spelled(path);
            path = path == null ? null : withoutDots(path);
            if (path == null) {
                return null;
            }
        }
        if (isMerging && path.contains("//")) {
            path = merged(path);
        }
        return query.isEmpty() ? path : path + query;
    }

    /// Whether there is anything to do, which is rare.
    private static boolean isNormalizable(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (isSpecial(path.charAt(i))) {
                return true;
            }
        }
        return path.contains("/.");
    }

    private static String unescapeSlashes(String path) {
        var text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            int value = path.charAt(i) == '%' ? decoded(path, i) : -1;
            if (value == '/' || value == '\\') {
                text.append((char) value);
                i += 2;
            } else {
                text.append(path.charAt(i));
            }
        }
        return text.toString();
    }

    /// Each character as it is to be spelled.
    ///
    /// @return null if a percent sign stands for nothing, or for NUL
    private static @Nullable String spelled(String path) {
        var text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\') {
                text.append('/');
            } else if (ESCAPED.indexOf(c) >= 0) {
                text.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else if (c == '%') {
                int value = decoded(path, i);
                if (value <= 0) {
                    return null;
                }
                if (isUnreserved(value)) {
                    text.append((char) value);
                } else {
                    text.append(path, i, i + 3);
                }
                i += 2;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String withoutDots(String path) {
        if (!path.contains("/.")) {
            return path;
        }
        var kept = new ArrayList<String>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean isLast = i == segments.length - 1;
            switch (bare(segments[i])) {
                case "." -> {
                    if (isLast) {
                        kept.add("");
                    }
                }
                case ".." -> {
                    // Above the root is the root.
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                    if (isLast) {
                        kept.add("");
                    }
                }
                default -> kept.add(segments[i]);
            }
        }
        return "/" + String.join("/", kept);
    }

    /// A segment without its parameters.
    private static String bare(String segment) {
        int semicolon = segment.indexOf(';');
        return semicolon < 0 ? segment : segment.substring(0, semicolon);
    }

    private static String merged(String path) {
        var text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
                text.append(path.charAt(i));
            }
        }
        return text.toString();
    }

    /// The byte that `%hh` stands for, or -1.
    private static int decoded(String path, int percent) {
        if (percent + 2 >= path.length()) {
            return -1;
        }
        int high = hex(path.charAt(percent + 1));
        int low = hex(path.charAt(percent + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static boolean isUnreserved(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
    }
}

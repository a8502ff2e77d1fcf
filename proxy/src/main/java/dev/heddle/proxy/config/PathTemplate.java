package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/// A path with gaps, as in `/shops/{shop}/**` (Envoy's `uri_template` extensions).
///
/// `*` is one segment, `**` any number of characters, `{name}` and `{name=a/*}` are gaps that a
/// rewrite can name. A template is a regular expression once it is read, so it costs what one
/// costs.
///
/// @param text as it was written
/// @param pattern of the whole path, with one group for each name
/// @param names of the gaps, in order
public record PathTemplate(String text, Pattern pattern, List<String> names) {
    private static final int MOST_NAMES = 5;
    private static final int LONGEST_NAME = 16;

    /// What a segment may consist of, as the inside of a character class.
    private static final String LITERAL = "a-zA-Z0-9\\-._~%!$&'()+,;:@";

    private static final String SEGMENT = "[" + LITERAL + "]+";
    private static final String ANYTHING = "[" + LITERAL + "/]*";

    /// @throws IllegalArgumentException when it is no template; says why
    public static PathTemplate of(String text) {
        return new Reader(text).read();
    }

    /// The replacement for the whole path that a rewrite makes, with `\1` for the first name.
    ///
    /// @param rewrite as in `/of/{shop}`
    /// @throws IllegalArgumentException when it is none for this template; says why
    public String substitution(String rewrite) {
        if (!rewrite.startsWith("/")) {
            throw new IllegalArgumentException("'" + rewrite + "' (expected: / at the beginning)");
        }
        var out = new StringBuilder();
        int at = 0;
        while (at < rewrite.length()) {
            int open = rewrite.indexOf('{', at);
            String literal = rewrite.substring(at, open < 0 ? rewrite.length() : open);
            if (!literal.matches("[" + LITERAL + "/]*")) {
                throw new IllegalArgumentException(
                        "'" + literal + "' (expected: characters of a path)");
            }
            out.append(literal);
            if (open < 0) {
                break;
            }
            int close = rewrite.indexOf('}', open);
            String name = close < 0 ? "" : rewrite.substring(open + 1, close);
            int group = names.indexOf(name) + 1;
            if (group == 0) {
                throw new IllegalArgumentException(
                        "'{" + name + "}' (expected: one of the match's " + names + ")");
            }
            out.append('\\').append(group);
            at = close + 1;
        }
        return out.toString();
    }

    /// Reads one template.
    private static final class Reader {
        private final String text;
        private final List<String> names = new ArrayList<>();
        private final StringBuilder regex = new StringBuilder("/");
        private final List<String> globs = new ArrayList<>();

        Reader(String text) {
            this.text = text;
        }

        PathTemplate read() {
            if (!text.matches("/[!-~]*")) {
                throw wrong("/ and printable characters");
            }
            String rest = text.substring(1);
            while (!rest.isEmpty()) {
                String segment = first(rest);
                rest = rest.substring(segment.length());
                regex.append(
                        segment.startsWith("{")
                                ? variable(segment.substring(1, segment.length() - 1))
                                : part(segment));
                if (!rest.isEmpty() && !rest.startsWith("/")) {
                    // A suffix, as in `/**.m3u8`, ends the template.
                    regex.append(literal(rest));
                    rest = "";
                } else if (!rest.isEmpty()) {
                    regex.append('/');
                    rest = rest.substring(1);
                }
            }
            return new PathTemplate(text, Pattern.compile(regex.toString()), List.copyOf(names));
        }

        /// The operator, gap or literal that a text begins with.
        private String first(String rest) {
            if (rest.startsWith("**")) {
                return "**";
            }
            if (rest.startsWith("*")) {
                return "*";
            }
            int end = rest.startsWith("{") ? rest.indexOf('}') + 1 : rest.indexOf('/');
            if (rest.startsWith("{") && end == 0) {
                throw wrong("} behind {");
            }
            return end < 0 ? rest : rest.substring(0, end);
        }

        private String variable(String inside) {
            int equals = inside.indexOf('=');
            String name = equals < 0 ? inside : inside.substring(0, equals);
            boolean isName = name.matches("[a-zA-Z][a-zA-Z0-9_]*");
            if (!isName || name.length() > LONGEST_NAME || names.contains(name)) {
                throw wrong("names of 1 to " + LONGEST_NAME + " letters and digits, each once");
            }
            names.add(name);
            if (names.size() > MOST_NAMES) {
                throw wrong("at most " + MOST_NAMES + " names");
            }
            var parts = new ArrayList<String>();
            for (String part : (equals < 0 ? "*" : inside.substring(equals + 1)).split("/", -1)) {
                parts.add(part(part));
            }
            return "(" + String.join("/", parts) + ")";
        }

        private String part(String part) {
            return switch (part) {
                case "*" -> glob(part, SEGMENT);
                case "**" -> glob(part, ANYTHING);
                default -> literal(part);
            };
        }

        private String glob(String operator, String regexOf) {
            if (globs.contains("**")) {
                throw wrong("nothing but literals behind **");
            }
            globs.add(operator);
            return regexOf;
        }

        private String literal(String literal) {
            if (!literal.matches(SEGMENT)) {
                throw wrong("segments of letters, digits and -._~%!$&'()+,;:@");
            }
            return Pattern.quote(literal);
        }

        private IllegalArgumentException wrong(String expected) {
            return new IllegalArgumentException("'" + text + "' (expected: " + expected + ")");
        }
    }
}

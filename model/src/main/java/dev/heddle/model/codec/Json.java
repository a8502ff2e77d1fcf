package dev.heddle.model.codec;

import dev.heddle.model.tree.Node;
import java.util.List;

/// JSON from trees (RFC 8259).
public final class Json {
    private static final String HEX = "0123456789abcdef";

    private Json() {}

    /// One line, without spaces.
    public static String compact(Node node) {
        var text = new StringBuilder();
        new Writer(text, false).write(node, 0);
        return text.toString();
    }

    /// For people: two spaces for each level, and a line break at the end.
    public static String pretty(Node node) {
        var text = new StringBuilder();
        new Writer(text, true).write(node, 0);
        return text.append('\n').toString();
    }

    /// Reads one JSON value.
    ///
    /// @throws IllegalArgumentException if the text is not JSON, with line and column
    public static Node parse(String text) {
        return new JsonParser(text).parse();
    }

    /// A text in quotes, with everything escaped that has to be.
    public static String quote(String text) {
        var quoted = new StringBuilder(text.length() + 2);
        quote(text, quoted);
        return quoted.toString();
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    // Also what would end a script element or a line of JavaScript, and halves of
                    // surrogate pairs, which UTF-8 cannot say.
                    if (c < 0x20
                            || c == 0x7f
                            || c == '<'
                            || c == '\u2028'
                            || c == '\u2029'
                            || isLoneSurrogate(value, i)) {
                        escape(c, text);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static void escape(char c, StringBuilder text) {
        text.append("\\u")
                .append(HEX.charAt(c >> 12 & 15))
                .append(HEX.charAt(c >> 8 & 15))
                .append(HEX.charAt(c >> 4 & 15))
                .append(HEX.charAt(c & 15));
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private record Writer(StringBuilder text, boolean pretty) {
        void write(Node node, int depth) {
            switch (node) {
                case Node.Text(String value, _) -> quote(value, text);
                case Node.Numeric(String digits, _) -> text.append(digits);
                case Node.Bool(boolean value, _) -> text.append(value);
                case Node.Null _ -> text.append("null");
                case Node.Sequence(List<Node> items, _) -> sequence(items, depth);
                case Node.Mapping(List<Node.Entry> entries, _) -> mapping(entries, depth);
            }
        }

        private void sequence(List<Node> items, int depth) {
            text.append('[');
            String separator = "";
            for (Node item : items) {
                text.append(separator);
                newLine(depth + 1);
                write(item, depth + 1);
                separator = ",";
            }
            if (!items.isEmpty()) {
                newLine(depth);
            }
            text.append(']');
        }

        private void mapping(List<Node.Entry> entries, int depth) {
            text.append('{');
            String separator = "";
            for (Node.Entry entry : entries) {
                text.append(separator);
                newLine(depth + 1);
                quote(entry.key(), text);
                text.append(pretty ? ": " : ":");
                write(entry.value(), depth + 1);
                separator = ",";
            }
            if (!entries.isEmpty()) {
                newLine(depth);
            }
            text.append('}');
        }

        private void newLine(int depth) {
            if (pretty) {
                text.append('\n').repeat("  ", depth);
            }
        }
    }
}

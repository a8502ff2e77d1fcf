package dev.heddle.model.codec;

import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.regex.Pattern;

/// YAML from trees: block style, two spaces for each level, quotes where a bare word would mean
/// something else. What it writes, [YamlReader] reads back as the same values.
public final class YamlWriter {
    private static final Pattern BARE =
            Pattern.compile("[A-Za-z0-9_./*-]([A-Za-z0-9_./*@=+ -]*[A-Za-z0-9_./*@=+-])?");
    private static final Pattern LINES = Pattern.compile("[\\x20-\\x7e\\u00a0-\\ud7ff\\n]+");

    private YamlWriter() {}

    /// The tree as one document, without a `---` line.
    public static String write(Node node) {
        var text = new StringBuilder();
        block(node, 0, text);
        return text.toString();
    }

    private static void block(Node node, int indent, StringBuilder text) {
        switch (node) {
            case Node.Mapping(List<Node.Entry> entries, _) when !entries.isEmpty() -> {
                String before = "";
                for (Node.Entry entry : entries) {
                    text.append(before).append(word(entry.key())).append(':');
                    value(entry.value(), indent, text);
                    before = " ".repeat(indent);
                }
            }
            case Node.Sequence(List<Node> items, _) when !items.isEmpty() -> {
                String before = "";
                for (Node item : items) {
                    text.append(before).append("- ");
                    block(item, indent + 2, text);
                    before = " ".repeat(indent);
                }
            }
            case Node.Mapping _ -> text.append("{}\n");
            case Node.Sequence _ -> text.append("[]\n");
            case Node.Text(String value, _) when isLiteral(value) -> literal(value, indent, text);
            case Node.Text(String value, _) -> text.append(word(value)).append('\n');
            case Node.Numeric(String digits, _) -> text.append(digits).append('\n');
            case Node.Bool(boolean value, _) -> text.append(value).append('\n');
            case Node.Null _ -> text.append("null\n");
        }
    }

    /// What stands behind a key.
    private static void value(Node node, int indent, StringBuilder text) {
        switch (node) {
            case Node.Mapping(List<Node.Entry> entries, _) when !entries.isEmpty() -> {
                text.append('\n').repeat(' ', indent + 2);
                block(node, indent + 2, text);
            }
            case Node.Sequence(List<Node> items, _) when !items.isEmpty() -> {
                // Lists stand under their key's first letter, as kubectl writes them.
                text.append('\n').repeat(' ', indent);
                block(node, indent, text);
            }
            case Node.Mapping _,
                    Node.Sequence _,
                    Node.Text _,
                    Node.Numeric _,
                    Node.Bool _,
                    Node.Null _ -> {
                text.append(' ');
                block(node, indent + 2, text);
            }
        }
    }

    /// Texts of several lines that end with one line break and can stand as they are.
    private static boolean isLiteral(String value) {
        return value.endsWith("\n")
                && !value.endsWith("\n\n")
                && value.length() > 1
                && !value.startsWith(" ")
                && !value.startsWith("\n")
                && LINES.matcher(value).matches();
    }

    private static void literal(String value, int indent, StringBuilder text) {
        text.append("|\n");
        for (String line : value.substring(0, value.length() - 1).split("\n", -1)) {
            if (!line.isEmpty()) {
                text.repeat(' ', Math.max(indent, 2)).append(line);
            }
            text.append('\n');
        }
    }

    private static String word(String text) {
        boolean bare =
                BARE.matcher(text).matches()
                        && !text.startsWith("*")
                        && !text.startsWith("-")
                        && !Scalars.meansSomethingElse(text)
                        && !isWordOfYaml11(text);
        return bare ? text : Json.quote(text);
    }

    /// What older readers take for a truth value.
    private static boolean isWordOfYaml11(String text) {
        return Pattern.matches("(?i)y|n|yes|no|on|off", text);
    }
}

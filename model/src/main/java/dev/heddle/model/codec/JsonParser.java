package dev.heddle.model.codec;

import dev.heddle.model.Confined;
import dev.heddle.model.Position;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads one JSON value, strictly (RFC 8259), with its positions.
@Confined("the caller of parse")
final class JsonParser {
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9]\\d*+)(\\.\\d++)?([eE][+-]?\\d++)?");

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    JsonParser(String text) {
        this.text = text;
    }

    Node parse() {
        skipSpace();
        Node value = value();
        skipSpace();
        if (at < text.length()) {
            throw broken("nothing more");
        }
        return value;
    }

    private Node value() {
        Position position = position();
        return switch (peek()) {
            case '{' -> mapping(position);
            case '[' -> sequence(position);
            case '"' -> new Node.Text(string(), position);
            case 't' -> word("true", new Node.Bool(true, position));
            case 'f' -> word("false", new Node.Bool(false, position));
            case 'n' -> word("null", new Node.Null(position));
            default -> number(position);
        };
    }

    private Node mapping(Position position) {
        deeper();
        var entries = new LinkedHashMap<String, Node.Entry>();
        expect('{');
        skipSpace();
        while (peek() != '}') {
            Position keyPosition = position();
            String key = string();
            skipSpace();
            expect(':');
            skipSpace();
            entries.put(key, new Node.Entry(key, value(), keyPosition));
            separator('}');
        }
        expect('}');
        depth--;
        return new Node.Mapping(List.copyOf(entries.values()), position);
    }

    private Node sequence(Position position) {
        deeper();
        var items = new ArrayList<Node>();
        expect('[');
        skipSpace();
        while (peek() != ']') {
            items.add(value());
            separator(']');
        }
        expect(']');
        depth--;
        return new Node.Sequence(items, position);
    }

    /// After a value: the end, or a comma and something more.
    private void separator(char end) {
        skipSpace();
        if (peek() == end) {
            return;
        }
        expect(',');
        skipSpace();
        if (peek() == end) {
            throw broken("a value after the comma");
        }
    }

    private Node number(Position position) {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw broken("a value");
        }
        at = number.end();
        return new Node.Numeric(number.group(), position);
    }

    private Node word(String word, Node value) {
        if (!text.startsWith(word, at)) {
            throw broken("a value");
        }
        at += word.length();
        return value;
    }

    private String string() {
        expect('"');
        var value = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at);
            if (c < 0x20) {
                throw broken("the end of the text, or an escape");
            }
            at++;
            value.append(c == '\\' ? escaped() : c);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw broken("an escape");
        };
    }

    private char hex() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw broken("four hexadecimal digits");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private void deeper() {
        if (++depth > TreeBuilder.MAX_DEPTH) {
            throw broken("at most " + TreeBuilder.MAX_DEPTH + " levels");
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            if (text.charAt(at) == '\n') {
                line++;
                lineStart = at + 1;
            }
            at++;
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw broken("'" + c + "'");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw broken("more");
        }
        return text.charAt(at);
    }

    private Position position() {
        return new Position(line, at - lineStart + 1);
    }

    private IllegalArgumentException broken(String expected) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException(
                "JSON at " + position() + ": " + found + " (expected: " + expected + ")");
    }
}

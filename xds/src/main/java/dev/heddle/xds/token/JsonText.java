package dev.heddle.xds.token;

import dev.heddle.xds.Confined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads JSON (RFC 8259) that nobody vouches for. Strict: no key twice, nothing behind the value,
/// no nesting that could exhaust the stack. Takes time in proportion to the text.
///
/// Values are texts, numbers ([Double]), truth values, lists, maps and null.
@Confined("one call")
public final class JsonText {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /// The object that a text is; empty for anything else.
    public static Optional<Map<String, @Nullable Object>> object(String text) {
        try {
            var reader = new JsonText(text);
            reader.space();
            Map<String, @Nullable Object> object = reader.object(1);
            reader.space();
            return reader.at == text.length() ? Optional.of(object) : Optional.empty();
        } catch (BadJson e) {
            return Optional.empty();
        }
    }

    private static final class BadJson extends Exception {
        private static final long serialVersionUID = 1;

        BadJson(String message) {
            super(message, null, false, false);
        }
    }

    private @Nullable Object value(int depth) throws BadJson {
        if (depth > DEEPEST) {
            throw new BadJson("deeper than " + DEEPEST);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object(int depth) throws BadJson {
        var object = new LinkedHashMap<String, @Nullable Object>();
        expect('{');
        space();
        if (peek() == '}') {
            at++;
            return object;
        }
        while (true) {
            space();
            String key = string();
            space();
            expect(':');
            space();
            @Nullable Object value = value(depth + 1);
            if (object.containsKey(key)) {
                throw new BadJson("'" + key + "' twice");
            }
            object.put(key, value);
            space();
            if (peek() == '}') {
                at++;
                return object;
            }
            expect(',');
        }
    }

    private List<@Nullable Object> list(int depth) throws BadJson {
        var list = new ArrayList<@Nullable Object>();
        expect('[');
        space();
        if (peek() == ']') {
            at++;
            return list;
        }
        while (true) {
            space();
            list.add(value(depth + 1));
            space();
            if (peek() == ']') {
                at++;
                return list;
            }
            expect(',');
        }
    }

    private String string() throws BadJson {
        expect('"');
        int plain = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(plain, at++);
            }
            if (c == '\\') {
                return escaped(plain);
            }
            if (c < ' ') {
                throw new BadJson("a control character");
            }
            at++;
        }
        throw new BadJson("no end of a text");
    }

    private String escaped(int from) throws BadJson {
        var out = new StringBuilder(text.substring(from, at));
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw new BadJson("a control character");
            }
            out.append(c == '\\' ? escape() : c);
        }
        throw new BadJson("no end of a text");
    }

    private char escape() throws BadJson {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > text.length()) {
                    throw new BadJson("a short escape");
                }
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(text.charAt(at++), 16);
                    if (digit < 0) {
                        throw new BadJson("no hex digit");
                    }
                    code = code * 16 + digit;
                }
                yield (char) code;
            }
            default -> throw new BadJson("an unknown escape");
        };
    }

    private Double number() throws BadJson {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        double number = Double.parseDouble(text.substring(from, at));
        if (!Double.isFinite(number)) {
            throw new BadJson("a number out of range");
        }
        return number;
    }

    private void digits() throws BadJson {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == from) {
            throw new BadJson("no digit");
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) throws BadJson {
        if (!text.startsWith(word, at)) {
            throw new BadJson("an unknown word");
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws BadJson {
        if (at >= text.length()) {
            throw new BadJson("no end");
        }
        return text.charAt(at);
    }

    private void expect(char c) throws BadJson {
        if (peek() != c) {
            throw new BadJson("no '" + c + "'");
        }
        at++;
    }

    /// Writes a value as JSON, without a space.
    public static String write(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case String string -> quote(string, out);
            case Double number -> out.append(plain(number));
            case Map<?, ?> map -> {
                char before = '{';
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(before);
                    quote(String.valueOf(entry.getKey()), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    before = ',';
                }
                out.append(before == '{' ? "{}" : "}");
            }
            case List<?> list -> {
                char before = '[';
                for (Object item : list) {
                    out.append(before);
                    write(item, out);
                    before = ',';
                }
                out.append(before == '[' ? "[]" : "]");
            }
            default -> out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /// A number without a point where it is whole.
    private static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1L << 53
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}

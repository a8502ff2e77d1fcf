package dev.heddle.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words of an expression, one after the other.
@Confined("whoever made it")
final class CelLexer {
    private static final List<String> SYMBOLS =
            List.of(
                    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", ".", ",", "(", ")",
                    "[", "]", "{", "}", "+", "-", "*", "/", "%");

    private final String text;
    private int at;
    private Token ahead;

    CelLexer(String text) {
        this.text = text;
        this.ahead = read();
    }

    /// What a word is.
    enum Kind {
        INT,
        DOUBLE,
        TEXT,
        NAME,
        SYMBOL,
        END
    }

    /// @param text as it stands there
    /// @param value of a literal; null otherwise
    /// @param at where it begins
    record Token(Kind kind, String text, @Nullable Object value, int at) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }
    }

    Token peek() {
        return ahead;
    }

    Token next() {
        Token token = ahead;
        ahead = read();
        return token;
    }

    /// Whether the next word is that symbol, which is taken then.
    boolean takes(String symbol) {
        if (!ahead.is(symbol)) {
            return false;
        }
        ahead = read();
        return true;
    }

    void expect(String symbol) {
        if (!takes(symbol)) {
            throw error(ahead, "'" + ahead.text() + "' (expected: '" + symbol + "')");
        }
    }

    Token name() {
        Token token = next();
        if (token.kind() != Kind.NAME) {
            throw error(token, "'" + token.text() + "' (expected: a name)");
        }
        return token;
    }

    CelSyntaxException error(Token token, String what) {
        return new CelSyntaxException(text, token.at(), what);
    }

    private Token read() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        int from = at;
        if (from == text.length()) {
            return new Token(Kind.END, "", null, from);
        }
        char c = text.charAt(from);
        if (c == '"' || c == '\'' || ((c == 'r' || c == 'R') && isQuoteAt(from + 1))) {
            return quoted(from);
        }
        if (isDigit(c)
                || (c == '.' && from + 1 < text.length() && isDigit(text.charAt(from + 1)))) {
            return number(from);
        }
        if (isNameStart(c)) {
            while (at < text.length()
                    && (isNameStart(text.charAt(at)) || isDigit(text.charAt(at)))) {
                at++;
            }
            String name = text.substring(from, at);
            return new Token(name.equals("in") ? Kind.SYMBOL : Kind.NAME, name, null, from);
        }
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, from)) {
                at += symbol.length();
                return new Token(Kind.SYMBOL, symbol, null, from);
            }
        }
        throw new CelSyntaxException(text, from, "'" + c + "' (expected: an expression of CEL)");
    }

    private boolean isQuoteAt(int index) {
        return index < text.length() && (text.charAt(index) == '"' || text.charAt(index) == '\'');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private Token number(int from) {
        boolean isDouble = false;
        if (text.startsWith("0x", from) || text.startsWith("0X", from)) {
            at = from + 2;
            while (at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
                at++;
            }
        } else {
            while (at < text.length()) {
                char c = text.charAt(at);
                boolean isSign =
                        (c == '+' || c == '-')
                                && "eE".indexOf(text.charAt(at - 1)) >= 0
                                && isDouble;
                if (!isDigit(c) && c != '.' && c != 'e' && c != 'E' && !isSign) {
                    break;
                }
                isDouble |= !isDigit(c);
                at++;
            }
        }
        String word = text.substring(from, at);
        if (at < text.length() && (text.charAt(at) == 'u' || text.charAt(at) == 'U') && !isDouble) {
            at++;
        }
        try {
            return isDouble
                    ? new Token(Kind.DOUBLE, word, Double.valueOf(word), from)
                    : new Token(Kind.INT, word, Long.decode(plain(word)), from);
        } catch (NumberFormatException _) {
            throw new CelSyntaxException(text, from, "'" + word + "' (expected: a number)");
        }
    }

    /// Zeros in front are no sign of octal digits here.
    private static String plain(String word) {
        return word.startsWith("0x") || word.startsWith("0X")
                ? word
                : word.replaceFirst("^0+(?=[0-9])", "");
    }

    private Token quoted(int from) {
        boolean isRaw = text.charAt(from) == 'r' || text.charAt(from) == 'R';
        at = from + (isRaw ? 1 : 0);
        char quote = text.charAt(at);
        String triple = String.valueOf(quote).repeat(3);
        String end = text.startsWith(triple, at) ? triple : String.valueOf(quote);
        at += end.length();
        var value = new StringBuilder();
        while (!text.startsWith(end, at)) {
            if (at >= text.length() || (end.length() == 1 && text.charAt(at) == '\n')) {
                throw new CelSyntaxException(text, from, "a text that does not end");
            }
            char c = text.charAt(at);
            at++;
            if (c == '\\' && !isRaw) {
                escape(value);
            } else {
                value.append(c);
            }
        }
        at += end.length();
        return new Token(Kind.TEXT, text.substring(from, at), value.toString(), from);
    }

    private void escape(StringBuilder value) {
        int from = at - 1;
        char c = at < text.length() ? text.charAt(at) : ' ';
        at++;
        switch (c) {
            case '\\', '"', '\'', '`', '?' -> value.append(c);
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case 'x', 'X' -> code(from, 2, 16, value);
            case 'u' -> code(from, 4, 16, value);
            case 'U' -> code(from, 8, 16, value);
            case '0', '1', '2', '3' -> {
                at--;
                code(from, 3, 8, value);
            }
            default ->
                    throw new CelSyntaxException(
                            text, from, "'\\" + c + "' (expected: an escape as \\n)");
        }
    }

    private void code(int from, int digits, int base, StringBuilder value) {
        String word = text.substring(at, Math.min(text.length(), at + digits));
        try {
            int code = Integer.parseInt(word, base);
            if (word.length() < digits || !Character.isValidCodePoint(code)) {
                throw new NumberFormatException(word);
            }
            value.appendCodePoint(code);
            at += digits;
        } catch (NumberFormatException _) {
            throw new CelSyntaxException(
                    text, from, "'" + word + "' (expected: " + digits + " digits of a character)");
        }
    }
}

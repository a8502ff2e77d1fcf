package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/// Reads JSON in pieces, wherever they are split, and tells it as events.
///
/// What is taken beyond RFC 8259 is what Envoy takes: names without quotes, texts in single quotes,
/// a comma before an end, any character behind a backslash. What it refuses is told in its words,
/// with twenty bytes before and after. State is a stack of its own, so no input grows the thread's;
/// what is open at a time is limited to [#MOST_DEEP].
///
/// Between two pieces only the token is held that is not complete yet, and the text that is being
/// read.
///
/// This file is long because each thing that may come next is a method that may wait for more of
/// it, and all of them share where they are.
@Confined("worker")
final class JsonReader {
    /// So many objects and lists may be open.
    static final int MOST_DEEP = 100;

    private static final int CONTEXT = 20;
    private static final int ESCAPE = 6;
    private static final int LONGEST_WORD = 5;

    private static final String OBJECT_EXPECTED = "Expected an object key or }.";
    private static final String MEMBER_EXPECTED = "Expected , or } after key:value pair.";
    private static final String ELEMENT_EXPECTED = "Expected , or ] after array value.";

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = new byte[0];

    /// What is to come.
    private enum Step {
        VALUE,
        MEMBER,
        COLON,
        MEMBER_END,
        ELEMENT,
        ELEMENT_END
    }

    private enum Token {
        TEXT,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        OBJECT,
        OBJECT_END,
        LIST,
        LIST_END,
        COLON,
        COMMA,
        WORD,
        UNKNOWN
    }

    private final JsonEvents events;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    /// What is not read yet of the pieces before.
    private byte[] rest = NOTHING;

    /// What is read now: the piece, up to where it is UTF-8, with what was left before it.
    private byte[] text = NOTHING;

    private int at;
    private int end;

    /// The quote that the text which is being read began with; 0 for none.
    private int quote;

    private String name = "";
    private int depth;

    /// Whether nothing comes any more.
    private boolean isLast;

    JsonReader(JsonEvents events) {
        this.events = events;
        steps.push(Step.VALUE);
    }

    /// How many bytes are held that could not be read yet.
    int held() {
        return rest.length + open.size();
    }

    /// Reads the next piece.
    ///
    /// @throws BadMessage when it is no JSON
    void read(byte[] piece) throws BadMessage {
        text = rest.length == 0 ? piece : joined(rest, piece);
        at = 0;
        end = Utf8Prefix.length(text);
        byte[] beyond = Arrays.copyOfRange(text, end, text.length);
        rest = NOTHING;
        if (end > 0) {
            run();
            skipSpace();
            if (at < end && steps.isEmpty()) {
                throw refused("Parsing terminated before end of input.");
            }
            rest = Arrays.copyOfRange(text, at, end);
        }
        rest = beyond.length == 0 ? rest : joined(rest, beyond);
    }

    /// Nothing comes any more.
    ///
    /// @throws BadMessage when something is missing
    void end() throws BadMessage {
        if (steps.isEmpty() && rest.length == 0) {
            return;
        }
        text = rest;
        at = 0;
        end = text.length;
        if (Utf8Prefix.length(text) < end) {
            throw refused("Encountered non UTF-8 code points.");
        }
        isLast = true;
        run();
        skipSpace();
        if (at < end) {
            throw refused("Parsing terminated before end of input.");
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    private void run() throws BadMessage {
        while (!steps.isEmpty()) {
            Token token = quote == 0 ? next() : Token.TEXT;
            Step step = steps.pop();
            boolean isDone =
                    switch (step) {
                        case VALUE -> value(token);
                        case MEMBER -> member(token);
                        case COLON -> colon(token);
                        case MEMBER_END -> memberEnd(token);
                        case ELEMENT -> element(token);
                        case ELEMENT_END -> elementEnd(token);
                    };
            if (!isDone) {
                // Once more, when there is more.
                steps.push(step);
                return;
            }
        }
    }

    private Token next() {
        skipSpace();
        if (at == end) {
            return Token.UNKNOWN;
        }
        byte c = text[at];
        return switch (c) {
            case '"', '\'' -> Token.TEXT;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Token.NUMBER;
            case '{' -> Token.OBJECT;
            case '}' -> Token.OBJECT_END;
            case '[' -> Token.LIST;
            case ']' -> Token.LIST_END;
            case ':' -> Token.COLON;
            case ',' -> Token.COMMA;
            default -> word(c);
        };
    }

    private Token word(byte c) {
        if (isNext(TRUE)) {
            return Token.TRUE;
        }
        if (isNext(FALSE)) {
            return Token.FALSE;
        }
        if (isNext(NULL)) {
            return Token.NULL;
        }
        return isLetter(c) ? Token.WORD : Token.UNKNOWN;
    }

    private boolean isNext(byte[] word) {
        return end - at >= word.length
                && Arrays.equals(text, at, at + word.length, word, 0, word.length);
    }

    private static boolean isLetter(byte c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    }

    private void skipSpace() {
        while (at < end && Numbers.isSpace(text[at])) {
            at++;
        }
    }

    // Each of these says whether it is done; if not, it waits for more.

    private boolean value(Token token) throws BadMessage {
        switch (token) {
            case OBJECT -> {
                at++;
                events.startObject(name);
                deeper("for key '" + name + "'");
                steps.push(Step.MEMBER);
            }
            case LIST -> {
                at++;
                events.startList(name);
                deeper("in array");
                steps.push(Step.ELEMENT);
            }
            case TEXT -> {
                if (!text()) {
                    return false;
                }
                render(new JsonValue.Str(taken()));
            }
            case NUMBER -> {
                return number();
            }
            case TRUE -> word(TRUE, new JsonValue.Bool(true));
            case FALSE -> word(FALSE, new JsonValue.Bool(false));
            case NULL -> word(NULL, new JsonValue.Null());
            case UNKNOWN -> {
                return unknown("Expected a value.");
            }
            case OBJECT_END, LIST_END, COLON, COMMA, WORD -> {
                // It may become a word that is known.
                if (!isLast && end - at < LONGEST_WORD) {
                    return false;
                }
                throw refused("Unexpected token.");
            }
        }
        return true;
    }

    private void word(byte[] word, JsonValue value) {
        render(value);
        at += word.length;
    }

    private void render(JsonValue value) {
        events.value(name, value);
        name = "";
    }

    private void deeper(String where) throws BadMessage {
        if (++depth > MOST_DEEP) {
            throw new BadMessage("Message too deep. Max recursion depth reached " + where);
        }
        name = "";
    }

    private boolean member(Token token) throws BadMessage {
        switch (token) {
            case UNKNOWN -> {
                return unknown(OBJECT_EXPECTED);
            }
            case OBJECT_END -> objectEnd();
            case TEXT -> {
                if (!text()) {
                    return false;
                }
                name = taken();
                colonNext();
            }
            case WORD, TRUE, FALSE, NULL -> {
                if (!bareName()) {
                    return false;
                }
                boolean isReserved =
                        name.equals("true") || name.equals("false") || name.equals("null");
                if (isReserved && token != Token.WORD) {
                    throw refused(OBJECT_EXPECTED);
                }
                colonNext();
            }
            case NUMBER, OBJECT, LIST, LIST_END, COLON, COMMA -> throw refused(OBJECT_EXPECTED);
        }
        return true;
    }

    private void colonNext() {
        steps.push(Step.MEMBER_END);
        steps.push(Step.COLON);
    }

    private void objectEnd() {
        at++;
        events.endObject();
        depth--;
    }

    /// A name without quotes, which ends where something else begins.
    private boolean bareName() {
        int to = at + 1;
        while (to < end && (isLetter(text[to]) || Numbers.isDigit((char) text[to]))) {
            to++;
        }
        if (!isLast && to == end) {
            return false;
        }
        name = new String(text, at, to - at, StandardCharsets.ISO_8859_1);
        at = to;
        return true;
    }

    private boolean colon(Token token) throws BadMessage {
        if (token == Token.UNKNOWN) {
            return unknown("Expected : between key:value pair.");
        }
        if (token != Token.COLON) {
            throw refused("Expected : between key:value pair.");
        }
        at++;
        steps.push(Step.VALUE);
        return true;
    }

    private boolean memberEnd(Token token) throws BadMessage {
        switch (token) {
            case UNKNOWN -> {
                return unknown(MEMBER_EXPECTED);
            }
            case OBJECT_END -> objectEnd();
            case COMMA -> {
                at++;
                steps.push(Step.MEMBER);
            }
            default -> throw refused(MEMBER_EXPECTED);
        }
        return true;
    }

    private boolean element(Token token) throws BadMessage {
        if (token == Token.UNKNOWN) {
            return unknown("Expected a value or ] within an array.");
        }
        if (token == Token.LIST_END) {
            listEnd();
            return true;
        }
        steps.push(Step.ELEMENT_END);
        boolean isDone = value(token);
        if (!isDone) {
            steps.pop();
        }
        return isDone;
    }

    private void listEnd() {
        at++;
        events.endList();
        depth--;
    }

    private boolean elementEnd(Token token) throws BadMessage {
        switch (token) {
            case UNKNOWN -> {
                return unknown(ELEMENT_EXPECTED);
            }
            case LIST_END -> listEnd();
            case COMMA -> {
                at++;
                steps.push(Step.ELEMENT);
            }
            default -> throw refused(ELEMENT_EXPECTED);
        }
        return true;
    }

    // --- texts -------------------------------------------------------------------------------

    /// Reads on in a text; what is read of it is in [#open].
    private boolean text() throws BadMessage {
        if (quote == 0) {
            quote = text[at];
            at++;
        }
        int from = at;
        while (at < end) {
            if (text[at] == quote) {
                open.write(text, from, at - from);
                quote = 0;
                at++;
                return true;
            }
            if (text[at] != '\\') {
                at++;
                continue;
            }
            open.write(text, from, at - from);
            from = at;
            if (!escape()) {
                return false;
            }
            from = at;
        }
        open.write(text, from, at - from);
        if (isLast) {
            throw refused("Closing quote expected in string.");
        }
        return false;
    }

    private String taken() {
        String taken = open.toString(StandardCharsets.ISO_8859_1);
        open.reset();
        return taken;
    }

    private boolean escape() throws BadMessage {
        if (at + 1 == end) {
            if (isLast) {
                throw refused("Closing quote expected in string.");
            }
            return false;
        }
        byte c = text[at + 1];
        if (c == 'u') {
            return unicode();
        }
        open.write(
                switch (c) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'v' -> 0x0b;
                    default -> c;
                });
        at += 2;
        return true;
    }

    private boolean unicode() throws BadMessage {
        if (end - at < ESCAPE) {
            if (isLast) {
                throw refused("Illegal hex string.");
            }
            return false;
        }
        int code = hex(at + 2);
        int length = ESCAPE;
        if (Character.isHighSurrogate((char) code)) {
            if (end - at < 2 * ESCAPE) {
                if (isLast) {
                    throw refused("Missing low surrogate.");
                }
                return false;
            }
            if (text[at + ESCAPE] != '\\' || text[at + ESCAPE + 1] != 'u') {
                throw refused("Missing low surrogate.");
            }
            int low = hex(at + ESCAPE + 2);
            if (!Character.isLowSurrogate((char) low)) {
                throw refused("Invalid low surrogate.");
            }
            code = Character.toCodePoint((char) code, (char) low);
            length = 2 * ESCAPE;
        } else if (Character.isSurrogate((char) code)) {
            throw refused("Invalid unicode code point.");
        }
        open.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
        at += length;
        return true;
    }

    private int hex(int from) throws BadMessage {
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit((char) (text[i] & 0xff), 16);
            if (digit < 0) {
                throw refused("Invalid escape sequence.");
            }
            code = (code << 4) | digit;
        }
        return code;
    }

    // --- numbers -----------------------------------------------------------------------------

    private boolean number() throws BadMessage {
        boolean isFloating = false;
        int to = at;
        for (; to < end; to++) {
            char c = (char) (text[to] & 0xff);
            if (c == '.' || c == 'e' || c == 'E') {
                isFloating = true;
            } else if (!Numbers.isDigit(c) && c != '+' && c != '-' && c != 'x') {
                break;
            }
        }
        if (to == end && !isLast) {
            return false;
        }
        String said = new String(text, at, to - at, StandardCharsets.ISO_8859_1);
        JsonValue number = isFloating ? floating(said) : integer(said);
        at = to;
        render(number);
        return true;
    }

    private JsonValue integer(String said) throws BadMessage {
        boolean isNegative = said.startsWith("-");
        String digits = isNegative ? said.substring(1) : said;
        if (digits.length() >= 2 && digits.startsWith("0")) {
            throw refused("Octal/hex numbers are not valid JSON values.");
        }
        if (!Numbers.isInteger(said)) {
            return floating(said);
        }
        try {
            return isNegative
                    ? new JsonValue.Int(Long.parseLong(said))
                    : new JsonValue.UInt(Long.parseUnsignedLong(said));
        } catch (NumberFormatException _) {
            return floating(said);
        }
    }

    private JsonValue floating(String said) throws BadMessage {
        double value = Numbers.parse(said);
        if (Double.isNaN(value)) {
            throw refused("Unable to parse number.");
        }
        if (Double.isInfinite(value)) {
            throw refused("Number exceeds the range of double.");
        }
        return new JsonValue.Dbl(value);
    }

    // --- errors ------------------------------------------------------------------------------

    private boolean unknown(String message) throws BadMessage {
        if (!isLast) {
            return false;
        }
        throw refused(at == end ? "Unexpected end of string. " + message : message);
    }

    private BadMessage refused(String message) {
        int from = Math.max(0, at - CONTEXT);
        int to = Math.min(end, at + CONTEXT);
        return new BadMessage(
                message
                        + "\n"
                        + new String(text, from, to - from, StandardCharsets.ISO_8859_1)
                        + "\n"
                        + " ".repeat(at - from)
                        + "^");
    }
}

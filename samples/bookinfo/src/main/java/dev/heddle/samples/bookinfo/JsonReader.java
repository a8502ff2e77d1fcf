package dev.heddle.samples.bookinfo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads JSON by recursive descent over regular tokens. A matcher is the reader's whole state: it
/// remembers where in the text it stands.
final class JsonReader {
    private static final int MAX_DEPTH = 64;
    private static final Pattern TOKEN =
            Pattern.compile(
                    """
                    \\s*(?:\
                    (?<mark>[{}\\[\\]:,])|\
                    (?<string>"(?:[^"\\\\\\p{Cntrl}]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+")|\
                    (?<number>-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|\
                    (?<word>true|false|null)|\
                    (?<end>\\z))\
                    """);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    private final Matcher matcher;

    JsonReader(String text) {
        this.matcher = TOKEN.matcher(text);
    }

    Json read() {
        next();
        Json value = value(0);
        next();
        if (matcher.group("end") == null) {
            throw wrong("the end");
        }
        return value;
    }

    /// Moves on to the next token; it must follow the last one directly.
    private void next() {
        int from = matcher.hasMatch() ? matcher.end() : 0;
        if (!matcher.find() || matcher.start() != from) {
            throw new IllegalArgumentException("not JSON at character " + from);
        }
    }

    private boolean isAt(String mark) {
        return mark.equals(matcher.group("mark"));
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(
                "not JSON at character %d: '%s' (expected: %s)"
                        .formatted(matcher.start(), matcher.group().strip(), expected));
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("at most " + MAX_DEPTH + " levels");
        }
        if (isAt("{")) {
            return object(depth);
        }
        if (isAt("[")) {
            return array(depth);
        }
        if (matcher.group("string") != null) {
            return new Json.Text(string());
        }
        if (matcher.group("number") != null) {
            return new Json.Num(matcher.group("number"));
        }
        if (matcher.group("word") != null) {
            return switch (matcher.group("word")) {
                case "true" -> new Json.Bool(true);
                case "false" -> new Json.Bool(false);
                default -> new Json.Null();
            };
        }
        throw wrong("a value");
    }

    private Json object(int depth) {
        var members = new LinkedHashMap<String, Json>();
        next();
        while (!isAt("}")) {
            if (matcher.group("string") == null) {
                throw wrong("a name in quotes");
            }
            String name = string();
            next();
            if (!isAt(":")) {
                throw wrong(":");
            }
            next();
            members.put(name, value(depth + 1));
            nextItem("}");
        }
        return new Json.Obj(members);
    }

    private Json array(int depth) {
        var items = new ArrayList<Json>();
        next();
        while (!isAt("]")) {
            items.add(value(depth + 1));
            nextItem("]");
        }
        return new Json.Arr(items);
    }

    /// After an item: to the closing mark, or over the comma to the next item.
    private void nextItem(String close) {
        next();
        if (isAt(",")) {
            next();
            if (isAt(close)) {
                throw wrong("an item after the comma");
            }
        } else if (!isAt(close)) {
            throw wrong(", or " + close);
        }
    }

    private String string() {
        String quoted = matcher.group("string");
        return ESCAPE.matcher(quoted.substring(1, quoted.length() - 1))
                .replaceAll(escape -> Matcher.quoteReplacement(unescape(escape)));
    }

    private static String unescape(java.util.regex.MatchResult escape) {
        if (escape.group(1) != null) {
            return Character.toString((char) Integer.parseInt(escape.group(1), 16));
        }
        return switch (escape.group(2)) {
            case "b" -> "\b";
            case "f" -> "\f";
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            case String same -> same;
        };
    }
}

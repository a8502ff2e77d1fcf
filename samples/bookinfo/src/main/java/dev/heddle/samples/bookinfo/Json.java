package dev.heddle.samples.bookinfo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON value (RFC 8259). Immutable.
public sealed interface Json {
    /// An object; its members keep their order.
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
    }

    /// An array.
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /// A string.
    record Text(String value) implements Json {}

    /// A number, as it is written.
    record Num(String literal) implements Json {}

    /// A truth value.
    record Bool(boolean value) implements Json {}

    /// `null`.
    record Null() implements Json {}

    /// An object of the given name-value pairs; values are strings, numbers or [Json].
    static Json object(Object... pairs) {
        var members = new LinkedHashMap<String, Json>();
        for (int i = 0; i < pairs.length; i += 2) {
            members.put(
                    (String) pairs[i],
                    switch (pairs[i + 1]) {
                        case Json json -> json;
                        case Number number -> new Num(number.toString());
                        case Object other -> new Text(other.toString());
                    });
        }
        return new Obj(members);
    }

    /// An array of the given values.
    static Json array(Json... items) {
        return new Arr(List.of(items));
    }

    /// Reads one value.
    ///
    /// @throws IllegalArgumentException when the text is not JSON; the message says where
    static Json parse(String text) {
        return new JsonReader(text).read();
    }

    /// The member of that name; [Null] when this is no object or has no such member.
    default Json at(String name) {
        return this instanceof Obj(var members)
                ? members.getOrDefault(name, new Null())
                : new Null();
    }

    /// The items of an array; none when this is none.
    default List<Json> items() {
        return this instanceof Arr(var items) ? items : List.of();
    }

    /// A string's or a number's text; empty for everything else.
    default String text() {
        return switch (this) {
            case Text(var value) -> value;
            case Num(var literal) -> literal;
            case Bool(var value) -> Boolean.toString(value);
            case Obj _, Arr _, Null _ -> "";
        };
    }

    /// This value as JSON on one line.
    default String print() {
        return switch (this) {
            case Text(var value) -> quote(value);
            case Num(var literal) -> literal;
            case Bool(var value) -> Boolean.toString(value);
            case Null() -> "null";
            case Arr(var items) -> {
                var parts = new ArrayList<String>();
                items.forEach(item -> parts.add(item.print()));
                yield "[" + String.join(", ", parts) + "]";
            }
            case Obj(var members) -> {
                var parts = new ArrayList<String>();
                members.forEach((name, value) -> parts.add(quote(name) + ": " + value.print()));
                yield "{" + String.join(", ", parts) + "}";
            }
        };
    }

    private static String quote(String value) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ') {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}

package dev.heddle.xds.wire;

import java.util.ArrayList;
import java.util.List;

/// What is known of one field of a type.
///
/// @param name as in the `.proto` file
/// @param kind of its values; of the values of a map
/// @param arity how many values it has
/// @param group a letter that the members of one `oneof` have in common; a space for others
/// @param constants of an enum, as `NAME=NUMBER` with bars between; empty for the other kinds
record Field(String name, int number, FieldKind kind, Arity arity, char group, String constants) {

    /// How many values a field has.
    enum Arity {
        /// At most one, and the default is as good as none.
        PLAIN('-'),
        /// At most one, and one may ask whether there is one.
        PRESENT('?'),
        LIST('*'),
        /// Entries with a text as the key.
        MAP('%');

        private final char letter;

        Arity(char letter) {
            this.letter = letter;
        }

        static Arity of(char letter) {
            for (Arity arity : values()) {
                if (arity.letter == letter) {
                    return arity;
                }
            }
            throw new IllegalArgumentException("letter: " + letter + " (expected: - ? * or %)");
        }
    }

    /// Reads a description: entries like `name,14,-s;` or `type,2,?e@aSTATIC=0|EDS=3;`.
    static List<Field> all(String schema) {
        var fields = new ArrayList<Field>();
        for (int at = 0; at < schema.length(); ) {
            int end = schema.indexOf(';', at);
            fields.add(one(schema.substring(at, end)));
            at = end + 1;
        }
        return fields;
    }

    private static Field one(String entry) {
        int first = entry.indexOf(',');
        int second = entry.indexOf(',', first + 1);
        boolean grouped = entry.startsWith("@", second + 3);
        return new Field(
                entry.substring(0, first),
                Integer.parseInt(entry, first + 1, second, 10),
                FieldKind.of(entry.charAt(second + 2)),
                Arity.of(entry.charAt(second + 1)),
                grouped ? entry.charAt(second + 4) : ' ',
                entry.substring(second + (grouped ? 5 : 3)));
    }

    /// The name in protobuf's JSON: `lbPolicy` for `lb_policy`.
    String jsonName() {
        var out = new StringBuilder();
        boolean raise = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                raise = true;
            } else {
                out.append(raise ? Character.toUpperCase(c) : c);
                raise = false;
            }
        }
        return out.toString();
    }
}

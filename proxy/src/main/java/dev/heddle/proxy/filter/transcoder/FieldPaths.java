package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds fields within fields, as in `book.author.name`.
final class FieldPaths {
    private FieldPaths() {}

    /// The names in a path, without empty ones.
    static List<String> split(String path) {
        var names = new ArrayList<String>();
        for (int from = 0; from <= path.length(); ) {
            int dot = path.indexOf('.', from);
            int to = dot < 0 ? path.length() : dot;
            if (to > from) {
                names.add(path.substring(from, to));
            }
            from = to + 1;
        }
        return names;
    }

    /// The fields of a path.
    ///
    /// @throws BadMessage when one is not there, or is to have fields and has none
    static List<Field> resolve(Types types, MessageType type, List<String> names)
            throws BadMessage {
        var path = new ArrayList<Field>();
        MessageType current = type;
        for (int i = 0; i < names.size(); i++) {
            Field field = find(current, names.get(i));
            if (field == null) {
                throw new BadMessage(
                        "Could not find field \""
                                + names.get(i)
                                + "\" in the type \""
                                + current.name()
                                + "\".");
            }
            path.add(field);
            if (i < names.size() - 1) {
                if (field.kind() != Kind.MESSAGE) {
                    throw new BadMessage(
                            "Encountered a non-leaf field \""
                                    + field.name()
                                    + "\" that is not a message while parsing a field path");
                }
                current = types.messageOf(field);
            }
        }
        return path;
    }

    private static @Nullable Field find(MessageType type, String name) {
        Field field = type.find(name);
        return field == null && name.indexOf('%') >= 0
                ? type.find(UrlText.decoded(name, UrlText.Left.NOTHING, false))
                : field;
    }
}

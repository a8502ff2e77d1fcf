package dev.heddle.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Parameters of a path's query, whose names and values are decoded.
public final class Query {
    private Query() {}

    /// The value of the first parameter of that name; null for none.
    public static @Nullable String value(String path, String name) {
        for (String parameter : parameters(path)) {
            int equals = parameter.indexOf('=');
            String key = equals < 0 ? parameter : parameter.substring(0, equals);
            if (decoded(key).equals(name)) {
                return equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            }
        }
        return null;
    }

    /// The value of the first parameter of that name as it stands, not decoded; null for none.
    public static @Nullable String raw(String path, String name) {
        for (String parameter : parameters(path)) {
            int equals = parameter.indexOf('=');
            if ((equals < 0 ? parameter : parameter.substring(0, equals)).equals(name)) {
                return equals < 0 ? "" : parameter.substring(equals + 1);
            }
        }
        return null;
    }

    /// The path without the parameters of that name.
    public static String without(String path, String name) {
        int question = path.indexOf('?');
        if (question < 0) {
            return path;
        }
        var kept = new ArrayList<String>();
        for (String parameter : parameters(path)) {
            int equals = parameter.indexOf('=');
            if (!decoded(equals < 0 ? parameter : parameter.substring(0, equals)).equals(name)) {
                kept.add(parameter);
            }
        }
        String bare = path.substring(0, question);
        return kept.isEmpty() ? bare : bare + "?" + String.join("&", kept);
    }

    private static List<String> parameters(String path) {
        int question = path.indexOf('?');
        return question < 0 ? List.of() : List.of(path.substring(question + 1).split("&", -1));
    }

    /// A percent sign that begins no byte stands for itself.
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                bytes[length++] = (byte) (high * 16 + low);
                i += 2;
            } else {
                bytes[length++] = bytes[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}

package dev.heddle.proxy.http;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds cookies in the headers of requests.
public final class Cookies {
    private static final HeaderName COOKIE = HeaderName.of("cookie");

    private Cookies() {}

    /// Told where a cookie's value is.
    public interface Found {
        /// A cookie of that name is there.
        ///
        /// @param text of a header
        /// @param from where the value begins in it, without quotes
        /// @param to where it ends
        void at(String text, int from, int to);
    }

    /// Looks for the first cookie of a name.
    public static void find(Headers headers, String name, Found found) {
        String first = headers.get(COOKIE);
        if (first == null || isIn(first, name, found) || !headers.isRepeated(COOKIE)) {
            return;
        }
        for (String each : headers.getAll(COOKIE)) {
            if (isIn(each, name, found)) {
                return;
            }
        }
    }

    /// The value of the first cookie of a name; null for none, or an empty one.
    public static @Nullable String value(Headers headers, String name) {
        var value = new String[1];
        find(headers, name, (text, from, to) -> value[0] = text.substring(from, to));
        return value[0] == null || value[0].isEmpty() ? null : value[0];
    }

    /// Takes the cookies of a name away, and headers in which nothing else is.
    public static void remove(Headers headers, String name) {
        List<String> all = headers.getAll(COOKIE);
        List<String> left =
                all.stream()
                        .map(text -> without(text, name))
                        .filter(text -> !text.isEmpty())
                        .toList();
        if (!left.equals(all)) {
            headers.remove(COOKIE);
            left.forEach(text -> headers.add(COOKIE, text));
        }
    }

    private static String without(String text, String name) {
        return Stream.of(text.split(";", -1))
                .map(String::strip)
                .filter(cookie -> !cookie.startsWith(name + "="))
                .filter(cookie -> !cookie.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static boolean isIn(String text, String name, Found found) {
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf(';', at);
            int stop = end < 0 ? text.length() : end;
            while (at < stop && text.charAt(at) == ' ') {
                at++;
            }
            int after = at + name.length();
            if (after < stop && text.startsWith(name, at) && text.charAt(after) == '=') {
                unquoted(text, after + 1, stop, found);
                return true;
            }
            at = stop + 1;
        }
        return false;
    }

    private static void unquoted(String text, int from, int to, Found found) {
        boolean isQuoted = to - from >= 2 && text.charAt(from) == '"' && text.charAt(to - 1) == '"';
        found.at(text, isQuoted ? from + 1 : from, isQuoted ? to - 1 : to);
    }
}

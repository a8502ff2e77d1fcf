package dev.heddle.proxy.filter.oauth2;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The cookies of one request, to be changed before services see them. Of several with one name the
/// first counts.
@Confined("worker")
final class CookieJar {
    private static final HeaderName COOKIE = HeaderName.of("cookie");

    private final List<Cookie> cookies = new ArrayList<>();
    private boolean isChanged;

    /// @param text as it came, or as it was made
    private record Cookie(String name, String value, String text) {}

    /// Those of a request.
    CookieJar(Headers headers) {
        for (String line : headers.getAll(COOKIE)) {
            for (String part : line.split(";", -1)) {
                String text = part.strip();
                int equals = text.indexOf('=');
                if (equals >= 0) {
                    cookies.add(
                            new Cookie(
                                    text.substring(0, equals),
                                    unquoted(text.substring(equals + 1)),
                                    text));
                } else if (!text.isEmpty()) {
                    cookies.add(new Cookie(text, "", text));
                }
            }
        }
    }

    private static String unquoted(String value) {
        boolean isQuoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }

    /// The value of a cookie; empty where there is none.
    String get(String name) {
        for (Cookie cookie : cookies) {
            if (cookie.name().equals(name)) {
                return cookie.value();
            }
        }
        return "";
    }

    /// The names of all of them.
    List<String> names() {
        return cookies.stream().map(Cookie::name).distinct().toList();
    }

    /// Puts one in the place of those of that name.
    void put(String name, String value) {
        int at = 0;
        while (at < cookies.size() && !cookies.get(at).name().equals(name)) {
            at++;
        }
        remove(name::equals);
        cookies.add(Math.min(at, cookies.size()), new Cookie(name, value, name + "=" + value));
        isChanged = true;
    }

    /// Takes those away whose names are so.
    void remove(Predicate<String> name) {
        isChanged |= cookies.removeIf(cookie -> name.test(cookie.name()));
    }

    /// Has services see what is left, if that is other than what came.
    void writeTo(Headers headers) {
        if (!isChanged) {
            return;
        }
        headers.remove(COOKIE);
        if (!cookies.isEmpty()) {
            headers.add(COOKIE, String.join("; ", cookies.stream().map(Cookie::text).toList()));
        }
    }
}

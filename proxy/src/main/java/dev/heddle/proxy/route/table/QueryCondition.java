package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.QueryMatch;
import org.jspecify.annotations.Nullable;

/// A condition on a parameter of the query, which is looked at as it was sent, without decoding, as
/// Envoy does it.
record QueryCondition(QueryMatch match) {

    boolean test(String path) {
        String value = firstValue(path, match.name());
        if (match.value().isPresent()) {
            return value != null && match.value().get().test(value);
        }
        return (value != null) == match.present();
    }

    private static @Nullable String firstValue(String path, String name) {
        int at = path.indexOf('?');
        while (at >= 0 && at < path.length()) {
            int start = at + 1;
            int end = path.indexOf('&', start);
            int stop = end < 0 ? path.length() : end;
            if (path.startsWith(name, start) && start + name.length() <= stop) {
                int after = start + name.length();
                if (after == stop) {
                    return "";
                }
                if (path.charAt(after) == '=') {
                    return path.substring(after + 1, stop);
                }
            }
            at = end;
        }
        return null;
    }
}

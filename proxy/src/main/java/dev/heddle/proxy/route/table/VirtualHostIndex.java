package dev.heddle.proxy.route.table;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds what belongs to a host: an exact domain before `*.suffix` before `prefix.*` before `*`,
/// and of two wildcards of a kind the longer one (Envoy, `VirtualHost.domains`).
///
/// Exact names are one look-up. Wildcards are one look-up for each length that occurs among them,
/// so a table of a thousand `*.example.com` costs one.
final class VirtualHostIndex<V> {

    private final Map<String, V> exact = new HashMap<>();
    private final SortedMap<Integer, Map<String, V>> suffixes = longestFirst();
    private final SortedMap<Integer, Map<String, V>> prefixes = longestFirst();
    private final @Nullable V any;

    /// @param domains in lower case
    VirtualHostIndex(Map<String, V> domains) {
        domains.forEach(this::put);
        any = domains.get("*");
    }

    private static <V> SortedMap<Integer, Map<String, V>> longestFirst() {
        return new TreeMap<>((a, b) -> Integer.compare(b, a));
    }

    private void put(String domain, V value) {
        if (domain.equals("*")) {
            return;
        }
        if (domain.startsWith("*")) {
            String suffix = domain.substring(1);
            suffixes.computeIfAbsent(suffix.length(), _ -> new HashMap<>()).put(suffix, value);
        } else if (domain.endsWith("*")) {
            String prefix = domain.substring(0, domain.length() - 1);
            prefixes.computeIfAbsent(prefix.length(), _ -> new HashMap<>()).put(prefix, value);
        } else {
            exact.put(domain, value);
        }
    }

    /// What belongs to an authority.
    @Nullable V find(String authority) {
        String host = lowerCase(authority);
        V found = exact.get(host);
        if (found != null) {
            return found;
        }
        // A wildcard stands for at least one character.
        for (Map.Entry<Integer, Map<String, V>> ofLength : suffixes.entrySet()) {
            int length = ofLength.getKey();
            if (length < host.length()) {
                found = ofLength.getValue().get(host.substring(host.length() - length));
                if (found != null) {
                    return found;
                }
            }
        }
        for (Map.Entry<Integer, Map<String, V>> ofLength : prefixes.entrySet()) {
            int length = ofLength.getKey();
            if (length < host.length()) {
                found = ofLength.getValue().get(host.substring(0, length));
                if (found != null) {
                    return found;
                }
            }
        }
        return any;
    }

    private static String lowerCase(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return host.toLowerCase(Locale.ROOT);
            }
        }
        return host;
    }
}

package dev.heddle.proxy.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Names that are answered here.
///
/// @param names in lower case without a last dot, each with its addresses; one that begins with
///   `*.` is for all names below that have none of their own
/// @param search ends that clients' own look-ups put behind names, as in `shop.svc.cluster.local`:
///   what is known without one is known with it
public record NameTable(Map<String, Entry> names, List<String> search) {
    /// Nothing.
    public static final NameTable EMPTY = new NameTable(Map.of(), List.of());

    public NameTable {
        names = Map.copyOf(names);
        search = List.copyOf(search);
    }

    /// What stands at a name.
    ///
    /// @param addresses of either family
    /// @param ttlSeconds how long clients may remember them
    public record Entry(List<InetAddress> addresses, int ttlSeconds) {
        /// How long where nobody says it, as Envoy has it.
        public static final Duration TTL = Duration.ofMinutes(5);

        public Entry {
            addresses = List.copyOf(addresses);
        }

        /// Both in one.
        public Entry with(Entry more) {
            return new Entry(
                    Stream.concat(addresses.stream(), more.addresses.stream()).toList(),
                    Math.min(ttlSeconds, more.ttlSeconds));
        }
    }

    /// What is known of a name.
    ///
    /// @param alias of what the name is another name; empty where it is its own
    record Found(Entry entry, Optional<String> alias) {
        /// Those of a kind of record.
        List<InetAddress> of(int type) {
            boolean isFour = type == Question.A;
            return entry.addresses().stream()
                    .filter(it -> isFour == it instanceof Inet4Address)
                    .toList();
        }
    }

    /// @param name in lower case without a last dot
    Optional<Found> find(String name) {
        Entry exact = itself(name);
        if (exact != null) {
            return Optional.of(new Found(exact, Optional.empty()));
        }
        for (String end : search) {
            int length = name.length() - end.length() - 1;
            if (length > 0 && name.charAt(length) == '.' && name.endsWith(end)) {
                String alias = name.substring(0, length);
                Entry found = itself(alias);
                if (found != null) {
                    return Optional.of(new Found(found, Optional.of(alias)));
                }
            }
        }
        return Optional.empty();
    }

    private @Nullable Entry itself(String name) {
        Entry exact = names.get(name);
        if (exact != null) {
            return exact;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            Entry below = names.get("*" + name.substring(dot));
            if (below != null) {
                return below;
            }
        }
        return null;
    }
}

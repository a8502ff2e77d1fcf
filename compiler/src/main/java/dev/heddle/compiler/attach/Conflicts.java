package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.AttachedListener.Protocol;
import dev.heddle.compiler.attach.ListenerReading.ListenerEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds listeners that want the same. Of those of one resource all are conflicted; a ListenerSet's
/// one is conflicted by the Gateway's own and by those of earlier ListenerSets, which are not.
/// Listeners of an older Gateway that the same proxies serve go before all of these: what the
/// Gateway API says of one Gateway's listeners it says of all that share a data plane.
final class Conflicts {
    /// What is wrong.
    ///
    /// @param reason of the condition Conflicted
    record Conflict(Reason reason, String message) {}

    /// What can be on one port: of two kinds only one can.
    private enum Layer {
        PLAIN,
        TLS,
        BYTES,
        DATAGRAMS
    }

    private Conflicts() {}

    /// The conflict of each listener.
    ///
    /// @param entries of one Gateway in order of precedence
    /// @param older programmed ones of older Gateways that the same proxies serve
    static List<Optional<Conflict>> of(List<ListenerEntry> entries, List<ListenerEntry> older) {
        var conflicts = new ArrayList<Optional<Conflict>>();
        var taken = new ArrayList<>(older);
        int start = 0;
        while (start < entries.size()) {
            int end = start;
            while (end < entries.size()
                    && entries.get(end).owner().id().equals(entries.get(start).owner().id())) {
                end++;
            }
            List<ListenerEntry> siblings = entries.subList(start, end);
            List<Optional<Conflict>> withOthers =
                    siblings.stream().map(s -> first(s, taken)).toList();
            // What is out of the game already takes nothing from its siblings.
            var left = new ArrayList<ListenerEntry>();
            for (int i = 0; i < siblings.size(); i++) {
                if (withOthers.get(i).isEmpty()) {
                    left.add(siblings.get(i));
                }
            }
            for (int i = 0; i < siblings.size(); i++) {
                ListenerEntry entry = siblings.get(i);
                List<ListenerEntry> beside =
                        left.stream().filter(o -> !o.path().equals(entry.path())).toList();
                Optional<Conflict> found = withOthers.get(i).or(() -> first(entry, beside));
                conflicts.add(found);
            }
            for (int i = start; i < end; i++) {
                if (conflicts.get(i).isEmpty()) {
                    taken.add(entries.get(i));
                }
            }
            start = end;
        }
        return conflicts;
    }

    private static Optional<Conflict> first(ListenerEntry entry, List<ListenerEntry> others) {
        return others.stream().flatMap(o -> between(entry, o).stream()).findFirst();
    }

    private static Optional<Conflict> between(ListenerEntry one, ListenerEntry other) {
        Optional<Layer> layer = one.protocol().map(Conflicts::layer);
        Optional<Layer> others = other.protocol().map(Conflicts::layer);
        if (one.spec().port() != other.spec().port() || layer.isEmpty() || others.isEmpty()) {
            return Optional.empty();
        }
        // Datagrams have ports of their own.
        if ((layer.get() == Layer.DATAGRAMS) != (others.get() == Layer.DATAGRAMS)) {
            return Optional.empty();
        }
        String shown = "listener '" + other.spec().name() + "' of " + other.owner().id();
        if (layer.get() != others.get()) {
            return Optional.of(
                    new Conflict(
                            Reason.ProtocolConflict,
                            shown
                                    + " has "
                                    + other.spec().protocol()
                                    + " on port "
                                    + one.spec().port()));
        }
        if (!one.hostname().equals(other.hostname())) {
            return Optional.empty();
        }
        boolean hasHostnames = layer.get() == Layer.PLAIN || layer.get() == Layer.TLS;
        return Optional.of(
                new Conflict(
                        hasHostnames ? Reason.HostnameConflict : Reason.ProtocolConflict,
                        shown
                                + " has '"
                                + one.hostname()
                                + "' on port "
                                + one.spec().port()
                                + " already"));
    }

    private static Layer layer(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> Layer.PLAIN;
            case HTTPS, TLS -> Layer.TLS;
            case TCP -> Layer.BYTES;
            case UDP -> Layer.DATAGRAMS;
        };
    }

    /// Whether another listener in TLS on the port has hostnames in common with this one.
    static boolean overlaps(ListenerEntry one, List<ListenerEntry> entries) {
        return isTls(one)
                && entries.stream()
                        .anyMatch(other ->
                                isTls(other)
                                        && other.spec().port() == one.spec().port()
                                        && !other.hostname().equals(one.hostname())
                                        && other.hostname().overlaps(one.hostname()));
    }

    private static boolean isTls(ListenerEntry entry) {
        return entry.protocol().map(Conflicts::layer).filter(l -> l == Layer.TLS).isPresent();
    }
}

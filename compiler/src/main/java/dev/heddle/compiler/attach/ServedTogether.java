package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.GatewayAddresses.Proxies;
import dev.heddle.compiler.attach.ListenerReading.ListenerEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The listeners of Gateways that were read already, by the proxies that serve them.
///
/// Filled by one caller, the oldest Gateway first.
final class ServedTogether {
    private final Map<String, List<Served>> byNamespace = new HashMap<>();

    private record Served(Proxies proxies, List<ListenerEntry> listeners) {}

    /// Adds what the proxies open for a Gateway.
    void add(List<Proxies> proxies, AttachedGateway gateway) {
        List<ListenerEntry> listeners =
                gateway.programmed().stream()
                        .map(l -> new ListenerEntry(l.owner(), l.path(), l.spec()))
                        .toList();
        for (Proxies each : proxies) {
            byNamespace
                    .computeIfAbsent(each.namespace(), _ -> new ArrayList<>())
                    .add(new Served(each, listeners));
        }
    }

    /// The listeners of Gateways before that have proxies in common with these, in their order.
    List<ListenerEntry> before(List<Proxies> proxies) {
        Set<ListenerEntry> found = new LinkedHashSet<>();
        for (Proxies each : proxies) {
            byNamespace.getOrDefault(each.namespace(), List.of()).stream()
                    .filter(s -> s.proxies().meet(each))
                    .forEach(s -> found.addAll(s.listeners()));
        }
        return List.copyOf(found);
    }
}

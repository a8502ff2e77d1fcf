package dev.heddle.compiler.service;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.istio.ServiceEntry.Resolution;
import dev.heddle.model.kinds.Kinds;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/// Virtual addresses of hosts that have none, in 240.240.0.0/16.
///
/// A ServiceEntry's `status.addresses` count. Where there are none and its label asks for one, or
/// the mesh does for all (`ISTIO_META_DNS_AUTO_ALLOCATE` in its `defaultConfig`), each of its hosts
/// gets the address that its name leads to, or the next that is free: equal configurations give
/// equal addresses, and a further host changes another's only where both lead to the same.
final class VirtualAddresses {
    static final String LABEL = "networking.istio.io/enable-autoallocate-ip";
    private static final int HOSTS = 255 * 254;

    private final Map<String, List<String>> byHost = new HashMap<>();

    /// @param everywhere whether labels need not ask for one
    VirtualAddresses(Resources resources, boolean everywhere) {
        Set<String> taken = new HashSet<>();
        List<Resource<ServiceEntry>> entries =
                resources.all(Kinds.SERVICE_ENTRY).stream()
                        .filter(VirtualAddresses::mayHaveOne)
                        .toList();
        for (Resource<ServiceEntry> entry : entries) {
            for (ServiceEntry.Status.Address given : entry.spec().status().addresses()) {
                taken.add(given.value());
                byHost.merge(
                        key(entry, given.host()),
                        List.of(given.value()),
                        (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream()).toList());
            }
        }
        for (Resource<ServiceEntry> entry : entries) {
            String asked = entry.metadata().labels().getOrDefault(LABEL, "");
            if (everywhere || "true".equalsIgnoreCase(asked)) {
                entry.spec().hosts().stream()
                        .filter(host -> isGiven(entry.spec(), host))
                        .forEach(host ->
                                byHost.computeIfAbsent(
                                        key(entry, host),
                                        key -> next(key, taken).map(List::of).orElse(List.of())));
            }
        }
    }

    private static boolean mayHaveOne(Resource<ServiceEntry> entry) {
        return entry.spec().addresses().isEmpty()
                && entry.spec().resolution() != Resolution.NONE
                && !"false".equalsIgnoreCase(entry.metadata().labels().getOrDefault(LABEL, ""));
    }

    private static boolean isGiven(ServiceEntry entry, String host) {
        return !host.isEmpty()
                && (!host.startsWith("*") || entry.resolution() == Resolution.DYNAMIC_DNS);
    }

    private static String key(Resource<ServiceEntry> entry, String host) {
        return entry.metadata().namespace() + "/" + entry.metadata().name() + " " + host;
    }

    private static Optional<String> next(String key, Set<String> taken) {
        var hash = new CRC32();
        hash.update(key.getBytes(StandardCharsets.UTF_8));
        int first = (int) (hash.getValue() % HOSTS);
        for (int i = 0; i < HOSTS; i++) {
            int n = (first + i) % HOSTS;
            String address = "240.240." + n / 254 + "." + (1 + n % 254);
            if (taken.add(address)) {
                return Optional.of(address);
            }
        }
        return Optional.empty();
    }

    /// Those of a host; none for one that has none.
    List<String> of(Resource<ServiceEntry> entry, String host) {
        return byHost.getOrDefault(key(entry, host), List.of());
    }
}

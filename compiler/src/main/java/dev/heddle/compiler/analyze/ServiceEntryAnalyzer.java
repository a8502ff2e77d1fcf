package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshProxyConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Looks at ServiceEntries: whether their bytes can be told from others', and whether several agree
/// on what a port speaks.
final class ServiceEntryAnalyzer implements Analyzer {
    private static final String ALL = "*";

    /// A port of a host, as some namespace sees it.
    private record Place(String scope, String host, int port) {}

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        List<Resource<ServiceEntry>> entries = subject.resources().all(Kinds.SERVICE_ENTRY);
        if (!isAllocated(subject)) {
            entries.forEach(e -> addresses(e, findings));
        }
        protocols(entries, findings);
    }

    private static boolean isAllocated(Subject subject) {
        Map<String, String> metadata =
                subject.world()
                        .settings()
                        .config()
                        .flatMap(c -> c.defaultConfig())
                        .map(c -> c.proxyMetadata())
                        .orElse(Map.of());
        return "true".equals(metadata.get(MeshProxyConfig.DNS_CAPTURE))
                && ("true".equals(metadata.get("ISTIO_META_DNS_AUTO_ALLOCATE"))
                        || "true".equals(metadata.get("PILOT_ENABLE_IP_AUTOALLOCATE")));
    }

    private static void addresses(Resource<ServiceEntry> entry, Diagnostics findings) {
        if (!entry.spec().addresses().isEmpty() || !entry.spec().status().addresses().isEmpty()) {
            return;
        }
        var ports = entry.spec().ports();
        for (int i = 0; i < ports.size(); i++) {
            String protocol = ports.get(i).protocol();
            if (protocol.isEmpty() || protocol.equalsIgnoreCase("TCP")) {
                findings.add(
                        DiagnosticCode.SERVICE_ENTRY_ADDRESSES_REQUIRED,
                        entry.origin(FieldPath.of("spec", "ports").index(i)),
                        "port "
                                + ports.get(i).number()
                                + " is TCP, and the ServiceEntry has no addresses",
                        "Give it 'addresses', or the port a protocol that names its host, as TLS");
            }
        }
    }

    private static void protocols(List<Resource<ServiceEntry>> entries, Diagnostics findings) {
        var byPlace = new LinkedHashMap<Place, List<Resource<ServiceEntry>>>();
        for (Resource<ServiceEntry> entry : entries) {
            for (String scope : scopes(entry)) {
                for (String host : entry.spec().hosts()) {
                    entry.spec()
                            .ports()
                            .forEach(port ->
                                    byPlace.computeIfAbsent(
                                                    new Place(scope, host, port.number()),
                                                    _ -> new ArrayList<>())
                                            .add(entry));
                }
            }
        }
        var told = new HashSet<Object>();
        byPlace.forEach((place, own) -> {
            var rivals = new ArrayList<>(own);
            if (!place.scope().equals(ALL)) {
                rivals.addAll(
                        byPlace.getOrDefault(
                                new Place(ALL, place.host(), place.port()), List.of()));
            }
            Set<String> spoken = new TreeSet<>();
            rivals.forEach(r -> spoken.addAll(protocols(r, place.port())));
            if (spoken.size() > 1) {
                rivals.stream()
                        .filter(r -> told.add(r.id()))
                        .forEach(r -> conflict(r, place, rivals, spoken, findings));
            }
        });
    }

    private static Set<String> scopes(Resource<ServiceEntry> entry) {
        Set<String> scopes = new TreeSet<>();
        entry.spec()
                .exportTo()
                .forEach(to -> scopes.add(to.equals(".") ? entry.metadata().namespace() : to));
        return scopes.isEmpty() || scopes.contains(ALL) ? Set.of(ALL) : scopes;
    }

    private static Set<String> protocols(Resource<ServiceEntry> entry, int port) {
        Set<String> protocols = new TreeSet<>();
        entry.spec().ports().stream()
                .filter(p -> p.number() == port)
                .forEach(p -> protocols.add(p.protocol().toUpperCase(Locale.ROOT)));
        return protocols;
    }

    private static void conflict(
            Resource<ServiceEntry> entry,
            Place place,
            List<Resource<ServiceEntry>> rivals,
            Set<String> spoken,
            Diagnostics findings) {
        Set<String> names = new TreeSet<>();
        rivals.forEach(r -> names.add(r.metadata().namespace() + "/" + r.metadata().name()));
        findings.add(
                DiagnosticCode.CONFLICTING_SERVICE_ENTRY_PROTOCOL,
                entry.origin(FieldPath.of("spec", "ports")),
                "port %d of '%s' is %s in the ServiceEntries %s"
                        .formatted(
                                place.port(),
                                place.host(),
                                String.join(" and ", spoken),
                                String.join(", ", names)),
                "Give both the same protocol");
    }
}

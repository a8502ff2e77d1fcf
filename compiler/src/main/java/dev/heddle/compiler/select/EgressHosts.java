package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Which hosts an egress listener of a Sidecar brings, by the namespace of the resource that names
/// them.
final class EgressHosts {
    private static final String ANY = "*";

    private final Map<String, OfNamespace> byNamespace = new LinkedHashMap<>();

    /// @param brought names and wildcards
    /// @param excluded names and wildcards that are not brought, whoever else brings them
    private record OfNamespace(List<Hostname> brought, List<Hostname> excluded) {
        OfNamespace() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /// @param hosts as in `./*`, `shop/api.example.com`, `~prod/*`; what is none is left out
    /// @param own namespace that `.` stands for
    EgressHosts(List<String> hosts, String own) {
        for (String host : hosts) {
            int slash = host.indexOf('/');
            if (slash < 0 || slash == host.length() - 1) {
                continue;
            }
            boolean isExcluded = host.startsWith("~");
            String namespace = host.substring(isExcluded ? 1 : 0, slash);
            OfNamespace of =
                    byNamespace.computeIfAbsent(
                            namespace.isEmpty() ? ANY : namespace.equals(".") ? own : namespace,
                            _ -> new OfNamespace());
            (isExcluded ? of.excluded() : of.brought())
                    .add(new Hostname(host.substring(slash + 1)));
        }
    }

    /// Whether the service is one of them.
    boolean bring(MeshService service) {
        Hostname host = service.service().host();
        return isBrought(service.service().namespace(), h -> h.covers(host))
                && !isExcluded(service.service().namespace(), host);
    }

    /// Whether one of the rule's hosts is, or is a wildcard over one of them.
    boolean bring(BoundVirtualService rule) {
        return rule.hosts().stream()
                .anyMatch(host ->
                        isBrought(rule.namespace(), h -> h.overlaps(host))
                                && !isExcluded(rule.namespace(), host));
    }

    private boolean isBrought(String namespace, Predicate<Hostname> isIt) {
        return of(namespace).brought().stream().anyMatch(isIt)
                || of(ANY).brought().stream().anyMatch(isIt);
    }

    private boolean isExcluded(String namespace, Hostname host) {
        return of(namespace).excluded().stream().anyMatch(h -> h.covers(host))
                || of(ANY).excluded().stream().anyMatch(h -> h.covers(host));
    }

    private OfNamespace of(String namespace) {
        return byNamespace.getOrDefault(namespace, new OfNamespace(List.of(), List.of()));
    }
}

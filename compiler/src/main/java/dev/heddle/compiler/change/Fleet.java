package dev.heddle.compiler.change;

import dev.heddle.compiler.explain.Scopes;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The proxies that a configuration speaks of: one beside each of its workloads, and one for each
/// of its gateways that is none of those.
///
/// @param proxies by name: `reviews-v1.default` for that of the workload of that name and
///   namespace, `Gateway default/shop` for one of which only the resource is known
public record Fleet(SortedMap<String, ProxyScope> proxies) {
    public Fleet {
        proxies = Collections.unmodifiableSortedMap(new TreeMap<>(proxies));
    }

    /// Those of a world.
    public static Fleet of(World world) {
        var proxies = new TreeMap<String, ProxyScope>();
        List<Resource<WorkloadEntry>> workloads = world.resources().all(Kinds.WORKLOAD_ENTRY);
        for (Resource<WorkloadEntry> workload : workloads) {
            String namespace = workload.metadata().namespace();
            proxies.put(
                    workload.metadata().name() + "." + namespace,
                    Scopes.find(world, Workloads.labels(workload), namespace));
        }
        for (Resource<Gateway> gateway : world.index().resources().all(Kinds.GATEWAY)) {
            var selector = gateway.spec().selector();
            boolean isKnown =
                    workloads.stream()
                            .map(Workloads::labels)
                            .anyMatch(it -> it.entrySet().containsAll(selector.entrySet()));
            if (!selector.isEmpty() && !isKnown) {
                ProxyScope scope = Scopes.find(world, selector, gateway.metadata().namespace());
                if (!proxies.containsValue(scope)) {
                    proxies.put(gateway.id().toString(), scope);
                }
            }
        }
        return new Fleet(proxies);
    }
}

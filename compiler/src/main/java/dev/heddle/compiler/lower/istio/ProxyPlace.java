package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.select.LocalityQuestions;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Nearness;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.service.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Where a proxy is, as far as that changes what it gets; and who else is what it is.
public final class ProxyPlace {
    /// The cluster of the proxies of one service, as Istio's bootstraps call it.
    static final String LOCAL_CLUSTER = "local_cluster";

    private ProxyPlace() {}

    /// As far as some rule, the mesh's settings or some service ask for it.
    public static Outlook.Place of(World world, ProxyScope scope) {
        LocalityQuestions rules = world.index().destinationRules().localities();
        boolean isDistributed = world.index().services().isDistributed();
        boolean isMeshWide =
                world.settings().zoneAware().isPresent()
                        || world.settings().locality().stream()
                                .anyMatch(it -> !it.distribute().isEmpty());
        if (!rules.anyAsks() && !isDistributed && !isMeshWide) {
            return Outlook.Place.ANYWHERE;
        }
        Set<String> asked = new HashSet<>(rules.labels());
        LocalityQuestions.labels(world.settings().locality(), world.settings().zoneAware())
                .forEach(asked::add);
        if (isDistributed) {
            asked.addAll(Nearness.SAME_NODE);
        }
        var labels = new HashMap<>(Nearness.of(scope.labels(), scope.locality()));
        labels.putIfAbsent(Nearness.CLUSTER, scope.clusterId());
        labels.keySet().retainAll(asked);
        return new Outlook.Place(scope.locality(), labels);
    }

    /// The proxies beside which this one stands, by zone, which Envoy's zone-aware balancing wants
    /// to know; nothing where no rule has zones come first.
    public static List<LoadAssignment> siblings(World world, ProxyScope scope) {
        boolean isAsked =
                world.index().destinationRules().localities().zonesFirst()
                        || world.settings().zoneAware().isPresent();
        if (!isAsked) {
            return List.of();
        }
        var byZone = new TreeMap<String, List<LoadAssignment.Endpoint>>();
        var seen = new HashSet<String>();
        for (MeshService service : world.services(scope)) {
            for (Endpoint endpoint : service.endpoints()) {
                boolean isNear =
                        endpoint.locality().region().equals(scope.locality().region())
                                && endpoint.health() != Endpoint.Health.DRAINING
                                && Assignments.isUsable(endpoint, false);
                if (isNear && seen.add(endpoint.address())) {
                    byZone.computeIfAbsent(endpoint.locality().toString(), _ -> new ArrayList<>())
                            .add(
                                    new LoadAssignment.Endpoint(
                                            new SocketAddress(endpoint.address(), endpoint.port()),
                                            1,
                                            endpoint.origin()));
                }
            }
        }
        return List.of(
                new LoadAssignment(
                        LOCAL_CLUSTER,
                        byZone.entrySet().stream()
                                .map((Map.Entry<String, List<LoadAssignment.Endpoint>> e) ->
                                        new EndpointGroup(e.getKey(), e.getValue()))
                                .toList()));
    }
}

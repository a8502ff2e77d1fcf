package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.Places;
import dev.heddle.compiler.ir.ProxyPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Which hosts of a cluster take its requests while all are well.
///
/// @param addresses of those
/// @param percents of the requests that each of them gets, roughly
/// @param standby addresses of the others, by priority
record Takers(List<String> addresses, List<Integer> percents, List<String> standby) {

    static Takers of(ProxyPlan plan, String name) {
        List<EndpointGroup> groups =
                plan.assignment(name).map(LoadAssignment::groups).orElse(List.of());
        boolean byPlace =
                plan.cluster(name).map(c -> c.places() instanceof Places.Weighted).orElse(false);
        boolean byWeight =
                !plan.cluster(name)
                        .map(Cluster::loadBalancing)
                        .map(it -> it instanceof LoadBalancing.Random)
                        .orElse(false);
        List<EndpointGroup> first =
                groups.stream()
                        .filter(g -> g.priority() == 0)
                        .flatMap(g -> staying(g).stream())
                        .toList();
        var addresses = new ArrayList<String>();
        var parts = new ArrayList<Double>();
        for (EndpointGroup group : first) {
            int sum = group.endpoints().stream().mapToInt(e -> byWeight ? e.weight() : 1).sum();
            double share = byPlace ? group.weight() : sum;
            for (LoadAssignment.Endpoint endpoint : group.endpoints()) {
                addresses.add(endpoint.address().toString());
                parts.add(share * (byWeight ? endpoint.weight() : 1) / sum);
            }
        }
        double whole = parts.stream().mapToDouble(Double::doubleValue).sum();
        return new Takers(
                addresses,
                parts.stream().map(part -> (int) (100 * part / whole + 1e-9)).toList(),
                groups.stream()
                        .filter(g -> g.priority() > 0)
                        .flatMap(g -> staying(g).stream())
                        .sorted(Comparator.comparingInt(EndpointGroup::priority))
                        .flatMap(g -> g.endpoints().stream())
                        .map(e -> e.address().toString())
                        .toList());
    }

    /// Those that get new clients, too.
    private static Optional<EndpointGroup> staying(EndpointGroup group) {
        List<LoadAssignment.Endpoint> staying =
                group.endpoints().stream().filter(e -> !e.isDraining()).toList();
        return staying.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new EndpointGroup(
                                group.locality(), group.priority(), group.weight(), staying));
    }

    /// Whether a cluster has no hosts, as far as configuration says which.
    static boolean isNobody(ProxyPlan plan, String cluster) {
        boolean isDirect =
                plan.cluster(cluster)
                        .filter(c ->
                                switch (c.discovery()) {
                                    case Discovery.OriginalDestination _, Discovery.DynamicDns() ->
                                            true;
                                    case Discovery.Eds(),
                                            Discovery.Fixed _,
                                            Discovery.StrictDns _,
                                            Discovery.LogicalDns _,
                                            Discovery.FirstOf _ ->
                                            false;
                                })
                        .isPresent();
        return !isDirect && plan.assignment(cluster).map(a -> a.size() == 0).orElse(true);
    }
}

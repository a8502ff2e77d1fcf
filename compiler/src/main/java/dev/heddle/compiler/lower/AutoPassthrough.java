package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The way of connections between clusters whose client hello names the cluster that they are for,
/// as in `outbound_.9080_.v1_.reviews.default.svc.cluster.local`: they are passed through, still
/// encrypted, to the hosts of that cluster.
///
/// Each service of the mesh that a server allows has a chain for each of its ports and subsets, and
/// a cluster of its own without TLS. Its hosts are those that end the mesh's TLS themselves:
/// anybody can say that he is a sidecar, and others would not ask him to prove it.
final class AutoPassthrough {
    /// What sidecars say that they speak, which nobody outside of the mesh does.
    private static final List<String> OF_THE_MESH =
            List.of("istio-peer-exchange", "istio", "istio-http/1.0", "istio-http/1.1", "istio-h2");

    private final ProxyPlan common;
    private final Set<SocketAddress> sidecars = new HashSet<>();
    private final Set<String> ofTheMesh = new HashSet<>();
    private final List<Cluster> clusters = new ArrayList<>();
    private final List<LoadAssignment> assignments = new ArrayList<>();

    /// @param common what the gateway can call
    AutoPassthrough(MeshIndex index, String viewer, ProxyPlan common) {
        this.common = common;
        index.services().visibleTo(viewer).stream()
                .map(MeshService::service)
                .filter(service -> !service.external())
                .forEach(service -> ofTheMesh.add(service.host().name()));
        index.services().visibleTo(viewer).forEach(this::addSidecars);
    }

    private void addSidecars(MeshService service) {
        for (var port : service.service().ports()) {
            for (Endpoint endpoint : service.endpoints(port.number())) {
                if (MeshTls.isEndedBy(endpoint)) {
                    sidecars.add(new SocketAddress(endpoint.address(), endpoint.port()));
                }
            }
        }
    }

    /// The chains of the servers of one port that pass connections so.
    List<FilterChain> chains(List<Server> servers) {
        var chains = new ArrayList<FilterChain>();
        for (Server server : servers) {
            if (GatewayServers.isAutoPassedThrough(server.server())) {
                for (Cluster cluster : common.clusters()) {
                    chain(server, cluster, chains).ifPresent(chains::add);
                }
            }
        }
        return chains;
    }

    private Optional<FilterChain> chain(Server server, Cluster cluster, List<FilterChain> there) {
        Optional<Cluster.ServiceRef> of =
                cluster.of().filter(ref -> ofTheMesh.contains(ref.host()));
        if (of.isEmpty() || !isAllowed(server, new Hostname(of.get().host()))) {
            return Optional.empty();
        }
        String name = ClusterName.serverName(of.get().port(), of.get().subset(), of.get().host());
        if (there.stream().anyMatch(chain -> chain.name().equals(name))) {
            return Optional.empty();
        }
        if (clusters.stream().noneMatch(known -> known.name().equals(name))) {
            add(cluster, name);
        }
        return Optional.of(
                new FilterChain(
                        name,
                        Match.ofMesh(name, OF_THE_MESH),
                        Handling.Tcp.to(name, name),
                        server.origin()));
    }

    private void add(Cluster cluster, String name) {
        clusters.add(cluster.passingThrough(name));
        switch (cluster.discovery()) {
            case Discovery.Eds() ->
                    common.assignment(cluster.name())
                            .ifPresent(hosts ->
                                    assignments.add(hosts.only(name, at -> sidecars.contains(at))));
            case Discovery.Fixed _,
                    Discovery.StrictDns _,
                    Discovery.LogicalDns _,
                    Discovery.DynamicDns(),
                    Discovery.FirstOf _,
                    Discovery.OriginalDestination _ -> {
                // It has its hosts itself.
            }
        }
    }

    private static boolean isAllowed(Server server, Hostname host) {
        return server.hosts().stream().anyMatch(allowed -> new Hostname(allowed).covers(host));
    }

    List<Cluster> clusters() {
        return List.copyOf(clusters);
    }

    List<LoadAssignment> assignments() {
        return List.copyOf(assignments);
    }
}

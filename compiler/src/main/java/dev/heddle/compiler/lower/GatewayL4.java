package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.lower.istio.L4Lowering;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.ProxyScope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The filter chains of a gateway for connections that it does not look into: by the server's name
/// that a client hello says, or all of a port.
final class GatewayL4 {
    private final MeshIndex index;
    private final String viewer;
    private final L4Lowering lowering;

    GatewayL4(MeshIndex index, ProxyScope scope) {
        this.index = index;
        this.viewer = scope.namespace();
        this.lowering = new L4Lowering(index, scope.namespace(), scope.labels());
    }

    /// The chains for TLS. Of several rules for one name the first has it, in order of precedence,
    /// since a proxy refuses a listener with two.
    List<FilterChain> tls(String listener, List<Server> servers) {
        var chains = new ArrayList<FilterChain>();
        Set<String> taken = new HashSet<>();
        for (Server server : servers) {
            if (!GatewayServers.isPassedThrough(server.server())) {
                continue;
            }
            for (BoundVirtualService rule : rules(server)) {
                lowering.tls(rule, server.gatewayName(), server.server().port().number())
                        .forEach(route -> {
                            List<String> names =
                                    route.sniHosts().stream().filter(taken::add).toList();
                            if (!names.isEmpty()) {
                                chains.add(
                                        new FilterChain(
                                                listener + "_" + chains.size(),
                                                Match.ofTls(names),
                                                route.handling(),
                                                route.origin()));
                            }
                        });
            }
        }
        return chains;
    }

    /// The chain for everything, where a server takes bytes.
    Optional<FilterChain> tcp(String listener, List<Server> servers) {
        for (Server server : servers) {
            if (!GatewayServers.isBytes(server.server())) {
                continue;
            }
            for (BoundVirtualService rule : rules(server)) {
                Optional<L4Lowering.Plain> route =
                        lowering.tcp(rule, server.gatewayName(), server.server().port().number());
                if (route.isPresent()) {
                    return Optional.of(
                            new FilterChain(
                                    listener,
                                    Match.ALL,
                                    route.get().handling(),
                                    route.get().origin()));
                }
            }
        }
        return Optional.empty();
    }

    private List<BoundVirtualService> rules(Server server) {
        return index.virtualServices().inForce(viewer, server.gatewayName()).stream()
                .filter(rule -> GatewayTables.isAllowed(server, rule))
                .toList();
    }
}

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
import java.util.List;
import java.util.Optional;

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

    /// The chains for TLS that a server passes through. Of several rules for one name the first has
    /// it, in order of precedence, since a proxy refuses a listener with two.
    void passedThrough(String listener, Server server, ServerNames names, List<FilterChain> to) {
        for (BoundVirtualService rule : rules(server)) {
            lowering.tls(rule, server.gatewayName(), server.server().port().number())
                    .forEach(route -> {
                        List<String> free = names.take(route.sniHosts());
                        if (!free.isEmpty()) {
                            to.add(
                                    new FilterChain(
                                            listener + "_" + to.size(),
                                            Match.ofTls(free),
                                            route.handling(),
                                            route.origin()));
                        }
                    });
        }
    }

    /// The chain for everything, where a server takes bytes.
    Optional<FilterChain> tcp(String listener, List<Server> servers) {
        return servers.stream()
                .filter(s -> GatewayServers.isBytes(s.server()))
                .flatMap(s -> bytes(s).stream())
                .findFirst()
                .map(route ->
                        new FilterChain(listener, Match.ALL, route.handling(), route.origin()));
    }

    /// Where a server's bytes go; empty when nobody says it.
    Optional<L4Lowering.Plain> bytes(Server server) {
        return rules(server).stream()
                .flatMap(rule ->
                        lowering
                                .tcp(rule, server.gatewayName(), server.server().port().number())
                                .stream())
                .findFirst();
    }

    private List<BoundVirtualService> rules(Server server) {
        return index.virtualServices().inForce(viewer, server.gatewayName()).stream()
                .filter(rule -> GatewayTables.isAllowed(server, rule))
                .toList();
    }
}

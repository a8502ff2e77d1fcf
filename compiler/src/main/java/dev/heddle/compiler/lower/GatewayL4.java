package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.lower.istio.L4Lowering;
import dev.heddle.compiler.lower.istio.Ranges;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.ProxyScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    ///
    /// @param names that other servers of the port have
    /// @param ranges that they have for some name
    void passedThrough(
            String listener,
            Server server,
            ServerNames names,
            Ranges ranges,
            List<FilterChain> to) {
        for (BoundVirtualService rule : rules(server)) {
            lowering.tls(rule, server.gatewayName(), server.server().port().number())
                    .forEach(route ->
                            free(route, names, ranges)
                                    .forEach((addresses, free) ->
                                            to.add(
                                                    new FilterChain(
                                                            listener + "_" + to.size(),
                                                            Match.ofTls(free)
                                                                    .between(List.of(), addresses),
                                                            route.handling(),
                                                            route.origin()))));
        }
    }

    /// The names of a route that nobody has yet, by the addresses that they are left for. Where
    /// addresses are asked for, a name may have another chain besides.
    private static Map<List<String>, List<String>> free(
            L4Lowering.ByName route, ServerNames names, Ranges ranges) {
        var free = new LinkedHashMap<List<String>, List<String>>();
        if (route.addresses().isEmpty()) {
            List<String> left = names.take(route.sniHosts());
            return left.isEmpty() ? Map.of() : Map.of(List.of(), left);
        }
        for (String name : route.sniHosts()) {
            ranges.take(name, route.addresses(), List.of())
                    .ifPresent(
                            left -> free.computeIfAbsent(left, _ -> new ArrayList<>()).add(name));
        }
        return free;
    }

    /// The chains for where bytes go to and come from, the one for everything last, where a server
    /// takes bytes.
    List<FilterChain> tcp(String listener, List<Server> servers) {
        var chains = new ArrayList<FilterChain>();
        var ranges = new Ranges();
        for (Server server : servers) {
            if (!GatewayServers.isBytes(server.server())) {
                continue;
            }
            for (L4Lowering.Plain route : bytes(server)) {
                boolean isLast = route.takesAll();
                String name = isLast ? listener : listener + "_to_" + chains.size();
                ranges.take("", route.addresses(), route.sources())
                        .ifPresent(free ->
                                chains.add(
                                        new FilterChain(
                                                name,
                                                Match.ALL.between(route.sources(), free),
                                                route.handling(),
                                                route.origin())));
                if (isLast) {
                    return chains;
                }
            }
        }
        return chains;
    }

    /// Where a server's bytes go; empty when nobody says it.
    List<L4Lowering.Plain> bytes(Server server) {
        return rules(server).stream()
                .flatMap(rule ->
                        lowering
                                .tcp(rule, server.gatewayName(), server.server().port().number())
                                .stream())
                .toList();
    }

    private List<BoundVirtualService> rules(Server server) {
        return index.virtualServices().inForce(viewer, server.gatewayName()).stream()
                .filter(rule -> GatewayTables.isAllowed(server, rule))
                .toList();
    }
}

package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.model.Origin;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The route tables of a gateway.
///
/// Unlike in a sidecar, several VirtualServices may speak about one host here; their routes follow
/// one another in order of precedence, those that take everything at the end.
public final class GatewayTables {
    private final MeshIndex index;
    private final String viewer;
    private final RouteLowering lowering;

    public GatewayTables(MeshIndex index, ProxyScope scope) {
        this.index = index;
        this.viewer = scope.namespace();
        this.lowering = new RouteLowering(index, scope.namespace(), scope.labels());
    }

    /// As in `http.8080`.
    public static String name(int port) {
        return "http." + port;
    }

    /// The table of one port. Without any route it answers 404 to everything.
    public RouteConfiguration onPort(int port, List<Server> servers) {
        SortedMap<Hostname, Draft> drafts = new TreeMap<>();
        for (Server server : servers) {
            for (BoundVirtualService rule :
                    index.virtualServices().inForce(viewer, server.gatewayName())) {
                add(server, rule, drafts);
            }
        }
        var hosts = new ArrayList<VirtualHost>();
        drafts.forEach((host, draft) -> hosts.add(draft.virtualHost(host, port)));
        if (hosts.isEmpty()) {
            hosts.add(
                    new VirtualHost("blackhole:" + port, List.of("*"), List.of(), Origin.BUILT_IN));
        }
        return new RouteConfiguration(name(port), true, hosts, servers.getFirst().origin());
    }

    private void add(Server server, BoundVirtualService rule, SortedMap<Hostname, Draft> drafts) {
        List<Route> routes =
                lowering.lower(rule, server.gatewayName(), server.server().port().number());
        if (routes.isEmpty()) {
            return;
        }
        for (String allowed : server.server().hosts()) {
            for (Hostname host : rule.hosts()) {
                intersection(allowed, server, host, rule)
                        .ifPresent(both ->
                                drafts.computeIfAbsent(both, _ -> new Draft(rule.hostOrigin(host)))
                                        .add(rule, routes));
            }
        }
    }

    /// Whether the server allows some host that the rule is for.
    public static boolean isAllowed(Server server, BoundVirtualService rule) {
        return server.server().hosts().stream()
                .anyMatch(allowed ->
                        rule.hosts().stream()
                                .anyMatch(host ->
                                        intersection(allowed, server, host, rule).isPresent()));
    }

    /// The hosts that both the server and the rule are for.
    ///
    /// @param allowed as in `*.example.com`, `shop/*`, `./shop.example.com`
    private static Optional<Hostname> intersection(
            String allowed, Server server, Hostname host, BoundVirtualService rule) {
        int slash = allowed.indexOf('/');
        String namespace = slash < 0 ? "*" : allowed.substring(0, slash);
        String name = allowed.substring(slash + 1);
        String wanted = namespace.equals(".") ? server.gateway().metadata().namespace() : namespace;
        if (name.isEmpty() || !(wanted.equals("*") || wanted.equals(rule.namespace()))) {
            return Optional.empty();
        }
        Hostname of = new Hostname(name);
        if (of.covers(host)) {
            return Optional.of(host);
        }
        return host.covers(of) ? Optional.of(of) : Optional.empty();
    }

    /// A virtual host, while routes are added to it.
    private static final class Draft {
        private final Origin origin;
        private final List<BoundVirtualService> added = new ArrayList<>();
        private final List<Route> selective = new ArrayList<>();
        private final List<Route> takingAll = new ArrayList<>();

        Draft(Origin origin) {
            this.origin = origin;
        }

        void add(BoundVirtualService rule, List<Route> routes) {
            if (added.contains(rule)) {
                return;
            }
            added.add(rule);
            for (Route route : routes) {
                (route.match().matchesEverything() ? takingAll : selective).add(route);
            }
        }

        VirtualHost virtualHost(Hostname host, int port) {
            var routes = new ArrayList<>(selective);
            routes.addAll(takingAll);
            return new VirtualHost(host + ":" + port, List.of(host.name()), routes, origin);
        }
    }
}

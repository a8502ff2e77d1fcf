package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /// @param pieces made before, and to keep
    public GatewayTables(MeshIndex index, ProxyScope scope, Pieces pieces) {
        this.index = index;
        this.viewer = scope.namespace();
        this.lowering = new RouteLowering(index, scope.namespace(), scope.labels(), pieces);
    }

    /// As in `http.8080`.
    public static String name(int port) {
        return "http." + port;
    }

    /// As in `https.443.web.shop-gateway.default`: as Istio's, so that the hosts of one certificate
    /// are never served under another's.
    public static String name(Server server) {
        Gateway.Server of = server.server();
        return "https."
                + of.port().number()
                + "."
                + of.port().name()
                + "."
                + server.gateway().metadata().name()
                + "."
                + server.gateway().metadata().namespace()
                + (of.bind().isEmpty() ? "" : "." + of.bind());
    }

    /// The table of one port. Without any route it answers 404 to everything.
    public RouteConfiguration onPort(int port, List<Server> servers) {
        SortedMap<Hostname, Draft> drafts = new TreeMap<>();
        servers.forEach(server -> add(server, drafts));
        // A host that nobody routes is sent to TLS all the same.
        for (Server server : servers) {
            if (GatewayServers.isHttpsOnly(server.server())) {
                for (String host : server.hosts()) {
                    drafts.computeIfAbsent(
                                    new Hostname(host), _ -> new Draft(server, server.origin()))
                            .sendToHttps(server);
                }
            }
        }
        return table(name(port), port, drafts, List.of(), servers.getFirst().origin());
    }

    /// The table of one server whose connections are decrypted.
    ///
    /// A browser uses a connection for all hosts of its certificate. A host that another server of
    /// the port is for is misdirected here; Istio says 404.
    ///
    /// @param name as [#name(Server)] has it
    /// @param others servers that are decrypted on the same port
    public RouteConfiguration ofServer(String name, int port, Server server, List<Server> others) {
        SortedMap<Hostname, Draft> drafts = new TreeMap<>();
        add(server, drafts);
        List<String> elsewhere =
                others.stream()
                        .flatMap(o -> o.hosts().stream())
                        .distinct()
                        .filter(host -> !drafts.containsKey(new Hostname(host)))
                        .filter(host -> !server.hosts().contains(host))
                        .sorted()
                        .toList();
        if (!elsewhere.isEmpty()) {
            // Its own hosts that nobody routes are nobody else's either.
            server.hosts()
                    .forEach(host ->
                            drafts.computeIfAbsent(
                                    new Hostname(host), _ -> new Draft(server, server.origin())));
        }
        return table(name, port, drafts, elsewhere, server.origin());
    }

    private static RouteConfiguration table(
            String name,
            int port,
            SortedMap<Hostname, Draft> drafts,
            List<String> elsewhere,
            Origin origin) {
        var hosts = new ArrayList<VirtualHost>();
        drafts.forEach((host, draft) -> hosts.add(draft.virtualHost(host)));
        if (!elsewhere.isEmpty()) {
            hosts.add(VirtualHost.misdirected(port, elsewhere, origin));
        }
        if (hosts.isEmpty()) {
            hosts.add(
                    new VirtualHost("blackhole:" + port, List.of("*"), List.of(), Origin.BUILT_IN));
        }
        return new RouteConfiguration(name, true, hosts, origin);
    }

    private void add(Server server, SortedMap<Hostname, Draft> drafts) {
        for (BoundVirtualService rule :
                index.virtualServices().inForce(viewer, server.gatewayName())) {
            add(server, rule, drafts);
        }
    }

    private void add(Server server, BoundVirtualService rule, SortedMap<Hostname, Draft> drafts) {
        List<Route> routes =
                lowering.lower(rule, server.gatewayName(), server.server().port().number());
        if (routes.isEmpty()) {
            return;
        }
        hosts(server, rule)
                .forEach((both, host) -> {
                    Draft draft =
                            drafts.computeIfAbsent(
                                    both, _ -> new Draft(server, rule.hostOrigin(host)));
                    draft.enter(server);
                    draft.add(rule, routes);
                    if (GatewayServers.isHttpsOnly(server.server())) {
                        draft.sendToHttps(server);
                    }
                });
    }

    /// Whether the server allows some host that the rule is for.
    public static boolean isAllowed(Server server, BoundVirtualService rule) {
        return !hosts(server, rule).isEmpty();
    }

    /// The hosts that both the server and the rule are for, each with the rule's that it comes of.
    public static Map<Hostname, Hostname> hosts(Server server, BoundVirtualService rule) {
        var hosts = new LinkedHashMap<Hostname, Hostname>();
        for (String allowed : server.server().hosts()) {
            for (Hostname host : rule.hosts()) {
                intersection(allowed, server, host, rule)
                        .ifPresent(both -> hosts.putIfAbsent(both, host));
            }
        }
        return hosts;
    }

    /// The hosts that both one of the server's and one of the rule's are for.
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
        private final int port;
        private final Origin origin;
        private final List<BoundVirtualService> added = new ArrayList<>();
        private final List<Route> selective = new ArrayList<>();
        private final List<Route> takingAll = new ArrayList<>();
        private final List<Server> sendingToHttps = new ArrayList<>();
        private final Set<PolicyTarget> entrances = new LinkedHashSet<>();

        /// @param server the first that has the host, by whose port it is named
        Draft(Server server, Origin origin) {
            this.port = server.server().port().number();
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

        /// Requests come through that server, too.
        void enter(Server server) {
            entrances.add(server.target(server.server().port().name()));
            if (!server.server().name().isEmpty()) {
                entrances.add(server.target(server.server().name()));
            }
        }

        void sendToHttps(Server server) {
            sendingToHttps.add(server);
        }

        VirtualHost virtualHost(Hostname host) {
            var routes = new ArrayList<>(selective);
            routes.addAll(takingAll);
            return new VirtualHost(
                    host + ":" + port,
                    List.of(host.name()),
                    routes,
                    !sendingToHttps.isEmpty(),
                    List.copyOf(entrances),
                    origin);
        }
    }
}

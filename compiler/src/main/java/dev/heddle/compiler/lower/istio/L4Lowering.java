package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.TcpDestination;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.VirtualService.L4MatchAttributes;
import dev.heddle.model.istio.VirtualService.RouteDestination;
import dev.heddle.model.istio.VirtualService.TcpRoute;
import dev.heddle.model.istio.VirtualService.TlsMatchAttributes;
import dev.heddle.model.istio.VirtualService.TlsRoute;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Lowers a VirtualService's rules for TCP, and for TLS that is passed through, for one place of
/// the mesh.
///
/// Most of their conditions are known before any connection comes (gateway, the client's labels and
/// namespace, the port that is called); what is left is SNI and where connections go and come from.
/// A match with a range that is none takes nothing, for it would take too much.
public final class L4Lowering {
    private final MeshIndex index;
    private final Destinations destinations;
    private final TcpPolicies policies;
    private final String namespace;
    private final Map<String, String> labels;

    /// @param namespace of the proxy
    /// @param labels of the proxy's workload
    public L4Lowering(MeshIndex index, String namespace, Map<String, String> labels) {
        this.index = index;
        this.destinations = new Destinations(index, namespace, labels);
        this.policies = new TcpPolicies(index, namespace, labels);
        this.namespace = namespace;
        this.labels = labels;
    }

    /// Where connections go that name one of those servers.
    ///
    /// @param sniHosts exact, `*.example.com`, or `*` for any
    /// @param addresses that they go to, as in `10.0.0.0/8`; empty for any
    public record ByName(
            List<String> sniHosts, List<String> addresses, Handling.Tcp handling, Origin origin) {
        public ByName {
            sniHosts = List.copyOf(sniHosts);
            addresses = List.copyOf(addresses);
        }
    }

    /// All connections to one host, as its DestinationRule wants it.
    public Handling.Tcp to(String cluster, Hostname host) {
        int port = ClusterName.parse(cluster).map(ClusterName.Outbound::port).orElse(0);
        return policies.of(host).to(cluster, List.of(new TcpDestination(cluster, 1)), "", port);
    }

    /// Where connections go whatever they begin with.
    ///
    /// @param addresses that they go to, as in `10.0.0.0/8`; empty for any
    /// @param sources that they come from, likewise
    public record Plain(
            List<String> addresses, List<String> sources, Handling.Tcp handling, Origin origin) {
        public Plain {
            addresses = List.copyOf(addresses);
            sources = List.copyOf(sources);
        }

        /// Whether it takes all connections.
        public boolean takesAll() {
            return addresses.isEmpty() && sources.isEmpty();
        }
    }

    /// The rules for TCP that take connections to that port, in order, up to the first that takes
    /// all.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    public List<Plain> tcp(BoundVirtualService service, String gateway, int port) {
        var taken = new ArrayList<Plain>();
        List<TcpRoute> rules = service.resource().spec().tcp();
        for (int i = 0; i < rules.size(); i++) {
            TcpRoute rule = rules.get(i);
            FieldPath path = FieldPath.of("spec", "tcp").index(i);
            Optional<Handling.Tcp> handling = handling(service, rule.route(), path, port);
            if (handling.isEmpty()) {
                continue;
            }
            Origin origin = service.resource().origin(path);
            Handling.Tcp counted = handling.get().countedBy(index.ruleNames().id(origin));
            if (rule.match().isEmpty()) {
                taken.add(new Plain(List.of(), List.of(), counted, origin));
                return taken;
            }
            for (L4MatchAttributes match : rule.match()) {
                List<String> sources =
                        match.sourceSubnet().isEmpty() ? List.of() : List.of(match.sourceSubnet());
                if (isHere(match, service, gateway, port)
                        && areRanges(match.destinationSubnets())
                        && areRanges(sources)) {
                    var plain =
                            new Plain(
                                    normal(match.destinationSubnets()),
                                    normal(sources),
                                    counted,
                                    origin);
                    taken.add(plain);
                    if (plain.takesAll()) {
                        return taken;
                    }
                }
            }
        }
        return taken;
    }

    private static boolean areRanges(List<String> ranges) {
        return ranges.stream().allMatch(it -> IpAddresses.range(it).isPresent());
    }

    private static List<String> normal(List<String> ranges) {
        return ranges.stream().flatMap(it -> IpAddresses.range(it).stream()).distinct().toList();
    }

    /// The rules for TLS that take connections to that port, in order.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    public List<ByName> tls(BoundVirtualService service, String gateway, int port) {
        var routes = new ArrayList<ByName>();
        List<TlsRoute> rules = service.resource().spec().tls();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = FieldPath.of("spec", "tls").index(i);
            Optional<Handling.Tcp> handling = handling(service, rules.get(i).route(), path, port);
            List<TlsMatchAttributes> matches = rules.get(i).match();
            for (int j = 0; j < matches.size(); j++) {
                List<String> ranges = matches.get(j).destinationSubnets();
                if (handling.isPresent()
                        && isHere(matches.get(j), service, gateway, port)
                        && areRanges(ranges)) {
                    Origin origin = service.resource().origin(path.field("match").index(j));
                    routes.add(
                            new ByName(
                                    matches.get(j).sniHosts(),
                                    normal(ranges),
                                    handling.get().countedBy(index.ruleNames().id(origin)),
                                    origin));
                }
            }
        }
        return routes;
    }

    private boolean isHere(
            L4MatchAttributes match, BoundVirtualService service, String gateway, int port) {
        return isHere(match.port(), match.gateways(), service, gateway, port)
                && isFrom(match.gateways(), match.sourceLabels(), match.sourceNamespace());
    }

    private boolean isHere(
            TlsMatchAttributes match, BoundVirtualService service, String gateway, int port) {
        return isHere(match.port(), match.gateways(), service, gateway, port)
                && isFrom(match.gateways(), match.sourceLabels(), match.sourceNamespace());
    }

    private static boolean isHere(
            OptionalInt wanted,
            List<String> gateways,
            BoundVirtualService service,
            String gateway,
            int port) {
        return (wanted.isEmpty() || wanted.getAsInt() == port)
                && (gateways.isEmpty()
                        || gateways.stream()
                                .anyMatch(g ->
                                        BoundVirtualService.gateway(g, service.namespace())
                                                .equals(gateway)));
    }

    /// As for HTTP, who names gateways asks nothing of the client's workload.
    private boolean isFrom(
            List<String> gateways, Map<String, String> sourceLabels, String sourceNamespace) {
        return !gateways.isEmpty()
                || (labels.entrySet().containsAll(sourceLabels.entrySet())
                        && (sourceNamespace.isEmpty() || sourceNamespace.equals(namespace)));
    }

    /// The shares of the destinations; empty when there is nothing to share.
    private Optional<Handling.Tcp> handling(
            BoundVirtualService service, List<RouteDestination> route, FieldPath path, int port) {
        var shares = new ArrayList<TcpDestination>();
        String subset = "";
        int called = port;
        for (int i = 0; i < route.size(); i++) {
            int weight = route.size() == 1 ? 1 : route.get(i).weight().orElse(0);
            if (weight > 0) {
                FieldPath at = path.field("route").index(i);
                Destination to =
                        destinations.lower(
                                route.get(i).destination(),
                                service.namespace(),
                                port,
                                weight,
                                HeaderEdit.NONE,
                                Optional.empty(),
                                service.resource().origin(at));
                shares.add(new TcpDestination(to.cluster(), weight));
                subset = to.subset();
                called = shares.size() == 1 ? to.port() : called;
            }
        }
        if (shares.isEmpty()) {
            return Optional.empty();
        }
        String statPrefix =
                shares.size() == 1
                        ? shares.getFirst().cluster()
                        : service.resource().metadata().name() + "." + service.namespace();
        // As Istio has it, the first host's rule counts for all shares, and then no subset's.
        Hostname first = index.complete(route.getFirst().destination().host(), service.namespace());
        Handling.Tcp all =
                policies.of(first).to(statPrefix, shares, shares.size() == 1 ? subset : "", called);
        boolean isNamed =
                index.services()
                        .find(first, namespace)
                        .filter(s -> s.service().resolution() == Resolution.DYNAMIC_DNS)
                        .isPresent();
        return Optional.of(isNamed ? all.lookingUp(called) : all);
    }
}

package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Backends.Place;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.gatewayapi.BackendRef;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.VirtualService.L4MatchAttributes;
import dev.heddle.model.istio.VirtualService.RouteDestination;
import dev.heddle.model.istio.VirtualService.TlsMatchAttributes;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/// Turns rules for TLS that is passed through, and for bytes, into TLSRoutes and TCPRoutes.
record L4Forms(MeshForms mesh, Backends backends, Documents documents, Losses losses) {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final String LEFT_OUT = "The match is left out";

    /// A way for connections to come.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    /// @param viewer namespace of the proxies
    /// @param namespace of the route
    /// @param names that a client hello may have there
    private record Way(
            String gateway,
            int port,
            String viewer,
            String namespace,
            ParentReference parent,
            Hostname names) {}

    void convert(BoundVirtualService service, List<Door> open) {
        boolean isAny =
                !service.resource().spec().tls().isEmpty()
                        || !service.resource().spec().tcp().isEmpty();
        if (isAny && service.isFor(BoundVirtualService.MESH)) {
            service.hosts().forEach(host -> policies(service, host));
        }
        if (!service.resource().spec().tls().isEmpty()) {
            ways(service, open, Door.Traffic.TLS).forEach(way -> tls(service, way));
        }
        if (!service.resource().spec().tcp().isEmpty()) {
            ways(service, open, Door.Traffic.TCP).forEach(way -> tcp(service, way));
        }
    }

    private List<Way> ways(BoundVirtualService service, List<Door> open, Door.Traffic type) {
        var ways = new ArrayList<Way>();
        for (Door door : open) {
            if (door.listener().type() == type) {
                ways.add(
                        new Way(
                                door.gateway(),
                                door.port(),
                                door.viewer(),
                                service.namespace(),
                                parent(service, door.listener()),
                                door.listener().hostname()));
            }
        }
        if (service.isFor(BoundVirtualService.MESH)) {
            for (MeshForms.Parent parent : mesh.parents(service, port -> isOf(port, type))) {
                ways.add(
                        new Way(
                                BoundVirtualService.MESH,
                                parent.way().port(),
                                parent.way().viewer(),
                                parent.way().namespace(),
                                MeshForms.reference(parent, OptionalInt.of(parent.way().port())),
                                Hostname.ANY));
            }
        }
        return ways;
    }

    private static ParentReference parent(BoundVirtualService service, Door.ListenerName of) {
        return new ParentReference(
                Optional.empty(),
                Optional.empty(),
                of.gateway(),
                Optional.of(of.namespace()).filter(n -> !n.equals(service.namespace())),
                Optional.of(of.name()),
                OptionalInt.empty());
    }

    private static boolean isOf(Port port, Door.Traffic type) {
        boolean isTls = port.protocol().isTls();
        return type == Door.Traffic.TLS ? isTls : !isTls && !OutboundTables.mayBeHttp(port);
    }

    private void tls(BoundVirtualService service, Way way) {
        var rules = service.resource().spec().tls();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = SPEC.field("tls").index(i);
            Set<String> names = new LinkedHashSet<>();
            for (int j = 0; j < rules.get(i).match().size(); j++) {
                TlsMatchAttributes match = rules.get(i).match().get(j);
                boolean isHere =
                        isHere(service, match.gateways(), match.port(), way)
                                && isSayable(
                                        service,
                                        path.field("match").index(j),
                                        match.destinationSubnets().isEmpty(),
                                        match.sourceLabels().isEmpty(),
                                        match.sourceNamespace().isEmpty());
                if (isHere) {
                    match.sniHosts().stream()
                            .filter(n -> isWithin(n, way.names()))
                            .filter(taken::add)
                            .forEach(names::add);
                }
            }
            if (!names.isEmpty()) {
                List<BackendRef> refs =
                        refs(service, rules.get(i).route(), path, way, Kinds.TLS_ROUTE);
                add(
                        service,
                        way.namespace(),
                        Kinds.TLS_ROUTE,
                        new TlsRoute(
                                List.of(way.parent()),
                                names.contains("*") ? List.of() : List.copyOf(names),
                                List.of(new L4Rule(Optional.empty(), refs)),
                                Optional.empty()));
            }
        }
    }

    private static boolean isWithin(String name, Hostname names) {
        Hostname host = new Hostname(name);
        return names.covers(host) || host.covers(names);
    }

    /// The first rule for a port is the only one.
    private void tcp(BoundVirtualService service, Way way) {
        var rules = service.resource().spec().tcp();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = SPEC.field("tcp").index(i);
            boolean isHere = rules.get(i).match().isEmpty();
            for (int j = 0; j < rules.get(i).match().size(); j++) {
                L4MatchAttributes match = rules.get(i).match().get(j);
                isHere |=
                        isHere(service, match.gateways(), match.port(), way)
                                && isSayable(
                                        service,
                                        path.field("match").index(j),
                                        match.destinationSubnets().isEmpty()
                                                && match.sourceSubnet().isEmpty(),
                                        match.sourceLabels().isEmpty(),
                                        match.sourceNamespace().isEmpty());
            }
            if (isHere) {
                List<BackendRef> refs =
                        refs(service, rules.get(i).route(), path, way, Kinds.TCP_ROUTE);
                add(
                        service,
                        way.namespace(),
                        Kinds.TCP_ROUTE,
                        new TcpRoute(
                                List.of(way.parent()),
                                List.of(new L4Rule(Optional.empty(), refs)),
                                Optional.empty()));
                return;
            }
        }
    }

    private <S> void add(BoundVirtualService service, String namespace, Kind<S> kind, S route) {
        String name = documents.name(kind, namespace, service.resource().metadata().name());
        documents.add(kind, namespace, name, route, service.resource());
    }

    private static boolean isHere(
            BoundVirtualService service, List<String> gateways, OptionalInt port, Way way) {
        return (port.isEmpty() || port.getAsInt() == way.port())
                && (gateways.isEmpty()
                        || gateways.stream()
                                .anyMatch(g ->
                                        BoundVirtualService.gateway(g, service.namespace())
                                                .equals(way.gateway())));
    }

    /// Whether nothing is asked that the Gateway API has no condition for.
    private boolean isSayable(
            BoundVirtualService service,
            FieldPath path,
            boolean anyAddress,
            boolean anyLabels,
            boolean anyNamespace) {
        if (!anyAddress) {
            losses.add(
                    service.resource(),
                    path,
                    "a route of the Gateway API does not ask for addresses",
                    LEFT_OUT);
        }
        if (!anyLabels || !anyNamespace) {
            losses.add(
                    service.resource(),
                    path,
                    "a route of the Gateway API does not ask who calls",
                    LEFT_OUT);
        }
        return anyAddress && anyLabels && anyNamespace;
    }

    private List<BackendRef> refs(
            BoundVirtualService service,
            List<RouteDestination> route,
            FieldPath path,
            Way way,
            Kind<?> kind) {
        var refs = new ArrayList<BackendRef>();
        for (int i = 0; i < route.size(); i++) {
            RouteDestination to = route.get(i);
            boolean isOne = route.size() == 1;
            if (!isOne && to.weight().orElse(0) == 0) {
                continue;
            }
            var place =
                    new Place(
                            service.resource(),
                            path.field("route").index(i).field("destination"),
                            way.port(),
                            way.viewer(),
                            kind,
                            way.namespace());
            policies(to.destination(), place);
            backends.of(to.destination(), place)
                    .ifPresent(ref ->
                            refs.add(
                                    new BackendRef(
                                            ref.group(),
                                            ref.kind(),
                                            ref.name(),
                                            ref.namespace(),
                                            ref.port(),
                                            isOne ? OptionalInt.empty() : to.weight())));
        }
        return refs;
    }

    /// Those of the host that is called count, too.
    private void policies(BoundVirtualService service, Hostname host) {
        policies(
                new Destination(host.name(), "", Optional.empty()),
                new Place(
                        service.resource(),
                        SPEC.field("hosts"),
                        0,
                        service.namespace(),
                        Kinds.TCP_ROUTE,
                        service.namespace()));
    }

    /// What DestinationRules say of connections as a whole is in force for VirtualServices only.
    private void policies(Destination to, Place place) {
        MeshIndex index = mesh.index();
        String own = place.owner().metadata().namespace();
        Hostname host = index.complete(to.host(), own);
        String home =
                index.services().find(host, own).map(s -> s.metadata().namespace()).orElse(own);
        Optional<MergedRule> rule = index.destinationRules().known(host, place.viewer(), home);
        boolean isSaid =
                Stream.concat(
                                rule.flatMap(MergedRule::policy).stream(),
                                rule
                                        .flatMap(r -> r.subset(to.subset()))
                                        .flatMap(s -> s.subset().trafficPolicy())
                                        .stream())
                        .anyMatch(L4Forms::isOfConnections);
        if (isSaid) {
            losses.add(
                    place.owner(),
                    place.path(),
                    "times, hashing and tunnels that DestinationRules say for the connections of '"
                            + host
                            + "' are not in force for TCPRoutes and TLSRoutes",
                    "Connections go there without them");
        }
    }

    private static boolean isOfConnections(TrafficPolicy policy) {
        return policy.tunnel().isPresent()
                || policy.loadBalancer().isPresent()
                || policy.connectionPool().isPresent()
                || policy.portLevelSettings().stream()
                        .anyMatch(p ->
                                p.loadBalancer().isPresent() || p.connectionPool().isPresent());
    }
}

package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Door.ListenerName;
import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.compiler.convert.RuleForms.Result;
import dev.heddle.compiler.convert.RuleForms.Way;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.lower.istio.Retries;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MadeResource;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.L7Rule;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Turns VirtualServices into routes.
///
/// The rules of one may differ from place to place, since a match can name gateways and ports, and
/// a destination without a port means the one that is called. So every way that requests come by is
/// looked at for itself, and ways with the same rules share a route.
final class RouteForms {
    private static final int MOST_RULES = 16;
    private static final int MOST_MATCHES = 128;
    private static final FieldPath HOSTS = FieldPath.of("spec", "hosts");
    private static final FieldPath GATEWAYS = FieldPath.of("spec", "gateways");

    private final World world;
    private final List<Door> doors;
    private final Documents documents;
    private final Losses losses;
    private final RuleForms rules;
    private final GrpcForms grpc;
    private final L4Forms l4;
    private final MeshForms mesh;
    private final List<Placing> placings = new ArrayList<>();

    /// The rules of a VirtualService at a listener.
    private record Placing(
            BoundVirtualService service,
            ListenerName listener,
            List<Hostname> hosts,
            List<Placed> matches,
            String route) {}

    /// Rules that a route has, and where it is.
    ///
    /// @param calls the same as rules for calls of gRPC; empty where they are for requests
    record Shared(
            String namespace, List<HttpRoute.Rule> rules, Optional<List<GrpcRoute.Rule>> calls) {}

    RouteForms(World world, List<Door> doors, Documents documents, Losses losses) {
        this.world = world;
        this.doors = doors;
        this.documents = documents;
        this.losses = losses;
        var versions = new Versions(world.index(), documents, losses);
        var backends = new Backends(world.index(), versions, documents, losses);
        this.rules = new RuleForms(backends, Retries.lower(world.index().defaultRetry()), losses);
        this.grpc = new GrpcForms(world, backends, rules.defaultRetry());
        this.mesh = new MeshForms(world.index(), losses);
        this.l4 = new L4Forms(mesh, backends, documents, losses);
    }

    void convert() {
        for (BoundVirtualService service : world.index().virtualServices().all()) {
            if (!service.isDelegate()) {
                convert(service);
            }
        }
        overlaps();
    }

    private void convert(BoundVirtualService service) {
        besidePatches(service);
        List<Door> open = doors(service);
        var routes = new LinkedHashMap<Shared, Ways>();
        for (Door door : open) {
            if (door.listener().type().isHttp() && !service.http().isEmpty()) {
                var way = new Way(door.gateway(), door.port(), door.viewer(), service.namespace());
                Optional<List<GrpcRoute.Rule>> calls = grpc.of(service, way);
                Result result = rules.of(service, way, kind(calls));
                if (!result.rules().isEmpty()) {
                    routes.computeIfAbsent(
                                    new Shared(service.namespace(), result.rules(), calls),
                                    _ -> new Ways(result.matches()))
                            .doors()
                            .add(door);
                }
            }
        }
        if (service.isFor(BoundVirtualService.MESH) && !service.http().isEmpty()) {
            besideSidecars(service);
            for (MeshForms.Parent parent : mesh.parents(service, OutboundTables::mayBeHttp)) {
                Optional<List<GrpcRoute.Rule>> calls =
                        GrpcForms.isForCalls(parent)
                                ? grpc.of(service, parent.way())
                                : Optional.empty();
                Result result = rules.of(service, parent.way(), kind(calls));
                if (!result.rules().isEmpty()) {
                    routes.computeIfAbsent(
                                    new Shared(parent.way().namespace(), result.rules(), calls),
                                    _ -> new Ways(result.matches()))
                            .parents()
                            .add(parent);
                }
            }
        }
        routes.forEach((shared, ways) -> {
            if (!ways.doors().isEmpty()) {
                atGateways(service, shared, ways, open);
            }
            if (!ways.parents().isEmpty()) {
                add(service, shared, MeshForms.references(ways.parents()), List.of());
            }
        });
        l4.convert(service, open);
    }

    private static Kind<?> kind(Optional<List<GrpcRoute.Rule>> calls) {
        return calls.isPresent() ? Kinds.GRPC_ROUTE : Kinds.HTTP_ROUTE;
    }

    /// Routes are called otherwise than before, Gateways are others, and subsets are Services.
    private void besidePatches(BoundVirtualService service) {
        world.resources().all(Kinds.ENVOY_FILTER).stream()
                .filter(f -> f.spec().configPatches().stream().anyMatch(RouteForms::isByName))
                .findFirst()
                .ifPresent(f ->
                        losses.add(
                                service.resource(),
                                FieldPath.of("spec"),
                                f.id()
                                        + " finds what it changes by the names of routes, gateways"
                                        + " or subsets, which are others now",
                                "See that it finds it again"));
    }

    private static boolean isByName(EnvoyFilter.ConfigPatch patch) {
        return switch (patch.match().objectTypes().orElse(null)) {
            case EnvoyFilter.ObjectTypes.Routes(var routes) ->
                    !routes.gateway().isEmpty()
                            || !routes.vhost().name().isEmpty()
                            || !routes.vhost().route().name().isEmpty();
            case EnvoyFilter.ObjectTypes.Cluster(var cluster) ->
                    !cluster.subset().isEmpty() || !cluster.name().isEmpty();
            case EnvoyFilter.ObjectTypes.Listener _, EnvoyFilter.ObjectTypes.Waypoint _ -> false;
            case null -> false;
        };
    }

    /// A VirtualService that a Sidecar brings to workloads brings its destinations along.
    private void besideSidecars(BoundVirtualService service) {
        boolean isLimited =
                world.resources().all(Kinds.SIDECAR).stream()
                        .flatMap(s -> s.spec().egress().stream())
                        .anyMatch(e -> !e.hosts().contains("*/*"));
        boolean isElsewhere =
                service.destinations().stream().anyMatch(d -> !service.hosts().contains(d.host()))
                        || service.http().stream()
                                .flatMap(r -> r.spec().route().stream())
                                .anyMatch(d -> !d.destination().subset().isEmpty());
        if (isLimited && isElsewhere) {
            losses.add(
                    service.resource(),
                    FieldPath.of("spec", "http"),
                    "a Sidecar may keep the destinations from its workloads, which a VirtualService"
                            + " brings along and a route does not",
                    "Name them in egress of the Sidecars, too");
        }
    }

    /// How requests come to rules.
    ///
    /// @param matches of the rules
    private record Ways(List<Placed> matches, List<Door> doors, List<MeshForms.Parent> parents) {
        Ways(List<Placed> matches) {
            this(matches, new ArrayList<>(), new ArrayList<>());
        }
    }

    /// The ways into the mesh that a VirtualService is for.
    private List<Door> doors(BoundVirtualService service) {
        for (int i = 0; i < service.resource().spec().gateways().size(); i++) {
            String gateway =
                    BoundVirtualService.gateway(
                            service.resource().spec().gateways().get(i), service.namespace());
            int slash = gateway.indexOf('/');
            boolean isThere =
                    slash < 0
                            || world.index()
                                    .resources()
                                    .find(
                                            Kinds.GATEWAY,
                                            gateway.substring(0, slash),
                                            gateway.substring(slash + 1))
                                    .isPresent();
            if (!isThere) {
                losses.add(
                        service.resource(),
                        GATEWAYS.index(i),
                        "there is no Gateway '" + gateway + "' here",
                        "Give its file, too; nothing is made for it");
            }
        }
        return doors.stream()
                .filter(d -> service.isFor(d.gateway()))
                .filter(d ->
                        world.index()
                                .virtualServices()
                                .inForce(d.viewer(), d.gateway())
                                .contains(service))
                .filter(d -> !hosts(service, d).isEmpty())
                .toList();
    }

    /// The hosts that a VirtualService has at a way into the mesh.
    static List<Hostname> hosts(BoundVirtualService service, Door door) {
        int slash = door.allowed().indexOf('/');
        String from = slash < 0 ? "*" : door.allowed().substring(0, slash);
        String namespace = from.equals(".") ? door.server().gateway().metadata().namespace() : from;
        if (!namespace.equals("*") && !namespace.equals(service.namespace())) {
            return List.of();
        }
        Hostname own = door.listener().hostname();
        return service.hosts().stream()
                .filter(h -> h.covers(own) || own.covers(h))
                .map(h -> own.covers(h) ? h : own)
                .distinct()
                .toList();
    }

    private void atGateways(
            BoundVirtualService service, Shared shared, Ways ways, List<Door> open) {
        List<ListenerName> here = ways.doors().stream().map(Door::listener).distinct().toList();
        List<Hostname> hosts = service.hosts();
        List<String> names =
                hosts.contains(Hostname.ANY)
                        ? List.of()
                        : hosts.stream().map(Hostname::name).distinct().toList();
        String name = add(service, shared, parents(service, here), names);
        for (Door door : ways.doors()) {
            List<Hostname> own = hosts(service, door);
            placings.add(new Placing(service, door.listener(), own, ways.matches(), name));
            isolation(service, door.listener(), own, open);
        }
    }

    /// A listener is named where its Gateway has others that the route is not for.
    private List<ParentReference> parents(BoundVirtualService service, List<ListenerName> here) {
        var parents = new ArrayList<ParentReference>();
        here.stream()
                .map(l -> Map.entry(l.namespace(), l.gateway()))
                .distinct()
                .forEach(gateway -> {
                    List<ListenerName> all =
                            doors.stream()
                                    .map(Door::listener)
                                    .distinct()
                                    .filter(l -> isOf(l, gateway))
                                    .filter(l ->
                                            l.type().isHttp() || l.type() == Door.Traffic.TO_HTTPS)
                                    .filter(l ->
                                            service.hosts().stream()
                                                    .anyMatch(h ->
                                                            h.covers(l.hostname())
                                                                    || l.hostname().covers(h)))
                                    .toList();
                    List<ListenerName> own = here.stream().filter(l -> isOf(l, gateway)).toList();
                    if (own.containsAll(all)) {
                        parents.add(parent(service, gateway, Optional.empty()));
                    } else {
                        own.forEach(
                                l -> parents.add(parent(service, gateway, Optional.of(l.name()))));
                    }
                });
        return parents;
    }

    private static boolean isOf(ListenerName listener, Map.Entry<String, String> gateway) {
        return listener.namespace().equals(gateway.getKey())
                && listener.gateway().equals(gateway.getValue());
    }

    private static ParentReference parent(
            BoundVirtualService service,
            Map.Entry<String, String> gateway,
            Optional<String> section) {
        return new ParentReference(
                Optional.empty(),
                Optional.empty(),
                gateway.getValue(),
                Optional.of(gateway.getKey()).filter(n -> !n.equals(service.namespace())),
                section,
                OptionalInt.empty());
    }

    /// A host belongs to the most specific listener alone, in the Gateway API.
    private void isolation(
            BoundVirtualService service,
            ListenerName listener,
            List<Hostname> hosts,
            List<Door> open) {
        for (Hostname host : hosts) {
            doors.stream()
                    .map(Door::listener)
                    .distinct()
                    .filter(l -> l.proxies().equals(listener.proxies()))
                    .filter(l -> l.port() == listener.port())
                    .filter(l -> l.type().isBeside(listener.type()))
                    .filter(l -> !l.equals(listener) && listener.hostname().covers(l.hostname()))
                    .filter(l -> l.hostname().covers(host))
                    .filter(l -> open.stream().noneMatch(d -> d.listener().equals(l)))
                    .findFirst()
                    .ifPresent(l ->
                            losses.add(
                                    service.resource(),
                                    HOSTS,
                                    "'"
                                            + host
                                            + "' on port "
                                            + l.port()
                                            + " belongs to the listener for '"
                                            + l.hostname()
                                            + "' alone in the Gateway API, which this is not for",
                                    "Bind it to that Gateway, too, or give the host a server of"
                                            + " its own"));
        }
    }

    /// Adds a route, or as many as are needed for so many rules.
    ///
    /// @return the name of the first
    private String add(
            BoundVirtualService service,
            Shared shared,
            List<ParentReference> parents,
            List<String> hostnames) {
        return shared.calls()
                .map(calls ->
                        add(
                                service,
                                shared.namespace(),
                                Kinds.GRPC_ROUTE,
                                parts(calls),
                                part -> new GrpcRoute(parents, hostnames, part, Optional.empty())))
                .orElseGet(() ->
                        add(
                                service,
                                shared.namespace(),
                                Kinds.HTTP_ROUTE,
                                parts(shared.rules()),
                                part -> new HttpRoute(parents, hostnames, part, Optional.empty())));
    }

    private <S, R> String add(
            BoundVirtualService service,
            String namespace,
            Kind<S> kind,
            List<List<R>> parts,
            Function<List<R>, S> route) {
        String wanted = wanted(service);
        String first = "";
        for (List<R> part : parts) {
            String name = documents.name(kind, namespace, wanted);
            first = first.isEmpty() ? name : first;
            documents.add(kind, namespace, name, route.apply(part), service.resource());
        }
        return first;
    }

    /// What Ingresses come to is called as they are.
    private static String wanted(BoundVirtualService service) {
        return MadeResource.original(service.resource()).metadata().name();
    }

    private static <R extends L7Rule<?, ?>> List<List<R>> parts(List<R> rules) {
        var parts = new ArrayList<List<R>>();
        var part = new ArrayList<R>();
        int matches = 0;
        for (R rule : rules) {
            int own = Math.max(1, rule.matches().size());
            if (part.size() == MOST_RULES || matches + own > MOST_MATCHES) {
                parts.add(List.copyOf(part));
                part.clear();
                matches = 0;
            }
            part.add(rule);
            matches += own;
        }
        parts.add(List.copyOf(part));
        return parts;
    }

    /// VirtualServices that have a host of one listener together: at Istio the rules of the older
    /// one go first, and those that take everything last.
    private void overlaps() {
        for (int i = 0; i < placings.size(); i++) {
            for (int j = i + 1; j < placings.size(); j++) {
                Placing first = placings.get(i);
                Placing second = placings.get(j);
                if (!first.service().name().equals(second.service().name())
                        && first.listener().equals(second.listener())
                        && first.hosts().stream().anyMatch(second.hosts()::contains)) {
                    overlap(first, second);
                }
            }
        }
    }

    private void overlap(Placing first, Placing second) {
        String one = first.service().namespace() + "/" + first.route();
        String other = second.service().namespace() + "/" + second.route();
        boolean wins = one.compareTo(other) > 0;
        var lost = new ArrayList<>(between(first, second, false, false, wins));
        lost.addAll(between(first, second, true, true, wins));
        lost.addAll(between(first, second, false, true, wins));
        lost.addAll(between(second, first, false, true, !wins));
        if (!lost.isEmpty()) {
            losses.add(
                    second.service().resource(),
                    HOSTS,
                    "it has a host in common with VirtualService "
                            + first.service().name()
                            + ", and rules of both take the same requests: their order counts"
                            + " here, and what they match in the Gateway API",
                    "Bring the rules together in one resource");
        }
    }

    private static List<Precedence.Lost> between(
            Placing first, Placing second, boolean all, boolean others, boolean wins) {
        return Precedence.between(
                first.matches().stream().filter(p -> isAll(p) == all).toList(),
                second.matches().stream().filter(p -> isAll(p) == others).toList(),
                wins);
    }

    private static boolean isAll(Placed match) {
        return match.form().equals(MatchForm.ALL);
    }
}

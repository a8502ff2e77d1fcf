package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.Backend.Refused;
import dev.heddle.compiler.attach.GatewayReading.SetOutcome;
import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.compiler.attach.MeshRoutes.ServiceRoute;
import dev.heddle.compiler.attach.RouteOutcome.Parent;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.gatewayapi.HttpRouteFilter.AuthProtocol;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.Listener.RouteNamespaces;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Attaches routes to their parents. Used once, and then dropped.
final class Attaching {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath PARENTS = SPEC.field("parentRefs");
    static final FieldPath DEFAULTS = SPEC.field("useDefaultGateways");

    private final Facts facts;
    private final XBackends external;
    private final Map<ResourceId, Edge> edges = new LinkedHashMap<>();
    private final List<ResourceId> defaults = new ArrayList<>();
    private final Map<ListenerKey, List<Attached>> attached = new HashMap<>();
    private final Map<Place, List<ServiceRoute<?>>> ofServices = new HashMap<>();
    private final List<RouteOutcome> outcomes = new ArrayList<>();
    private final Set<Backend> asked = new HashSet<>();

    /// A listener.
    record ListenerKey(ResourceId owner, FieldPath path) {}

    /// A route at a listener.
    record Attached(RouteType type, AttachedRoute<?> route) {}

    /// A parent at the edge of the mesh: a Gateway or a ListenerSet that is ours.
    ///
    /// @param refused why nothing can be attached to it; empty if something can
    private record Edge(
            String controller, List<AttachedListener> listeners, Optional<String> refused) {}

    /// A route on its way.
    ///
    /// @param all what its references come to at a Gateway
    /// @param ofMesh the same for clients of the mesh
    /// @param dropped rules that are not in force
    private record Candidate(
            RouteView view,
            Map<FieldPath, Backend> all,
            Map<FieldPath, Backend> ofMesh,
            Set<Integer> dropped) {
        AttachedRoute<?> at(FieldPath parent, List<Hostname> hostnames) {
            return new AttachedRoute<>(view.resource(), parent, hostnames, all, broken());
        }

        AttachedRoute<?> inMesh(FieldPath parent) {
            return new AttachedRoute<>(
                    view.resource(), parent, List.of(Hostname.ANY), ofMesh, broken());
        }

        private Set<Integer> broken() {
            return view.flaws().stream()
                    .filter(f -> f.reason() == Reason.IncompatibleFilters)
                    .map(RouteView.Flaw::rule)
                    .collect(Collectors.toSet());
        }

        boolean isFlawed() {
            return dropped.size() == view.rules() && !dropped.isEmpty();
        }
    }

    Attaching(Facts facts, XBackends external) {
        this.facts = facts;
        this.external = external;
    }

    /// A Gateway that is ours.
    void gateway(AttachedGateway gateway, String controller) {
        ResourceId id = gateway.resource().id();
        edges.put(
                id,
                new Edge(
                        controller,
                        gateway.listeners().stream()
                                .filter(l -> l.owner().id().equals(id))
                                .toList(),
                        Optional.empty()));
        if (gateway.resource().spec().isDefault()) {
            defaults.add(id);
        }
    }

    /// A ListenerSet of such a Gateway.
    void listenerSet(SetOutcome set, String controller) {
        edges.put(
                set.resource().id(),
                new Edge(
                        controller,
                        set.listeners(),
                        set.isAccepted()
                                ? Optional.empty()
                                : Optional.of(set.resource().id() + " is not accepted itself")));
    }

    /// Attaches all routes, the oldest first.
    void attach(List<RouteView> routes) {
        var atEdge = new References(facts, external, false);
        var inMesh = new References(facts, external, true);
        for (RouteView route : routes) {
            Set<Integer> dropped =
                    route.flaws().stream()
                            .map(RouteView.Flaw::rule)
                            .collect(Collectors.toCollection(TreeSet::new));
            attach(new Candidate(route, atEdge.of(route), inMesh.of(route), dropped));
        }
    }

    /// Who is asked by gRPC whether requests may pass.
    Set<Backend> asked() {
        return asked;
    }

    /// What each route comes to.
    List<RouteOutcome> outcomes() {
        return outcomes;
    }

    /// The routes at a listener.
    List<Attached> at(AttachedListener listener) {
        return attached.getOrDefault(
                new ListenerKey(listener.owner().id(), listener.path()), List.of());
    }

    /// The routes of services.
    MeshRoutes ofServices() {
        ofServices.values().removeIf(List::isEmpty);
        return new MeshRoutes(ofServices);
    }

    private void attach(Candidate route) {
        var parents = new ArrayList<Parent>();
        for (int i = 0; i < route.view().parents().size(); i++) {
            parent(route, route.view().parents().get(i), PARENTS.index(i)).ifPresent(parents::add);
        }
        if (route.view().wantsDefaults()) {
            atDefaults(route, parents);
        }
        for (RouteReference reference : route.view().references()) {
            if (reference instanceof RouteReference.Authorizer(FieldPath path, _, var by)
                    && by == AuthProtocol.GRPC) {
                Stream.of(route.all(), route.ofMesh())
                        .map(found -> found.get(path))
                        .forEach(asked::add);
            }
        }
        var refused = new LinkedHashMap<FieldPath, Refused>();
        boolean isOnlyOfMesh =
                parents.stream().allMatch(p -> p.controller().equals(GatewayApi.MESH_CONTROLLER));
        Map<FieldPath, Backend> all = isOnlyOfMesh ? route.ofMesh() : route.all();
        for (RouteReference reference : route.view().references()) {
            if (all.get(reference.path()) instanceof Refused why) {
                refused.put(reference.path(), why);
            }
        }
        outcomes.add(
                new RouteOutcome(route.view().resource(), parents, refused, route.view().flaws()));
    }

    /// Adds the default Gateways, as if the route named each of them. It asks for whichever there
    /// are: where one takes it, it is no mistake that others do not.
    private void atDefaults(Candidate route, List<Parent> parents) {
        for (ResourceId id : defaults) {
            if (route.view().parents().stream().noneMatch(p -> isWhole(route.view(), p, id))) {
                parent(route, reference(id), DEFAULTS).ifPresent(parents::add);
            }
        }
        boolean isTaken =
                parents.stream()
                        .filter(Parent::isAccepted)
                        .flatMap(p -> edge(route.view(), p.reference()).stream())
                        .anyMatch(defaults::contains);
        if (isTaken) {
            parents.replaceAll(p -> p.path().equals(DEFAULTS) ? p.unneeded() : p);
        }
    }

    /// Whether a reference is to all listeners of a Gateway.
    private static boolean isWhole(RouteView route, ParentReference parent, ResourceId gateway) {
        return parent.sectionName().isEmpty()
                && parent.port().isEmpty()
                && edge(route, parent).filter(gateway::equals).isPresent();
    }

    private static ParentReference reference(ResourceId gateway) {
        return new ParentReference(
                Optional.empty(),
                Optional.empty(),
                gateway.name(),
                Optional.of(gateway.namespace()),
                Optional.empty(),
                OptionalInt.empty());
    }

    /// Which Gateway or ListenerSet a reference names.
    static Optional<ResourceId> edge(RouteView route, ParentReference parent) {
        String namespace = parent.namespace().orElse(route.namespace());
        return Kinds.find(parent.groupOrGateways(), parent.kindOrGateway())
                .filter(k ->
                        k.equals(Kinds.KUBERNETES_GATEWAY)
                                || k.equals(Kinds.LISTENER_SET)
                                || k.equals(Kinds.X_LISTENER_SET))
                .map(k -> new ResourceId(k, namespace, parent.name()));
    }

    /// What comes of a route at a parent; empty where the parent is not ours.
    private Optional<Parent> parent(Candidate route, ParentReference parent, FieldPath path) {
        Optional<ResourceId> id = edge(route.view(), parent);
        if (id.isPresent()) {
            return Optional.ofNullable(edges.get(id.get()))
                    .map(edge ->
                            outcome(
                                    route,
                                    parent,
                                    path,
                                    edge.controller(),
                                    toEdge(route, parent, path, edge)));
        }
        return facts.parents(parent, route.view().namespace())
                .map(services ->
                        outcome(
                                route,
                                parent,
                                path,
                                GatewayApi.MESH_CONTROLLER,
                                toServices(route, parent, path, services)));
    }

    /// Why a route is not accepted; empty if it is.
    private Optional<Condition> toServices(
            Candidate route, ParentReference parent, FieldPath path, List<MeshService> services) {
        String kind = parent.kindOrGateway();
        if (route.view().type() == RouteType.UDP) {
            return Optional.of(
                    no(
                            Reason.UnsupportedValue,
                            "applications call services over UDP as if there were no mesh",
                            path.field("kind")));
        }
        if (services.isEmpty()) {
            return Optional.of(
                    no(
                            Reason.NoMatchingParent,
                            "there is no " + kind + " '" + parent.name() + "'",
                            path.field("name")));
        }
        if (route.isFlawed()) {
            return Optional.of(flawed(route));
        }
        boolean isAny = false;
        for (MeshService service : services) {
            List<Port> ports =
                    service.service().ports().stream().filter(p -> matches(parent, p)).toList();
            boolean isAll = parent.port().isEmpty() && parent.sectionName().isEmpty();
            isAny |= isAll || !ports.isEmpty();
            AttachedRoute<?> there = route.inMesh(path);
            var place = new Place(service.service().host(), service.service().namespace());
            List<ServiceRoute<?>> list = ofServices.computeIfAbsent(place, _ -> new ArrayList<>());
            if (isAll) {
                list.add(new ServiceRoute<>(route.view().type(), there, 0));
            } else {
                ports.forEach(
                        p -> list.add(new ServiceRoute<>(route.view().type(), there, p.number())));
            }
        }
        return isAny
                ? Optional.empty()
                : Optional.of(
                        no(
                                Reason.NoMatchingParent,
                                kind + " '" + parent.name() + "' has no such port",
                                path.field(parent.port().isPresent() ? "port" : "sectionName")));
    }

    private static boolean matches(ParentReference parent, Port port) {
        return (parent.port().isEmpty() || parent.port().getAsInt() == port.number())
                && parent.sectionName().map(port.name()::equals).orElse(true);
    }

    /// Why a route is not accepted; empty if it is.
    private Optional<Condition> toEdge(
            Candidate route, ParentReference parent, FieldPath path, Edge edge) {
        if (edge.refused().isPresent()) {
            return Optional.of(
                    no(Reason.NoMatchingParent, edge.refused().get(), path.field("name")));
        }
        List<AttachedListener> meant =
                edge.listeners().stream()
                        .filter(l ->
                                (parent.port().isEmpty() || parent.port().getAsInt() == l.port())
                                        && parent.sectionName()
                                                .map(l.spec().name()::equals)
                                                .orElse(true))
                        .toList();
        if (meant.isEmpty()) {
            return Optional.of(
                    no(
                            Reason.NoMatchingParent,
                            parent.kindOrGateway()
                                    + " '"
                                    + parent.name()
                                    + "' has no such listener (there are: "
                                    + names(edge.listeners())
                                    + ")",
                            path.field(parent.sectionName().isPresent() ? "sectionName" : "port")));
        }
        List<AttachedListener> allowing =
                meant.stream().filter(l -> allows(l, route.view())).toList();
        if (allowing.isEmpty()) {
            boolean isKind = meant.stream().noneMatch(l -> l.kinds().contains(route.view().type()));
            return Optional.of(
                    no(
                            Reason.NotAllowedByListeners,
                            isKind
                                    ? "no listener takes "
                                            + route.view().type().kind().name()
                                            + "s ("
                                            + shown(meant, path)
                                            + ")"
                                    : "no listener takes routes of the namespace '"
                                            + route.view().namespace()
                                            + "' ("
                                            + shown(meant, path)
                                            + ")",
                            path));
        }
        if (route.isFlawed()) {
            return Optional.of(flawed(route));
        }
        boolean isAny = false;
        for (AttachedListener listener : allowing) {
            List<Hostname> hostnames =
                    Hostnames.common(listener.hostname(), route.view().hostnames());
            if (!hostnames.isEmpty()) {
                isAny = true;
                attach(listener, route, path, hostnames);
            }
        }
        return isAny
                ? Optional.empty()
                : Optional.of(
                        no(
                                Reason.NoMatchingListenerHostname,
                                "no listener has a hostname in common with the route ("
                                        + shown(allowing, path)
                                        + ")",
                                SPEC.field("hostnames")));
    }

    private void attach(
            AttachedListener listener, Candidate route, FieldPath path, List<Hostname> hostnames) {
        List<Attached> there =
                attached.computeIfAbsent(
                        new ListenerKey(listener.owner().id(), listener.path()),
                        _ -> new ArrayList<>());
        ResourceId id = route.view().resource().id();
        // By two references a route is there once all the same.
        if (there.stream().noneMatch(a -> a.route().resource().id().equals(id))) {
            there.add(new Attached(route.view().type(), route.at(path, hostnames)));
        }
    }

    /// Some listeners of a Gateway; which Gateway it is, too, where the field does not say it.
    private static String shown(List<AttachedListener> listeners, FieldPath path) {
        return (path.equals(DEFAULTS) ? listeners.getFirst().owner().id() + ": " : "")
                + names(listeners);
    }

    private static String names(List<AttachedListener> listeners) {
        return listeners.stream().map(l -> l.spec().name()).collect(Collectors.joining(", "));
    }

    private boolean allows(AttachedListener listener, RouteView route) {
        if (!listener.kinds().contains(route.type())) {
            return false;
        }
        String own = listener.owner().metadata().namespace();
        return switch (listener.spec().routesFrom()) {
            case All -> true;
            case Same -> route.namespace().equals(own);
            case Selector ->
                    listener.spec()
                            .allowedRoutes()
                            .flatMap(Listener.AllowedRoutes::namespaces)
                            .flatMap(RouteNamespaces::selector)
                            .filter(s -> facts.namespaces().isChosen(route.namespace(), s))
                            .isPresent();
        };
    }

    private static Condition no(Reason reason, String message, FieldPath place) {
        return Condition.no(Condition.ACCEPTED, reason, message, place);
    }

    private static Condition flawed(Candidate route) {
        RouteView.Flaw flaw = route.view().flaws().getFirst();
        return no(flaw.reason(), flaw.message(), flaw.path());
    }

    private static Parent outcome(
            Candidate route,
            ParentReference parent,
            FieldPath path,
            String controller,
            Optional<Condition> unaccepted) {
        var conditions = new ArrayList<Condition>();
        conditions.add(
                unaccepted.orElseGet(() ->
                        Condition.yes(Condition.ACCEPTED, Reason.Accepted, "the route is taken")));
        conditions.add(
                resolved(
                        route.view(),
                        controller.equals(GatewayApi.MESH_CONTROLLER)
                                ? route.ofMesh()
                                : route.all()));
        if (unaccepted.isEmpty() && !route.dropped().isEmpty()) {
            RouteView.Flaw flaw = route.view().flaws().getFirst();
            conditions.add(
                    Condition.alas(
                            Condition.PARTLY,
                            flaw.reason(),
                            flaw.dropped(),
                            flaw.path(),
                            Severity.ERROR));
        }
        return new Parent(parent, path, controller, conditions);
    }

    private static Condition resolved(RouteView route, Map<FieldPath, Backend> all) {
        for (RouteReference reference : route.references()) {
            if (all.get(reference.path()) instanceof Refused(Reason reason, String message)) {
                return Condition.no(Condition.RESOLVED, reason, message, reference.path());
            }
        }
        return Condition.yes(
                Condition.RESOLVED,
                Reason.ResolvedRefs,
                "everything that the route names is there");
    }
}

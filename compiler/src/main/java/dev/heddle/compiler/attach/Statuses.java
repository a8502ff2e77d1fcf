package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.BackendPolicies.Outcome;
import dev.heddle.compiler.attach.GatewayReading.SetOutcome;
import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.gatewayapi.XMesh;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The `status` of every resource of the Gateway API that is ours, as its CRD has it. Immutable.
///
/// A condition in a status has what a world cannot know: the generation of its resource, and since
/// when it is as it is. Whoever shows a status gives it these: see [Stamp].
public final class Statuses {
    private static final int MOST_ANCESTORS = 16;
    private static final int MOST_PARENTS = 32;
    private static final Set<String> MESHES =
            Set.of(GatewayApi.MESH_CONTROLLER, "istio.io/mesh-controller");

    private final GatewayApi api;
    private final Map<ResourceId, Draft> drafts = new LinkedHashMap<>();

    /// What a condition has beside what it says.
    public interface Stamp {
        /// The condition as a tree.
        ///
        /// @param resource whose status it is in
        /// @param where of the status it is: the same text for the same place from world to world
        Node.Mapping condition(Resource<?> resource, String where, Condition condition);
    }

    /// A condition, and where it is.
    ///
    /// @param resource whose status it is in
    /// @param where of the status it is
    public record Told(Resource<?> resource, String where, Condition condition) {}

    /// A status before its conditions are stamped.
    private sealed interface Draft {
        record Plain(Resource<?> resource, List<Condition> conditions, List<String> features)
                implements Draft {}

        record OfGateway(AttachedGateway gateway) implements Draft {}

        record OfSet(SetOutcome set) implements Draft {}

        record OfRoute(RouteOutcome route) implements Draft {}

        record OfPolicy(Outcome policy, List<Node.Mapping> ancestors, String controller)
                implements Draft {}
    }

    Statuses(GatewayApi api) {
        this.api = api;
        for (Classes.Outcome one : api.classes().all()) {
            put(
                    one.resource(),
                    new Draft.Plain(one.resource(), one.conditions(), Features.OF_GATEWAYS));
        }
        for (Resource<XMesh> mesh : api.facts().resources().all(Kinds.X_MESH)) {
            if (MESHES.contains(mesh.spec().controllerName())) {
                put(mesh, new Draft.Plain(mesh, List.of(accepted(mesh)), Features.OF_MESHES));
            }
        }
        api.gateways().forEach(g -> put(g.resource(), new Draft.OfGateway(g)));
        api.listenerSets().forEach(s -> put(s.resource(), new Draft.OfSet(s)));
        api.routes().stream()
                .filter(r -> !r.parents().isEmpty())
                .forEach(r -> put(r.resource(), new Draft.OfRoute(r)));
        Map<Place, Set<ResourceId>> users = users();
        api.outcomes().forEach(p -> put(p.resource(), policy(p, users)));
    }

    private void put(Resource<?> resource, Draft draft) {
        drafts.put(resource.id(), draft);
    }

    private Condition accepted(Resource<XMesh> mesh) {
        return mesh.spec()
                .parametersRef()
                .filter(p -> !Classes.isKnown(api.facts().resources(), p, p.namespace().orElse("")))
                .map(p ->
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.InvalidParameters,
                                Classes.unknown(p),
                                FieldPath.of("spec", "parametersRef")))
                .orElseGet(() ->
                        Condition.yes(Condition.ACCEPTED, Reason.Accepted, "this is the mesh"));
    }

    /// Which Gateways lead requests to a service.
    private Map<Place, Set<ResourceId>> users() {
        var users = new LinkedHashMap<Place, Set<ResourceId>>();
        for (AttachedGateway gateway : api.gateways()) {
            for (AttachedListener listener : gateway.listeners()) {
                listener.routes()
                        .all()
                        .flatMap(r -> r.backends().values().stream())
                        .forEach(b -> {
                            if (b instanceof Backend.To to) {
                                users.computeIfAbsent(
                                                new Place(to.host(), to.namespace()),
                                                _ -> new LinkedHashSet<>())
                                        .add(gateway.resource().id());
                            }
                        });
            }
        }
        return users;
    }

    /// The ancestors of a policy are the Gateways that lead requests to its services; where there
    /// are none, the services themselves, for the mesh.
    private Draft policy(Outcome policy, Map<Place, Set<ResourceId>> users) {
        Set<ResourceId> gateways = new TreeSet<>();
        boolean isOfGateways = !policy.resource().kind().equals(Kinds.X_BACKEND_TRAFFIC_POLICY);
        if (isOfGateways) {
            policy.targets().forEach(t -> gateways.addAll(users.getOrDefault(t, Set.of())));
        }
        List<Node.Mapping> ancestors =
                gateways.isEmpty()
                        ? policy.references().stream()
                                .map(r ->
                                        reference(
                                                r.group(),
                                                r.kind(),
                                                policy.resource().metadata().namespace(),
                                                r.name()))
                                .distinct()
                                .limit(MOST_ANCESTORS)
                                .toList()
                        : gateways.stream()
                                .limit(MOST_ANCESTORS)
                                .map(id ->
                                        reference(
                                                id.kind().group(),
                                                id.kind().name(),
                                                id.namespace(),
                                                id.name()))
                                .toList();
        return new Draft.OfPolicy(
                policy,
                ancestors,
                gateways.isEmpty() ? GatewayApi.MESH_CONTROLLER : controller(gateways));
    }

    private String controller(Set<ResourceId> gateways) {
        ResourceId first = gateways.iterator().next();
        return api.facts()
                .resources()
                .find(Kinds.KUBERNETES_GATEWAY, first.namespace(), first.name())
                .flatMap(g -> api.classes().controller(g.spec().gatewayClassName()))
                .orElse(Classes.CONTROLLER);
    }

    private static Node.Mapping reference(
            String group, String kind, String namespace, String name) {
        return Node.Mapping.EMPTY
                .with("group", group)
                .with("kind", kind)
                .with("namespace", namespace)
                .with("name", name);
    }

    /// The status of a resource; empty where it has none: another controller's, or of a kind
    /// without.
    public Optional<Node.Mapping> of(ResourceId id, Stamp stamp) {
        return Optional.ofNullable(drafts.get(id)).map(draft -> write(draft, stamp));
    }

    /// The resources that have one.
    public Set<ResourceId> resources() {
        return drafts.keySet();
    }

    private Node.Mapping write(Draft draft, Stamp stamp) {
        return switch (draft) {
            case Draft.Plain(Resource<?> resource, List<Condition> conditions, List<String> list) ->
                    Node.Mapping.EMPTY
                            .with("conditions", conditions(resource, "", conditions, stamp))
                            .with(
                                    "supportedFeatures",
                                    list.stream()
                                            .map(f -> Node.Mapping.EMPTY.with("name", f))
                                            .toList());
            case Draft.OfGateway(AttachedGateway gateway) -> gateway(gateway, stamp);
            case Draft.OfSet(SetOutcome set) ->
                    Node.Mapping.EMPTY
                            .with(
                                    "conditions",
                                    conditions(set.resource(), "", set.conditions(), stamp))
                            .with(
                                    "listeners",
                                    set.listeners().stream()
                                            .map(l -> listener(set.resource(), l, stamp))
                                            .toList());
            case Draft.OfRoute(RouteOutcome route) ->
                    Node.Mapping.EMPTY.with(
                            "parents",
                            route.parents().stream()
                                    .limit(MOST_PARENTS)
                                    .map(p -> parent(route.resource(), p, stamp))
                                    .toList());
            case Draft.OfPolicy(Outcome policy, List<Node.Mapping> ancestors, String controller) ->
                    Node.Mapping.EMPTY.with(
                            upwards(policy) + "s",
                            ancestors.stream()
                                    .map(a ->
                                            Node.Mapping.EMPTY
                                                    .with(upwards(policy) + "Ref", a)
                                                    .with("controllerName", controller)
                                                    .with(
                                                            "conditions",
                                                            conditions(
                                                                    policy.resource(),
                                                                    "",
                                                                    policy.conditions(),
                                                                    stamp)))
                                    .toList());
        };
    }

    /// What is above a policy, or an XBackend, is its ancestor. Of an XBackend as version 1.6
    /// writes it that version says parent.
    private static String upwards(Outcome policy) {
        boolean isOld =
                policy.resource().spec() instanceof XBackend backend
                        && backend.port().filter(p -> p.port().isPresent()).isPresent();
        return isOld ? "parent" : "ancestor";
    }

    private Node.Mapping gateway(AttachedGateway gateway, Stamp stamp) {
        Resource<Gateway> resource = gateway.resource();
        List<Node.Mapping> addresses =
                gateway.isAccepted()
                        ? new GatewayAddresses(api.facts(), resource)
                                .shown().stream()
                                        .map(a ->
                                                Node.Mapping.EMPTY
                                                        .with("type", a.type())
                                                        .with("value", a.value()))
                                        .toList()
                        : List.of();
        return Node.Mapping.EMPTY
                .with("addresses", addresses)
                .with("attachedListenerSets", gateway.listenerSets())
                .with("conditions", conditions(resource, "", gateway.conditions(), stamp))
                .with(
                        "listeners",
                        gateway.listeners().stream()
                                .filter(l -> l.owner().id().equals(resource.id()))
                                .map(l -> listener(resource, l, stamp))
                                .toList());
    }

    private static Node.Mapping listener(
            Resource<?> owner, AttachedListener listener, Stamp stamp) {
        return Node.Mapping.EMPTY
                .with("name", listener.spec().name())
                .with("attachedRoutes", listener.routes().count())
                .with(
                        "supportedKinds",
                        listener.kinds().stream()
                                .map(k ->
                                        Node.Mapping.EMPTY
                                                .with("group", k.kind().group())
                                                .with("kind", k.kind().name()))
                                .toList())
                .with(
                        "conditions",
                        conditions(owner, where(listener), listener.conditions(), stamp));
    }

    private static String where(AttachedListener listener) {
        return "listeners/" + listener.spec().name();
    }

    private static Node.Mapping parent(Resource<?> route, RouteOutcome.Parent parent, Stamp stamp) {
        return Node.Mapping.EMPTY
                .with("parentRef", written(parent.reference()))
                .with("controllerName", parent.controller())
                .with("conditions", conditions(route, where(parent), parent.conditions(), stamp));
    }

    private static String where(RouteOutcome.Parent parent) {
        return "parents/" + parent.reference();
    }

    /// As it is written, with the defaults of its CRD.
    private static Node.Mapping written(ParentReference ref) {
        Node.Mapping written =
                Node.Mapping.EMPTY
                        .with("group", ref.groupOrGateways())
                        .with("kind", ref.kindOrGateway())
                        .with("name", ref.name());
        if (ref.namespace().isPresent()) {
            written = written.with("namespace", ref.namespace().get());
        }
        if (ref.sectionName().isPresent()) {
            written = written.with("sectionName", ref.sectionName().get());
        }
        return ref.port().isPresent() ? written.with("port", ref.port().getAsInt()) : written;
    }

    private static List<Node.Mapping> conditions(
            Resource<?> resource, String where, List<Condition> conditions, Stamp stamp) {
        return conditions.stream().map(c -> stamp.condition(resource, where, c)).toList();
    }

    /// Every condition of every status.
    public List<Told> told() {
        var told = new ArrayList<Told>();
        for (Draft draft : drafts.values()) {
            switch (draft) {
                case Draft.Plain(Resource<?> resource, List<Condition> conditions, _) ->
                        add(resource, "", conditions, told);
                case Draft.OfGateway(AttachedGateway gateway) -> {
                    add(gateway.resource(), "", gateway.conditions(), told);
                    gateway.listeners().stream()
                            .filter(l -> l.owner().id().equals(gateway.resource().id()))
                            .forEach(l -> add(l.owner(), where(l), l.conditions(), told));
                }
                case Draft.OfSet(SetOutcome set) -> {
                    add(set.resource(), "", set.conditions(), told);
                    set.listeners().forEach(l -> add(l.owner(), where(l), l.conditions(), told));
                }
                case Draft.OfRoute(RouteOutcome route) ->
                        route.parents()
                                .forEach(
                                        p -> add(route.resource(), where(p), p.conditions(), told));
                case Draft.OfPolicy(Outcome policy, _, _) ->
                        add(policy.resource(), "", policy.conditions(), told);
            }
        }
        return told;
    }

    private static void add(
            Resource<?> resource, String where, List<Condition> conditions, List<Told> told) {
        conditions.forEach(c -> told.add(new Told(resource, where, c)));
    }

    /// A condition without what a world cannot know.
    ///
    /// @param generation of its resource
    public static Node.Mapping written(Condition condition, long generation) {
        return Node.Mapping.EMPTY
                .with("type", condition.type())
                .with("status", condition.status().name())
                .with("reason", condition.reason().name())
                .with("message", condition.message())
                .with("observedGeneration", generation);
    }
}

package dev.heddle.compiler.select;

import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import dev.heddle.model.tree.Node.Mapping;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The rules of a world's VirtualServices and of its routes of the Gateway API, each with a name
/// that follows what it says.
///
/// A rule is what a hit is counted for: a match of an HTTP rule (the rule itself where it has no
/// match), a match of a TLS rule, a TCP rule; so, too, of a route's. Its place, `spec.http[2]`, is
/// another rule's as soon as somebody puts one before it, and proxies may run what was there until
/// then. So a rule is counted under a hash of what it says: of the match, and of everything in the
/// rule but its other matches. Comments, spaces and the rule's place don't count; of rules of one
/// resource that say the same, the second has another name. Immutable.
public final class RuleNames {
    private static final int ID_BYTES = 6;
    private static final String MATCH = "match";
    private static final String MATCHES = "matches";

    private final VirtualServices services;
    private final List<Resource<?>> routes;
    private final Kept<Same<Resource<?>>, Map<String, String>> kept;
    private final Map<String, Map<String, String>> ids;

    private RuleNames(
            VirtualServices services,
            List<Resource<?>> routes,
            Kept<Same<Resource<?>>, Map<String, String>> kept) {
        this.services = services;
        this.routes = routes;
        this.kept = kept;
        var byResource = new HashMap<String, Map<String, String>>();
        for (BoundVirtualService service : services.all()) {
            Resource<VirtualService> resource = service.resource();
            byResource.put(
                    resource.id().toString(), kept.get(Same.as(resource), it -> idsOf(it.get())));
        }
        for (Resource<?> route : routes) {
            byResource.put(route.id().toString(), kept.get(Same.as(route), it -> idsOf(it.get())));
        }
        this.ids = Map.copyOf(byResource);
    }

    /// One of them.
    ///
    /// @param origin where it stands
    /// @param id a dozen hexadecimal digits, unlike those of the same resource's other rules
    public record Rule(Origin origin, String id) {}

    static RuleNames of(VirtualServices services, Resources resources) {
        return new RuleNames(services, routes(resources), Kept.none());
    }

    /// Those of other resources. A resource that is the very same has the names that it had.
    @SuppressWarnings("ReferenceEquality") // the very same have the same names
    RuleNames next(VirtualServices others, Resources resources) {
        List<Resource<?>> otherRoutes = routes(resources);
        return others == services && Same.each(otherRoutes).equals(Same.each(routes))
                ? this
                : new RuleNames(others, otherRoutes, kept.next());
    }

    /// Routes of the Gateway API.
    private static List<Resource<?>> routes(Resources resources) {
        var all = new ArrayList<Resource<?>>();
        all.addAll(resources.all(Kinds.HTTP_ROUTE));
        all.addAll(resources.all(Kinds.GRPC_ROUTE));
        all.addAll(resources.all(Kinds.TLS_ROUTE));
        all.addAll(resources.all(Kinds.TCP_ROUTE));
        return all;
    }

    /// All of them, each once, those of one resource in its order.
    public Collection<Rule> all() {
        Set<Origin> delegatedTo = delegatedTo(services);
        var all = new LinkedHashMap<Origin, Rule>();
        for (BoundVirtualService service : services.all()) {
            for (HttpRule rule : service.http()) {
                // What is said elsewhere of a rule that is delegated to is there in its stead.
                if (!service.isDelegate() || !delegatedTo.contains(rule.origin())) {
                    List<Origin> places =
                            rule.matches().isEmpty() ? List.of(rule.origin()) : rule.matches();
                    places.forEach(place -> add(place, all));
                }
            }
            List<FieldPath> others = bytes(service.resource().spec());
            others.forEach(path -> add(service.resource().origin(path), all));
        }
        for (Resource<?> route : routes) {
            places(route).forEach(path -> add(route.origin(path), all));
        }
        return List.copyOf(all.values());
    }

    /// Where the rules of a route stand: at their matches, if they have some.
    private static List<FieldPath> places(Resource<?> route) {
        return switch (route.spec()) {
            case HttpRoute http ->
                    places(http.rules().stream().map(r -> r.matches().size()).toList());
            case GrpcRoute grpc ->
                    places(grpc.rules().stream().map(r -> r.matches().size()).toList());
            case TlsRoute tls -> places(tls.rules().stream().map(_ -> 0).toList());
            case TcpRoute tcp -> places(tcp.rules().stream().map(_ -> 0).toList());
            case null, default -> List.of();
        };
    }

    /// @param matches how many each rule has
    private static List<FieldPath> places(List<Integer> matches) {
        var paths = new ArrayList<FieldPath>();
        for (int i = 0; i < matches.size(); i++) {
            FieldPath rule = FieldPath.of("spec", "rules").index(i);
            if (matches.get(i) == 0) {
                paths.add(rule);
            }
            for (int j = 0; j < matches.get(i); j++) {
                paths.add(rule.field(MATCHES).index(j));
            }
        }
        return paths;
    }

    private void add(Origin place, Map<Origin, Rule> to) {
        String id = id(place);
        if (!id.isEmpty()) {
            to.putIfAbsent(place, new Rule(place, id));
        }
    }

    private static Set<Origin> delegatedTo(VirtualServices services) {
        var origins = new HashSet<Origin>();
        services.all().stream()
                .filter(vs -> !vs.isDelegate())
                .flatMap(vs -> vs.http().stream())
                .forEach(rule -> origins.add(rule.origin()));
        return origins;
    }

    private static List<FieldPath> bytes(VirtualService spec) {
        var paths = new ArrayList<FieldPath>();
        for (int i = 0; i < spec.tls().size(); i++) {
            for (int j = 0; j < spec.tls().get(i).match().size(); j++) {
                paths.add(FieldPath.of("spec", "tls").index(i).field(MATCH).index(j));
            }
        }
        for (int i = 0; i < spec.tcp().size(); i++) {
            paths.add(FieldPath.of("spec", "tcp").index(i));
        }
        return paths;
    }

    /// The name of the rule that stands there; empty where none does, or nobody wrote it.
    public String id(Origin origin) {
        return ids.getOrDefault(origin.resource(), Map.of())
                .getOrDefault(origin.path().toString(), "");
    }

    /// The names of one resource's rules, by their places.
    private static Map<String, String> idsOf(Resource<?> resource) {
        Node spec =
                resource.source() instanceof MadeResource.Source made
                        ? made.spec()
                        : ResourceWriter.written(resource)
                                .flatMap(root -> root.get("spec"))
                                .orElse(Mapping.EMPTY);
        var named = new Named();
        for (String protocol : List.of("http", "tls", "tcp", "rules")) {
            List<Node> rules = items(spec, protocol);
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i) instanceof Mapping rule) {
                    named.add(protocol, i, rule);
                }
            }
        }
        return named.ids;
    }

    private static List<Node> items(Node of, String key) {
        return of instanceof Mapping mapping
                        && mapping.get(key).orElse(null) instanceof Node.Sequence(var items, _)
                ? items
                : List.of();
    }

    /// The names that were given so far.
    private static final class Named {
        private final Map<String, String> ids = new HashMap<>();
        private final Map<String, Integer> alike = new HashMap<>();

        private void add(String protocol, int index, Mapping rule) {
            FieldPath path = FieldPath.of("spec", protocol).index(index);
            String match = protocol.equals("rules") ? MATCHES : MATCH;
            List<Node> matches = items(rule, match);
            if (matches.isEmpty() || protocol.equals("tcp")) {
                put(path, protocol + Json.compact(rule));
                return;
            }
            String rest = Json.compact(rule.with(match, ""));
            for (int j = 0; j < matches.size(); j++) {
                put(path.field(match).index(j), protocol + rest + Json.compact(matches.get(j)));
            }
        }

        private void put(FieldPath path, String content) {
            int earlier = alike.merge(content, 1, Integer::sum) - 1;
            ids.put(
                    path.toString(),
                    ContentHash.of(earlier == 0 ? content : content + earlier, ID_BYTES));
        }
    }
}

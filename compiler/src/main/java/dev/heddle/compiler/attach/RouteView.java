package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.gatewayapi.RouteRule;
import dev.heddle.model.kinds.Kinds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What routes of all kinds have in common.
///
/// @param rules how many there are
/// @param references whom it names in its rules
/// @param flaws values that nobody here can do
record RouteView(
        RouteType type,
        Resource<?> resource,
        List<ParentReference> parents,
        List<String> hostnames,
        boolean wantsDefaults,
        int rules,
        List<RouteReference> references,
        List<Flaw> flaws) {

    RouteView {
        flaws = List.copyOf(flaws);
    }

    /// The Gateway API's order of routes that are alike: the oldest first, then by namespace and
    /// name.
    static final Comparator<RouteView> OLDEST_FIRST =
            Comparator.comparing(
                            (RouteView r) -> r.resource().metadata().created().orElse(Instant.MIN))
                    .thenComparing(r ->
                            r.resource().metadata().namespace()
                                    + "/"
                                    + r.resource().metadata().name());

    static final FieldPath RULES = FieldPath.of("spec", "rules");

    /// A value that nobody here can do.
    ///
    /// @param rule index of its rule
    /// @param reason of the condition that tells it
    record Flaw(int rule, FieldPath path, String message, Reason reason) {
        /// That the rule is not in force, where others of the route are.
        String dropped() {
            return "Dropped Rule " + rule + ": " + message;
        }
    }

    /// All routes, the oldest first.
    static List<RouteView> all(Resources resources) {
        var views = new ArrayList<RouteView>();
        resources.all(Kinds.HTTP_ROUTE).forEach(r -> views.add(of(RouteType.HTTP, r, resources)));
        resources.all(Kinds.GRPC_ROUTE).forEach(r -> views.add(of(RouteType.GRPC, r, resources)));
        resources.all(Kinds.TLS_ROUTE).forEach(r -> views.add(of(RouteType.TLS, r, resources)));
        resources.all(Kinds.TCP_ROUTE).forEach(r -> views.add(of(RouteType.TCP, r, resources)));
        resources.all(Kinds.UDP_ROUTE).forEach(r -> views.add(of(RouteType.UDP, r, resources)));
        views.sort(OLDEST_FIRST);
        return views;
    }

    private static RouteView of(
            RouteType type, Resource<? extends Route<?>> route, Resources resources) {
        Route<?> spec = route.spec();
        var extensions = new RouteExtensions(resources, route.metadata().namespace());
        var references = new RouteReference.Collector();
        var values = new RouteFlaws();
        var flaws = new ArrayList<Flaw>();
        for (int i = 0; i < spec.rules().size(); i++) {
            RouteRule rule = spec.rules().get(i);
            references.rule(RULES.index(i), rule);
            values.rule(i, RULES.index(i), rule);
            flaws.addAll(extensions.flaws(i, RULES.index(i), rule));
        }
        flaws.addAll(values.toList());
        return new RouteView(
                type,
                route,
                spec.parentRefs(),
                spec.hostnames(),
                spec.wantsDefaults(),
                spec.rules().size(),
                references.toList(),
                flaws);
    }

    String namespace() {
        return resource.metadata().namespace();
    }
}

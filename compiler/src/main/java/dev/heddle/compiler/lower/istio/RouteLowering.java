package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.lower.alike.OnceOnly;
import dev.heddle.compiler.reuse.Row;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.RouteSemantics;
import dev.heddle.compiler.select.RuleNames;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Lowers a VirtualService's HTTP rules for one place of the mesh.
///
/// Conditions that are known before any request comes (gateway, the client's labels and namespace,
/// the port that is called) are decided here; the rest becomes a [RouteMatch].
public final class RouteLowering {
    private final Pieces pieces;
    private final Destinations destinations;
    private final ActionLowering actions;
    private final RuleNames names;
    private final String namespace;
    private final Map<String, String> labels;

    /// A VirtualService at one place.
    record Rule(Same<BoundVirtualService> service, String gateway, int port) {}

    /// @param namespace of the proxy
    /// @param labels of the proxy's workload
    /// @param pieces made before, and to keep
    RouteLowering(MeshIndex index, String namespace, Map<String, String> labels, Pieces pieces) {
        this.pieces = pieces;
        this.destinations = new Destinations(index, namespace, labels);
        this.actions = new ActionLowering(destinations, index.defaultRetry());
        this.names = index.ruleNames();
        this.namespace = namespace;
        this.labels = labels;
    }

    /// The routes, up to the first that takes everything. None when no rule is for that place.
    ///
    /// @param gateway as in `default/bookinfo-gateway`
    /// @param port that is called
    public List<Route> lower(BoundVirtualService service, String gateway, int port) {
        return pieces.rules
                .get(
                        new Rule(Same.as(service), gateway, port),
                        earlier -> destinations.still(earlier, service.destinations()),
                        _ ->
                                destinations.routes(
                                        service.destinations(), lowered(service, gateway, port)))
                .all();
    }

    /// The routes of each of the rules that are for services of the mesh, as [#lower] has them.
    List<List<Route>> lower(List<BoundVirtualService> services, OutboundTables.Place place) {
        List<Same<BoundVirtualService>> keys = Same.each(services);
        return pieces
                .outbound
                .get(
                        place,
                        earlier -> Optional.of(next(earlier, keys, place.port())),
                        _ -> next(Row.none(), keys, place.port()))
                .values()
                .stream()
                .map(Destinations.Routes::all)
                .toList();
    }

    private Row<Same<BoundVirtualService>, Destinations.Routes> next(
            Row<Same<BoundVirtualService>, Destinations.Routes> earlier,
            List<Same<BoundVirtualService>> services,
            int port) {
        return earlier.next(
                services,
                (service, routes) -> destinations.still(routes, service.get().destinations()),
                service ->
                        destinations.routes(
                                service.get().destinations(),
                                lowered(service.get(), BoundVirtualService.MESH, port)));
    }

    private List<Route> lowered(BoundVirtualService service, String gateway, int port) {
        var routes = new ArrayList<Route>();
        for (HttpRule rule : service.http()) {
            if (lower(service, rule, gateway, port, routes)) {
                break;
            }
        }
        return routes;
    }

    /// Whether nothing is left for the rules that follow.
    private boolean lower(
            BoundVirtualService service, HttpRule rule, String gateway, int port, List<Route> out) {
        Optional<RouteAction> action = actions.lower(rule, port);
        if (action.isEmpty()) {
            return false;
        }
        if (rule.spec().match().isEmpty()) {
            out.addAll(
                    OnceOnly.routes(
                            route(
                                    service,
                                    rule,
                                    "",
                                    "",
                                    RouteMatch.ALL,
                                    action.get(),
                                    rule.origin())));
            return true;
        }
        for (int j = 0; j < rule.spec().match().size(); j++) {
            HttpMatchRequest match = rule.spec().match().get(j);
            Optional<RouteMatch> lowered =
                    isHere(match, rule.namespace(), gateway, port)
                            ? Matches.lower(match, RouteSemantics.isOfSegments(service.resource()))
                            : Optional.empty();
            if (lowered.isPresent()) {
                Origin at = rule.matches().get(j);
                out.addAll(
                        OnceOnly.routes(
                                route(
                                        service,
                                        rule,
                                        match.name(),
                                        match.statPrefix(),
                                        lowered.get(),
                                        action.get(),
                                        at)));
                if (lowered.get().matchesEverything()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// @param namespace of the resource that the match stands in
    private boolean isHere(HttpMatchRequest match, String namespace, String gateway, int port) {
        if (match.port().isPresent() && match.port().getAsInt() != port) {
            return false;
        }
        if (!match.gateways().isEmpty()) {
            return match.gateways().stream()
                    .anyMatch(g -> BoundVirtualService.gateway(g, namespace).equals(gateway));
        }
        return labels.entrySet().containsAll(match.sourceLabels().entrySet())
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(this.namespace));
    }

    private Route route(
            BoundVirtualService service,
            HttpRule rule,
            String matchName,
            String statPrefix,
            RouteMatch match,
            RouteAction action,
            Origin origin) {
        String ruleName = rule.spec().name();
        String name = matchName.isEmpty() ? ruleName : ruleName + "." + matchName;
        return new Route(
                name.isEmpty() ? "default" : name,
                match,
                action,
                ActionLowering.headers(rule.spec()),
                statPrefix,
                features(rule, action),
                service.config(),
                names.id(origin),
                origin);
    }

    private List<HttpFeature> features(HttpRule rule, RouteAction action) {
        List<HttpFeature> said = Features.lower(rule.spec());
        if (!(action instanceof RouteAction.Forward forward)) {
            return said;
        }
        return destinations
                .session(forward.destinations())
                .map(session ->
                        Stream.<HttpFeature>concat(said.stream(), Stream.of(session)).toList())
                .orElse(said);
    }
}

package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lowers a VirtualService's HTTP rules for one place of the mesh.
///
/// Conditions that are known before any request comes (gateway, the client's labels and namespace,
/// the port that is called) are decided here; the rest becomes a [RouteMatch].
public final class RouteLowering {
    private final ActionLowering actions;
    private final String namespace;
    private final Map<String, String> labels;

    /// @param namespace of the proxy
    /// @param labels of the proxy's workload
    public RouteLowering(MeshIndex index, String namespace, Map<String, String> labels) {
        this.actions = new ActionLowering(new Destinations(index, namespace), index.defaultRetry());
        this.namespace = namespace;
        this.labels = labels;
    }

    /// The routes, up to the first that takes everything. None when no rule is for that place.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    /// @param port that is called
    public List<Route> lower(BoundVirtualService service, String gateway, int port) {
        var routes = new ArrayList<Route>();
        List<HttpRoute> rules = service.resource().spec().http();
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = FieldPath.of("spec", "http").index(i);
            if (lower(service, rules.get(i), path, gateway, port, routes)) {
                break;
            }
        }
        return routes;
    }

    /// Whether nothing is left for the rules that follow.
    private boolean lower(
            BoundVirtualService service,
            HttpRoute rule,
            FieldPath path,
            String gateway,
            int port,
            List<Route> out) {
        Optional<RouteAction> action = actions.lower(service, rule, path, port);
        if (action.isEmpty()) {
            return false;
        }
        if (rule.match().isEmpty()) {
            out.add(route(service, rule, "", RouteMatch.ALL, action.get(), path));
            return true;
        }
        for (int j = 0; j < rule.match().size(); j++) {
            HttpMatchRequest match = rule.match().get(j);
            Optional<RouteMatch> lowered =
                    isHere(match, service, gateway, port) ? Matches.lower(match) : Optional.empty();
            if (lowered.isPresent()) {
                FieldPath at = path.field("match").index(j);
                out.add(route(service, rule, match.name(), lowered.get(), action.get(), at));
                if (lowered.get().matchesEverything()) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isHere(
            HttpMatchRequest match, BoundVirtualService service, String gateway, int port) {
        if (match.port().isPresent() && match.port().getAsInt() != port) {
            return false;
        }
        if (!match.gateways().isEmpty()) {
            return match.gateways().stream()
                    .anyMatch(g ->
                            BoundVirtualService.gateway(g, service.namespace()).equals(gateway));
        }
        return labels.entrySet().containsAll(match.sourceLabels().entrySet())
                && (match.sourceNamespace().isEmpty() || match.sourceNamespace().equals(namespace));
    }

    private static Route route(
            BoundVirtualService service,
            HttpRoute rule,
            String matchName,
            RouteMatch match,
            RouteAction action,
            FieldPath path) {
        String name = matchName.isEmpty() ? rule.name() : rule.name() + "." + matchName;
        return new Route(
                name.isEmpty() ? "default" : name,
                match,
                action,
                ActionLowering.headers(rule),
                service.config(),
                service.resource().origin(path));
    }
}

package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// What policies may call the rule that a route is made of.
final class RouteTargets {
    /// Kinds of routes, as their paths in the Kubernetes API have them here.
    private static final Map<String, String> KINDS =
            Map.of(
                    "virtual-service", "VirtualService",
                    "httproute", "HTTPRoute",
                    "grpcroute", "GRPCRoute");

    private RouteTargets() {}

    /// A gateway's tables with each of the routes that requests come to from outside edited.
    static List<RouteConfiguration> edited(
            List<RouteConfiguration> tables, BiFunction<Route, VirtualHost, Route> edit) {
        return tables.stream()
                .map(table ->
                        table.with(
                                table.virtualHosts().stream()
                                        .map(host -> edited(host, edit))
                                        .toList()))
                .toList();
    }

    private static VirtualHost edited(
            VirtualHost host, BiFunction<Route, VirtualHost, Route> edit) {
        return host.entrances().isEmpty()
                ? host
                : host.with(host.routes().stream().map(it -> edit.apply(it, host)).toList());
    }

    /// What policies may name that are for a gateway's route, each step with what is equally near:
    /// the rule, the route, the listener or server, the gateway.
    static List<Set<PolicyTarget>> nearestFirst(Route route, VirtualHost host) {
        List<Set<PolicyTarget>> nearestFirst = new ArrayList<>(of(route));
        nearestFirst.add(Set.copyOf(host.entrances()));
        nearestFirst.add(
                host.entrances().stream().map(PolicyTarget::whole).collect(Collectors.toSet()));
        return nearestFirst;
    }

    /// The rule, then the routes that it stands in: one, or with a VirtualService that is delegated
    /// to two. None for what is no user's.
    private static List<Set<PolicyTarget>> of(Route route) {
        String[] path = route.config().split("/", -1);
        if (path.length != 8 || !KINDS.containsKey(path[6])) {
            return List.of();
        }
        String kind = KINDS.get(path[6]);
        var wholes = new HashSet<PolicyTarget>();
        wholes.add(new PolicyTarget(path[2], kind, path[5], path[7], ""));
        String[] own = route.origin().resource().split("[ /]", -1);
        if (own.length == 3 && own[0].equals(kind)) {
            wholes.add(new PolicyTarget(path[2], kind, own[1], own[2], ""));
        }
        Set<String> names = kind.equals("VirtualService") ? istio(route) : gatewayApi(route);
        Set<PolicyTarget> rules =
                wholes.stream()
                        .flatMap(whole ->
                                names.stream()
                                        .map(name ->
                                                new PolicyTarget(
                                                        whole.group(),
                                                        whole.kind(),
                                                        whole.namespace(),
                                                        whole.name(),
                                                        name)))
                        .collect(Collectors.toSet());
        return List.of(rules, Set.copyOf(wholes));
    }

    /// A route is named as in `shop/cart/checkout`.
    private static Set<String> gatewayApi(Route route) {
        return Set.of(route.name().substring(route.name().lastIndexOf('/') + 1));
    }

    /// A route is named after its rule, or as in `checkout.post` after that and its match; either
    /// may have a dot.
    private static Set<String> istio(Route route) {
        var names = new HashSet<String>();
        names.add(route.name());
        for (int dot = route.name().indexOf('.');
                dot > 0;
                dot = route.name().indexOf('.', dot + 1)) {
            names.add(route.name().substring(0, dot));
        }
        return names;
    }
}

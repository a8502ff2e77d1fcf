package dev.heddle.compiler.xds.patch;

import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.model.istio.EnvoyFilter.RouteConfigurationMatch;
import dev.heddle.model.istio.EnvoyFilter.RouteMatch;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Patches of route tables, virtual hosts and routes.
final class RoutePatches {
    private static final Edits<Route> ROUTES = new Edits<>(_ -> "");

    private final PatchRun run;
    private final PatchContext context;
    private final XdsType type;
    private final String resource;

    /// @param type of the resource that the table is, or is part of
    RoutePatches(PatchRun run, PatchContext context, XdsType type, String resource) {
        this.run = run;
        this.context = context;
        this.type = type;
        this.resource = resource;
    }

    static boolean any(PatchRun run) {
        return run.has(ApplyTo.ROUTE_CONFIGURATION)
                || run.has(ApplyTo.VIRTUAL_HOST)
                || run.has(ApplyTo.HTTP_ROUTE);
    }

    RouteConfiguration of(RouteConfiguration table) {
        RouteConfiguration merged = table;
        for (Patch patch : run.of(ApplyTo.ROUTE_CONFIGURATION)) {
            if (isFor(patch, merged)) {
                merged = new Merge(patch.replacesLists()).of(merged, patch.value().orElseThrow());
                run.touched(patch, type, resource);
            }
        }
        var hosts = new ArrayList<VirtualHost>();
        for (VirtualHost host : merged.getVirtualHostsList()) {
            VirtualHost patched = host(merged, host);
            if (!patched.getName().isEmpty()) {
                hosts.add(patched);
            }
        }
        for (Patch patch : run.of(ApplyTo.VIRTUAL_HOST)) {
            if (patch.operation() == Operation.ADD && isFor(patch, merged)) {
                hosts.add((VirtualHost) patch.value().orElseThrow());
                run.touched(patch, type, resource);
            }
        }
        return merged.toBuilder().clearVirtualHosts().addAllVirtualHosts(hosts).build();
    }

    /// Without a name when it is removed.
    private VirtualHost host(RouteConfiguration table, VirtualHost host) {
        VirtualHost patched = host;
        for (Patch patch : run.of(ApplyTo.VIRTUAL_HOST)) {
            if (patch.operation() == Operation.ADD
                    || !isFor(patch, table)
                    || !isFor(patch, patched)) {
                continue;
            }
            run.touched(patch, type, resource);
            if (patch.operation() == Operation.REMOVE) {
                return VirtualHost.getDefaultInstance();
            }
            patched =
                    patch.merges()
                            ? new Merge(patch.replacesLists())
                                    .of(patched, patch.value().orElseThrow())
                            : (VirtualHost) patch.value().orElseThrow();
        }
        return run.has(ApplyTo.HTTP_ROUTE) ? routes(table, patched) : patched;
    }

    private VirtualHost routes(RouteConfiguration table, VirtualHost host) {
        List<Patch> patches =
                run.of(ApplyTo.HTTP_ROUTE).stream()
                        .filter(patch -> isFor(patch, table) && isFor(patch, host))
                        .toList();
        List<Route> routes = new ArrayList<>();
        for (Route route : host.getRoutesList()) {
            Route patched = route;
            boolean isKept = true;
            for (Patch patch : patches) {
                boolean isMeant = isKept && isFor(patch, patched);
                if (isMeant && patch.operation() == Operation.REMOVE) {
                    run.touched(patch, type, resource);
                    isKept = false;
                } else if (isMeant && patch.merges()) {
                    run.touched(patch, type, resource);
                    patched =
                            new Merge(patch.replacesLists())
                                    .of(patched, patch.value().orElseThrow());
                }
            }
            if (isKept) {
                routes.add(patched);
            }
        }
        for (Patch patch : patches) {
            routes = inserted(routes, patch);
        }
        return host.toBuilder().clearRoutes().addAllRoutes(routes).build();
    }

    /// A route has to be there for another to be put beside it, or before all because of it.
    private List<Route> inserted(List<Route> routes, Patch patch) {
        boolean isInsertion =
                switch (patch.operation()) {
                    case ADD, INSERT_BEFORE, INSERT_AFTER, INSERT_FIRST -> true;
                    case INVALID, MERGE, REMOVE, REPLACE, MERGE_AND_REPLACE_LIST -> false;
                };
        if (!isInsertion) {
            return routes;
        }
        Optional<Predicate<Route>> meant = patch.route().map(_ -> route -> isFor(patch, route));
        boolean isMissing = meant.isPresent() && routes.stream().noneMatch(meant.get());
        if (isMissing && patch.operation() != Operation.ADD) {
            return routes;
        }
        return ROUTES.made(routes, patch, meant, (Route) patch.value().orElseThrow())
                .map(changed -> {
                    run.touched(patch, type, resource);
                    return changed;
                })
                .orElse(routes);
    }

    private boolean isFor(Patch patch, RouteConfiguration table) {
        if (!patch.isIn(context)) {
            return false;
        }
        if (patch.routes().isEmpty()) {
            return true;
        }
        RouteConfigurationMatch match = patch.routes().get();
        String name = dev.heddle.compiler.ir.RouteConfiguration.plainName(table.getName());
        if (!match.name().isEmpty() && !match.name().equals(name)) {
            return false;
        }
        var named = TableName.of(name);
        boolean isOnPort = match.portNumber() == 0 || match.portNumber() == named.port();
        return context == PatchContext.GATEWAY
                ? isOnPort
                        && (match.portName().isEmpty() || match.portName().equals(named.portName()))
                        && (match.gateway().isEmpty() || match.gateway().equals(named.gateway()))
                : isOnPort;
    }

    private static boolean isFor(Patch patch, VirtualHost host) {
        return patch.routes()
                .map(RouteConfigurationMatch::vhost)
                .map(match ->
                        (match.name().isEmpty() || match.name().equals(host.getName()))
                                && (match.domainName().isEmpty()
                                        || host.getDomainsList().contains(match.domainName())))
                .orElse(true);
    }

    private static boolean isFor(Patch patch, Route route) {
        return patch.route().map(match -> isMeant(match, route)).orElse(true);
    }

    private static boolean isMeant(RouteMatch match, Route route) {
        if (!match.name().isEmpty() && !match.name().equals(route.getName())) {
            return false;
        }
        return switch (match.action()) {
            case ANY -> true;
            case ROUTE -> route.hasRoute();
            case REDIRECT -> route.hasRedirect();
            case DIRECT_RESPONSE -> route.hasDirectResponse();
        };
    }

    /// What the name of a route table says: `80`, `inbound|9080||`, `http.8080`,
    /// `https.443.https.bookinfo-gateway.default`.
    private record TableName(int port, String portName, String gateway) {
        static TableName of(String name) {
            String[] parts = name.split("[.]", -1);
            if (name.startsWith("inbound|")) {
                return new TableName(port(name.split("[|]", -1)[1]), "", "");
            }
            if (parts.length == 2 && parts[0].equals("http")) {
                return new TableName(port(parts[1]), "", "");
            }
            if (parts.length == 5 && parts[0].equals("https")) {
                return new TableName(port(parts[1]), parts[2], parts[4] + "/" + parts[3]);
            }
            return new TableName(port(name), "", "");
        }

        private static int port(String text) {
            return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        }
    }
}

package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Tells listeners whom the routes of their tables have asked: a filter is a listener's, and only
/// wakes it is a route's.
final class AskedServices {
    private final Map<String, List<Authorizer>> byTable = new HashMap<>();

    private AskedServices(List<RouteConfiguration> tables) {
        for (RouteConfiguration table : tables) {
            SortedMap<String, Authorizer> asked = asked(table);
            if (!asked.isEmpty()) {
                byTable.put(table.name(), List.copyOf(asked.values()));
            }
        }
    }

    /// The listeners, with those whom their tables have asked.
    static List<Listener> told(List<Listener> listeners, List<RouteConfiguration> tables) {
        var services = new AskedServices(tables);
        return services.byTable.isEmpty()
                ? listeners
                : listeners.stream().map(l -> l.chains(services::told)).toList();
    }

    private FilterChain told(FilterChain chain) {
        return chain.handling() instanceof Handling.Http http
                        && http.routes() instanceof Routes.Named(String table)
                        && byTable.containsKey(table)
                ? chain.with(http.asking(byTable.get(table)))
                : chain;
    }

    private static SortedMap<String, Authorizer> asked(RouteConfiguration table) {
        var asked = new TreeMap<String, Authorizer>();
        for (VirtualHost host : table.virtualHosts()) {
            for (Route route : host.routes()) {
                for (HttpFeature feature : route.features()) {
                    if (feature instanceof HttpFeature.ExtAuthz(Authorizer authorizer)) {
                        asked.put(authorizer.name(), authorizer);
                    }
                }
            }
        }
        return asked;
    }
}

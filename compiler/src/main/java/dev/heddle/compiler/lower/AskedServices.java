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
import dev.heddle.compiler.select.ContentHash;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Tells listeners whom the routes of their tables have asked: a filter is a listener's, and only
/// wakes it is a route's.
///
/// A listener that changes drains its connections, and proxies pass what a route wants of a filter
/// that its listener has not. So the name of a table says who is asked, too: connections of the
/// listener before keep the table before, and nothing passes that somebody was to be asked about.
final class AskedServices {
    private static final int NAME_BYTES = 4;
    private static final String LIMITS = "local_ratelimit";

    private final Map<String, Asked> byTable = new HashMap<>();

    /// @param table its name
    /// @param limits whether some of its routes have limits
    private record Asked(String table, List<Authorizer> services, boolean limits) {}

    private AskedServices(List<RouteConfiguration> tables) {
        for (RouteConfiguration table : tables) {
            SortedMap<String, Authorizer> services = services(table);
            var filters = new TreeSet<>(services.keySet());
            filters.addAll(filters(table));
            if (!filters.isEmpty()) {
                String plain = RouteConfiguration.plainName(table.name());
                String hash = ContentHash.of(String.join(" ", filters), NAME_BYTES);
                byTable.put(
                        plain,
                        new Asked(
                                RouteConfiguration.named(plain, hash),
                                List.copyOf(services.values()),
                                filters.contains(LIMITS)));
            }
        }
    }

    /// Those of the tables, under the names that they have, or will get.
    static AskedServices of(List<RouteConfiguration> tables) {
        return new AskedServices(tables);
    }

    /// The tables, under their names.
    List<RouteConfiguration> tables(List<RouteConfiguration> tables) {
        return byTable.isEmpty()
                ? tables
                : tables.stream()
                        .map(t -> {
                            Asked asked = byTable.get(RouteConfiguration.plainName(t.name()));
                            return asked == null ? t : t.called(asked.table());
                        })
                        .toList();
    }

    /// The listeners, with those whom their tables have asked.
    List<Listener> listeners(List<Listener> listeners) {
        return byTable.isEmpty()
                ? listeners
                : listeners.stream().map(l -> l.chains(this::told)).toList();
    }

    private FilterChain told(FilterChain chain) {
        if (chain.handling() instanceof Handling.Http http
                && http.routes() instanceof Routes.Named(String table)) {
            Asked asked = byTable.get(table);
            return asked == null
                    ? chain
                    : chain.with(http.asking(asked.table(), asked.services(), asked.limits()));
        }
        return chain;
    }

    /// The filters that are there for routes which want them: to which callers show who they are,
    /// and which count requests.
    private static Set<String> filters(RouteConfiguration table) {
        var filters = new TreeSet<String>();
        for (VirtualHost host : table.virtualHosts()) {
            for (Route route : host.routes()) {
                for (HttpFeature feature : route.features()) {
                    if (feature instanceof HttpFeature.BasicAuth basic) {
                        filters.add("basic_auth " + basic.userHeader());
                    } else if (feature instanceof HttpFeature.ApiKeyAuth) {
                        filters.add("api_key_auth");
                    } else if (feature instanceof HttpFeature.Oidc) {
                        filters.add("oauth2");
                    } else if (feature instanceof HttpFeature.RateLimit) {
                        filters.add(LIMITS);
                    }
                }
            }
        }
        return filters;
    }

    private static SortedMap<String, Authorizer> services(RouteConfiguration table) {
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

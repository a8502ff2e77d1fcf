package dev.heddle.proxy;

import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.route.table.CompiledRoutes;
import dev.heddle.proxy.tls.TlsContexts;
import dev.heddle.proxy.tls.TlsState;
import java.util.HashMap;
import java.util.Map;

/// A configuration with what is compiled from it once for all workers. Immutable.
///
/// @param tables the compiled route tables, by name
/// @param tls what connections are secured with
record ActiveState(ProxyConfig config, Map<String, RouteTable> tables, TlsState tls) {

    static final ActiveState EMPTY = new ActiveState(ProxyConfig.EMPTY, Map.of(), TlsState.EMPTY);

    ActiveState {
        tables = Map.copyOf(tables);
    }

    /// Compiles what changed; the rest is taken over.
    ActiveState next(ProxyConfig next, TlsContexts contexts) {
        var compiled = new HashMap<String, RouteTable>();
        next.routes()
                .forEach((name, table) -> {
                    RouteConfig before = config.routes().get(name);
                    RouteTable known = tables.get(name);
                    compiled.put(
                            name,
                            known != null && table.equals(before)
                                    ? known
                                    : CompiledRoutes.of(table));
                });
        return new ActiveState(
                next,
                compiled,
                contexts.next(tls, next.downstreamTls(), next.upstreamTls(), next.secrets()));
    }
}

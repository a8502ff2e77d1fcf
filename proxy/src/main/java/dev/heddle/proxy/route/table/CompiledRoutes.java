package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A route configuration, ready to be asked by all workers. Immutable.
public final class CompiledRoutes implements RouteTable {

    private final VirtualHostIndex<CompiledHost> hosts;
    private final boolean ignorePort;
    private final List<HeaderName> internalOnlyHeaders;

    private final String version;

    private CompiledRoutes(
            VirtualHostIndex<CompiledHost> hosts,
            boolean ignorePort,
            List<HeaderName> internalOnlyHeaders,
            String version) {
        this.version = version;
        this.hosts = hosts;
        this.ignorePort = ignorePort;
        this.internalOnlyHeaders = internalOnlyHeaders;
    }

    /// Compiles a configuration.
    public static CompiledRoutes of(RouteConfig config) {
        Map<String, CompiledHost> domains = new HashMap<>();
        for (RouteConfig.VirtualHost host : config.virtualHosts()) {
            var compiled = new CompiledHost(host, config);
            host.domains().forEach(domain -> domains.put(domain, compiled));
        }
        return new CompiledRoutes(
                new VirtualHostIndex<>(domains),
                config.ignorePort(),
                config.internalOnlyHeaders().stream().map(HeaderName::of).toList(),
                config.version().text());
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public List<HeaderName> internalOnlyHeaders() {
        return internalOnlyHeaders;
    }

    @Override
    public @Nullable RouteEntry match(RequestHead request, RandomGenerator random) {
        return match(request, null, null, random, RuntimeValues.NONE);
    }

    @Override
    public @Nullable RouteEntry match(
            RequestHead request,
            @Nullable Map<String, ?> metadata,
            @Nullable TlsSession session,
            RandomGenerator random,
            RuntimeValues values) {
        CompiledHost host = host(request);
        return host == null ? null : host.match(request, metadata, session, random, values);
    }

    /// The virtual cluster that a request counts for; null for none.
    @Nullable String virtualCluster(RequestHead request) {
        CompiledHost host = host(request);
        return host == null ? null : host.virtualCluster(request);
    }

    private @Nullable CompiledHost host(RequestHead request) {
        String authority = request.authority();
        return hosts.find(ignorePort ? withoutPort(authority) : authority);
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > 0 && colon > authority.lastIndexOf(']');
        // An IPv6 address without brackets has colons and no port.
        return port && (authority.indexOf(':') == colon || authority.startsWith("["))
                ? authority.substring(0, colon)
                : authority;
    }
}

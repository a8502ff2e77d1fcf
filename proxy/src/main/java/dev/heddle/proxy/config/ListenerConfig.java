package dev.heddle.proxy.config;

import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.observe.ListenerFacts;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.quic.QuicSettings;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.proxy.tracing.TracingConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// Where connections are taken (`envoy.config.listener.v3.Listener`).
///
/// @param name unique in the proxy
/// @param binding its sockets
/// @param filters what looks at a connection first
/// @param chains what then becomes of it
/// @param direction which side of the workload the connections are on
/// @param bufferLimitBytes how much is buffered of a connection before its sender is paused
/// @param statPrefix of its meters, `listener.<prefix>.`; empty takes the address
/// @param drainsWhenFailing whether connections are given up one by one while an operator has the
///   proxy say that it fails (`drain_type`)
/// @param bypassesOverload whether its clients are served as if nothing ran short
///   (`bypass_overload_manager`)
/// @param datagrams what is done with datagrams, where it takes those; then it takes no connections
///   and has no chains
/// @param quic how QUIC is spoken, where its connections come over that
/// @param accessLogs who is told how its connections ended (`access_log`)
/// @param metadata what it says of itself, for logs
/// @param version as the control plane calls it as it is now
public record ListenerConfig(
        String name,
        Binding binding,
        ListenerFilters filters,
        FilterChains chains,
        Direction direction,
        int bufferLimitBytes,
        String statPrefix,
        boolean drainsWhenFailing,
        boolean bypassesOverload,
        Optional<DatagramConfig> datagrams,
        Optional<QuicSettings> quic,
        List<AccessLogConfig> accessLogs,
        Metadata metadata,
        ResourceVersion version) {

    /// One that drains as Envoy's default is.
    public ListenerConfig(
            String name,
            Binding binding,
            ListenerFilters filters,
            FilterChains chains,
            Direction direction,
            int bufferLimitBytes,
            String statPrefix) {
        this(
                name,
                binding,
                filters,
                chains,
                direction,
                bufferLimitBytes,
                statPrefix,
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Metadata.NONE,
                ResourceVersion.NONE);
    }

    /// Envoy's `per_connection_buffer_limit_bytes` when none is set.
    public static final int BUFFER_LIMIT = 1 << 20;

    /// Which side of the workload connections are on.
    public enum Direction {
        /// Not said.
        UNSPECIFIED,
        /// To the workload.
        INBOUND,
        /// From the workload.
        OUTBOUND
    }

    public ListenerConfig {
        accessLogs = List.copyOf(accessLogs);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
        if (chains.all().isEmpty() == datagrams.isEmpty()) {
            throw new IllegalArgumentException(
                    "chains: "
                            + chains.all().size()
                            + " (expected: some, or none where datagrams are taken)");
        }
    }

    /// The same under the name that the control plane has for it as it is now.
    ListenerConfig at(String text) {
        return new ListenerConfig(
                name,
                binding,
                filters,
                chains,
                direction,
                bufferLimitBytes,
                statPrefix,
                drainsWhenFailing,
                bypassesOverload,
                datagrams,
                quic,
                accessLogs,
                metadata,
                new ResourceVersion(text));
    }

    /// What logs say of it and of one of its chains.
    public ListenerFacts facts(FilterChainConfig chain) {
        return facts(chain.metadata());
    }

    /// What logs say of it where no chain took the connection.
    public ListenerFacts facts() {
        return facts(Metadata.NONE);
    }

    private ListenerFacts facts(Metadata ofChain) {
        return new ListenerFacts(
                version.text(),
                switch (direction) {
                    case UNSPECIFIED -> "";
                    case INBOUND -> "inbound";
                    case OUTBOUND -> "outbound";
                },
                metadata,
                ofChain);
    }

    /// Whether its sockets are for datagrams.
    public boolean isOfDatagrams() {
        return datagrams.isPresent() || quic.isPresent();
    }

    /// The first of its addresses.
    public InetSocketAddress address() {
        return binding.addresses().getFirst();
    }

    /// Whether another version differs in nothing but what becomes of connections, so that those of
    /// chains that are in both may live on.
    public boolean differsInChainsOnly(ListenerConfig other) {
        return equals(
                new ListenerConfig(
                        other.name,
                        other.binding,
                        other.filters,
                        chains,
                        other.direction,
                        other.bufferLimitBytes,
                        other.statPrefix,
                        other.drainsWhenFailing,
                        other.bypassesOverload,
                        other.datagrams,
                        other.quic,
                        accessLogs,
                        metadata,
                        version));
    }

    /// How its connections are secured.
    public List<DownstreamTls> tls() {
        return chains.all().stream().flatMap(chain -> chain.tls().stream()).distinct().toList();
    }

    /// The secrets that it asks for by name, with those of the route tables that it holds itself.
    public List<SecretRef> secrets() {
        return Stream.of(
                        tls().stream().flatMap(tls -> tls.secrets().stream()),
                        httpFilters().flatMap(spec -> spec.needs().secrets().stream()),
                        heldTables().flatMap(table -> table.secrets().stream()))
                .flatMap(Function.identity())
                .distinct()
                .toList();
    }

    private Stream<RouteConfig> heldTables() {
        return handlings()
                .flatMap(handling ->
                        handling instanceof FilterChainConfig.Handling.Http(var manager)
                                        && manager.routes()
                                                instanceof
                                                HttpConnectionManagerConfig.Routes.Held(var table)
                                ? Stream.of(table)
                                : Stream.of());
    }

    private Stream<FilterSpec<?>> httpFilters() {
        return handlings()
                .flatMap(handling ->
                        handling instanceof FilterChainConfig.Handling.Http(var manager)
                                ? manager.filters().stream()
                                : Stream.of());
    }

    /// The route tables that it asks for by name.
    public Set<String> routeNames() {
        var names = new TreeSet<String>();
        named().forEach(routes -> names.add(routes.name()));
        return names;
    }

    /// How long the first version of a table is waited for; zero for as long as it takes.
    public Duration routeFetchTimeout(String table) {
        return named().filter(routes -> routes.name().equals(table))
                .map(HttpConnectionManagerConfig.Routes.Named::fetchTimeout)
                .findFirst()
                .orElse(ConfigSources.FETCH_TIMEOUT);
    }

    /// The clusters that it names itself, not through a route table of RDS.
    public List<String> clusters() {
        return Stream.of(
                        datagrams.stream().flatMap(d -> d.targets().stream()),
                        ofConnections(),
                        collectors(),
                        httpFilters().flatMap(spec -> spec.needs().clusters().stream()))
                .flatMap(names -> names)
                .distinct()
                .toList();
    }

    private Stream<String> ofConnections() {
        return handlings()
                .flatMap(handling ->
                        switch (handling) {
                            case FilterChainConfig.Handling.Http(var manager) ->
                                    switch (manager.routes()) {
                                        case HttpConnectionManagerConfig.Routes.Held(var table) ->
                                                table.clusters().stream();
                                        case HttpConnectionManagerConfig.Routes.Named _ ->
                                                Stream.of();
                                    };
                            case FilterChainConfig.Handling.Tcp(TcpProxyConfig proxy) ->
                                    proxy.targets().stream().map(TcpProxyConfig.Target::cluster);
                            case FilterChainConfig.Handling.Names _ -> Stream.of();
                        });
    }

    /// Where spans go.
    private Stream<String> collectors() {
        return tracing()
                .flatMap(tracing -> tracing.provider().collector().stream())
                .map(Collector::cluster);
    }

    /// How its connection managers have requests followed.
    public Stream<TracingConfig> tracing() {
        return handlings()
                .flatMap(handling ->
                        handling
                                        instanceof
                                        FilterChainConfig.Handling.Http(
                                                HttpConnectionManagerConfig manager)
                                ? manager.tracing().stream()
                                : Stream.of());
    }

    private Stream<HttpConnectionManagerConfig.Routes.Named> named() {
        return handlings()
                .flatMap(handling ->
                        handling
                                                instanceof
                                                FilterChainConfig.Handling.Http(
                                                        HttpConnectionManagerConfig manager)
                                        && manager.routes()
                                                instanceof
                                                HttpConnectionManagerConfig.Routes.Named routes
                                ? Stream.of(routes)
                                : Stream.of());
    }

    private Stream<FilterChainConfig.Handling> handlings() {
        return chains.all().stream().map(FilterChainConfig::handling);
    }
}

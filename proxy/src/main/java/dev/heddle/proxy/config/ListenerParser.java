package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.xds.TypedConfigs;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads listeners with all that is inside of them.
public final class ListenerParser {

    private static final Set<String> READ =
            Set.of(
                    "name",
                    "address",
                    "stat_prefix",
                    "filter_chains",
                    "default_filter_chain",
                    "use_original_dst",
                    "transparent",
                    "freebind",
                    "bind_to_port",
                    "per_connection_buffer_limit_bytes",
                    "listener_filters",
                    "traffic_direction",
                    "metadata");

    /// How the kernel spreads connections, how long inspectors wait, what overload would do.
    private static final Set<String> NOTED =
            Set.of(
                    "drain_type",
                    "listener_filters_timeout",
                    "continue_on_listener_filters_timeout",
                    "connection_balance_config",
                    "enable_reuse_port",
                    "reuse_port",
                    "tcp_backlog_size",
                    "max_connections_to_accept_per_socket_event",
                    "ignore_global_conn_limit",
                    "bypass_overload_manager");

    /// They look at connections for filter chain matches, of which there are none here.
    private static final List<String> INSPECTORS =
            List.of(
                    "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
                    "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector");

    private final Findings findings = new Findings();
    private final List<HttpFilterType<?>> filterTypes;

    private ListenerParser(List<HttpFilterType<?>> filterTypes) {
        this.filterTypes = filterTypes;
    }

    /// Reads one listener.
    ///
    /// @param filterTypes the HTTP filters that this proxy has
    public static Parsed<ListenerConfig> parse(
            Listener listener, List<HttpFilterType<?>> filterTypes) {
        var parser = new ListenerParser(filterTypes);
        ListenerConfig config = parser.read(listener);
        return parser.findings.of(config);
    }

    private ListenerConfig read(Listener listener) {
        findings.fields("", listener, READ, NOTED);
        findings.required("name", listener.getName());
        onlyFalse("use_original_dst", listener.getUseOriginalDst());
        onlyFalse("transparent", listener.getTransparent());
        onlyFalse("freebind", listener.getFreebind());
        if (listener.hasBindToPort() && !listener.getBindToPort().getValue()) {
            findings.notImplemented("bind_to_port", "false");
        }
        listenerFilters(listener);
        int buffer = ListenerConfig.BUFFER_LIMIT;
        if (listener.hasPerConnectionBufferLimitBytes()) {
            buffer = listener.getPerConnectionBufferLimitBytes().getValue();
            findings.range("per_connection_buffer_limit_bytes", buffer, 1, Integer.MAX_VALUE);
        }
        InetSocketAddress address =
                new AddressParser(findings).literal("address", listener.getAddress());
        return new ListenerConfig(
                listener.getName().isEmpty() ? "-" : listener.getName(),
                address,
                chain(listener),
                direction(listener),
                Math.max(1, buffer),
                listener.getStatPrefix());
    }

    private void onlyFalse(String path, BoolValue value) {
        if (value.getValue()) {
            findings.notImplemented(path);
        }
    }

    private void listenerFilters(Listener listener) {
        for (int i = 0; i < listener.getListenerFiltersCount(); i++) {
            String path = "listener_filters[" + i + "]";
            var filter = listener.getListenerFilters(i);
            findings.fields(path, filter, Set.of("name", "typed_config"));
            String type = filter.getTypedConfig().getTypeUrl();
            if (INSPECTORS.stream().anyMatch(type::endsWith)) {
                findings.note(path);
            } else {
                findings.notImplemented(
                        join(path, "typed_config"), "'" + type + "' (" + filter.getName() + ")");
            }
        }
    }

    private ListenerConfig.Direction direction(Listener listener) {
        return switch (listener.getTrafficDirection()) {
            case INBOUND -> ListenerConfig.Direction.INBOUND;
            case OUTBOUND -> ListenerConfig.Direction.OUTBOUND;
            case UNSPECIFIED -> ListenerConfig.Direction.UNSPECIFIED;
            case UNRECOGNIZED -> {
                findings.reject("traffic_direction", "is unknown");
                yield ListenerConfig.Direction.UNSPECIFIED;
            }
        };
    }

    private FilterChainConfig chain(Listener listener) {
        if (listener.getFilterChainsCount() > 1
                || (listener.getFilterChainsCount() == 1 && listener.hasDefaultFilterChain())) {
            findings.reject(
                    "filter_chains",
                    "choosing among "
                            + (listener.getFilterChainsCount()
                                    + (listener.hasDefaultFilterChain() ? 1 : 0))
                            + " is not implemented (expected: one)");
        }
        if (listener.getFilterChainsCount() > 0) {
            return chain("filter_chains[0]", listener.getFilterChains(0));
        }
        if (listener.hasDefaultFilterChain()) {
            return chain("default_filter_chain", listener.getDefaultFilterChain());
        }
        findings.reject("filter_chains", "[] (expected: one)");
        return new FilterChainConfig("", nothing());
    }

    private FilterChainConfig chain(String path, FilterChain chain) {
        findings.fields(
                path,
                chain,
                Set.of("name", "filter_chain_match", "filters", "transport_socket", "metadata"),
                Set.of("transport_socket_connect_timeout"));
        // All that is in a match is a condition, and one that we would not look at.
        var match = chain.getFilterChainMatch();
        findings.fields(join(path, "filter_chain_match"), match, Set.of("transport_protocol"));
        String transport = match.getTransportProtocol();
        if (!transport.isEmpty() && !transport.equals("raw_buffer")) {
            findings.notImplemented(
                    join(path, "filter_chain_match.transport_protocol"), "'" + transport + "'");
        }
        if (chain.hasTransportSocket()
                && !chain.getTransportSocket()
                        .getTypedConfig()
                        .getTypeUrl()
                        .endsWith("raw_buffer.v3.RawBuffer")) {
            findings.notImplemented(
                    join(path, "transport_socket"),
                    "'" + chain.getTransportSocket().getName() + "'");
        }
        if (chain.getFiltersCount() != 1) {
            findings.reject(
                    join(path, "filters"),
                    chain.getFiltersCount()
                            + " network filters (expected: one, HTTP connection manager or TCP"
                            + " proxy)");
        }
        return new FilterChainConfig(
                chain.getName(),
                chain.getFiltersCount() == 0
                        ? nothing()
                        : handling(
                                path + ".filters[0].typed_config",
                                chain.getFilters(0).getTypedConfig()));
    }

    private FilterChainConfig.Handling handling(String path, Any config) {
        try {
            if (TypedConfigs.holds(config, HttpConnectionManager.getDefaultInstance())) {
                var manager =
                        TypedConfigs.unpack(config, HttpConnectionManager.getDefaultInstance());
                return new FilterChainConfig.Handling.Http(
                        new HttpConnectionManagerParser(findings, filterTypes)
                                .manager(path, manager));
            }
            if (TypedConfigs.holds(config, TcpProxy.getDefaultInstance())) {
                return new FilterChainConfig.Handling.Tcp(
                        tcp(path, TypedConfigs.unpack(config, TcpProxy.getDefaultInstance())));
            }
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
        } catch (InvalidProtocolBufferException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
        }
        return nothing();
    }

    private static FilterChainConfig.Handling nothing() {
        return new FilterChainConfig.Handling.Tcp(
                new TcpProxyConfig(
                        "-",
                        List.of(new TcpProxyConfig.Target("-", 1)),
                        Duration.ZERO,
                        1,
                        List.of()));
    }

    private TcpProxyConfig tcp(String path, TcpProxy proxy) {
        findings.fields(
                path,
                proxy,
                Set.of(
                        "stat_prefix",
                        "cluster",
                        "weighted_clusters",
                        "idle_timeout",
                        "access_log",
                        "max_connect_attempts"),
                // Used by hashing balancers only, which a cluster cannot ask for here.
                Set.of("hash_policy"));
        findings.required(join(path, "stat_prefix"), proxy.getStatPrefix());
        int attempts = 1;
        if (proxy.hasMaxConnectAttempts()) {
            attempts = proxy.getMaxConnectAttempts().getValue();
            findings.range(join(path, "max_connect_attempts"), attempts, 1, 1_000);
        }
        return new TcpProxyConfig(
                proxy.getStatPrefix(),
                targets(path, proxy),
                proxy.hasIdleTimeout()
                        ? findings.duration(join(path, "idle_timeout"), proxy.getIdleTimeout())
                        : Duration.ofHours(1),
                attempts,
                new AccessLogParser(findings)
                        .logs(join(path, "access_log"), proxy.getAccessLogList()));
    }

    private List<TcpProxyConfig.Target> targets(String path, TcpProxy proxy) {
        if (!proxy.hasWeightedClusters()) {
            findings.required(join(path, "cluster"), proxy.getCluster());
            return List.of(new TcpProxyConfig.Target(proxy.getCluster(), 1));
        }
        var targets = new ArrayList<TcpProxyConfig.Target>();
        var clusters = proxy.getWeightedClusters().getClustersList();
        for (int i = 0; i < clusters.size(); i++) {
            String at = path + ".weighted_clusters.clusters[" + i + "]";
            findings.fields(at, clusters.get(i), Set.of("name", "weight"));
            findings.required(join(at, "name"), clusters.get(i).getName());
            findings.range(join(at, "weight"), clusters.get(i).getWeight(), 1, Integer.MAX_VALUE);
            targets.add(
                    new TcpProxyConfig.Target(
                            clusters.get(i).getName(), clusters.get(i).getWeight()));
        }
        if (targets.isEmpty()) {
            findings.reject(join(path, "weighted_clusters.clusters"), "[] (expected: one or more)");
            return List.of(new TcpProxyConfig.Target("-", 1));
        }
        return targets;
    }
}

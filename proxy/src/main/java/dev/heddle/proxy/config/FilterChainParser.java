package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tracing.TailKeep;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.CidrRange;
import envoy.config.listener.v3.FilterChain;
import envoy.config.listener.v3.Listener;
import envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import envoy.extensions.filters.network.ext_authz.v3.ExtAuthz;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import envoy.extensions.filters.network.rbac.v3.RBAC;
import envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig;
import envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads the filter chains of a listener.
final class FilterChainParser {

    private static final FilterConfig SERVER_LOOK_UP = FilterConfig.getDefaultInstance();
    private static final RBAC ACCESS = RBAC.getDefaultInstance();
    private static final ExtAuthz ASKED = ExtAuthz.getDefaultInstance();

    private final Findings findings;
    private final List<HttpFilterType<?>> filterTypes;
    private final Optional<TailKeep> tail;

    /// @param tail which requests are told of in the end, as the listener says
    FilterChainParser(
            Findings findings, List<HttpFilterType<?>> filterTypes, Optional<TailKeep> tail) {
        this.findings = findings;
        this.filterTypes = filterTypes;
        this.tail = tail;
    }

    FilterChains chains(Listener listener) {
        var matched = new ArrayList<FilterChainConfig>();
        for (int i = 0; i < listener.getFilterChainsCount(); i++) {
            matched.add(chain("filter_chains[" + i + "]", listener.getFilterChains(i)));
        }
        Optional<FilterChainConfig> otherwise =
                listener.hasDefaultFilterChain()
                        ? Optional.of(
                                chain("default_filter_chain", listener.getDefaultFilterChain()))
                        : Optional.empty();
        if (matched.isEmpty() && otherwise.isEmpty()) {
            findings.reject("filter_chains", "[] (expected: one or more)");
            return FilterChains.one(FilterChainConfig.of("", nothing()));
        }
        var chains = new FilterChains(matched, otherwise);
        for (String pair : FilterChainMatcher.of(chains).overlaps()) {
            findings.reject(
                    "filter_chains",
                    pair + " match the same connections (expected: at most one chain for each)");
        }
        return chains;
    }

    private FilterChainConfig chain(String path, FilterChain chain) {
        findings.fields(
                path,
                chain,
                Set.of(
                        "name",
                        "filter_chain_match",
                        "filters",
                        "transport_socket",
                        "transport_socket_connect_timeout",
                        "metadata"));
        FilterChainConfig.Handling handling =
                names(path, chain).orElseGet(() -> handling(path, chain));
        return new FilterChainConfig(
                chain.getName(),
                match(join(path, "filter_chain_match"), chain),
                limit(path, chain),
                guards(path, chain, handling),
                handling,
                tls(path, chain, handling),
                handshakeTimeout(path, chain),
                RuleParser.rule(chain.getMetadata()),
                ResourceMetadata.of(chain.getMetadata()));
    }

    /// Stock Envoy, which takes no questions over TCP, passes them on to whom they are meant for.
    private Optional<FilterChainConfig.Handling> names(String path, FilterChain chain) {
        return OwnMetadata.of(
                        findings, chain.getMetadata(), NamesParser.METADATA, Set.of("listener"))
                .map(said -> {
                    String listener = said.text("listener");
                    findings.required(join(path, "metadata.heddle.names.listener"), listener);
                    return new FilterChainConfig.Handling.Names(listener);
                });
    }

    private Optional<DownstreamTls> tls(
            String path, FilterChain chain, FilterChainConfig.Handling handling) {
        if (!chain.hasTransportSocket()) {
            return Optional.empty();
        }
        Optional<DownstreamTls> tls =
                new TlsParser(findings)
                        .downstream(join(path, "transport_socket"), chain.getTransportSocket());
        return switch (handling) {
            // What is not served is not offered: a client that wants it would be stuck.
            case FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager) ->
                    tls.map(it -> it.offering(served(manager.codec())));
            case FilterChainConfig.Handling.Tcp _, FilterChainConfig.Handling.Names _ -> tls;
        };
    }

    /// Protocols of ALPN that an HTTP connection manager serves.
    private static List<String> served(HttpConnectionManagerConfig.Codec codec) {
        return switch (codec) {
            case AUTO -> List.of("h2", "http/1.1", "http/1.0");
            case HTTP1 -> List.of("http/1.1", "http/1.0");
            case HTTP2 -> List.of("h2");
            case HTTP3 -> List.of("h3");
        };
    }

    private Duration handshakeTimeout(String path, FilterChain chain) {
        if (!chain.hasTransportSocketConnectTimeout()) {
            return FilterChainConfig.HANDSHAKE_TIMEOUT;
        }
        Duration timeout =
                findings.duration(
                        join(path, "transport_socket_connect_timeout"),
                        chain.getTransportSocketConnectTimeout());
        return timeout.isZero() ? FilterChainConfig.HANDSHAKE_TIMEOUT : timeout;
    }

    private FilterChainMatch match(String path, FilterChain chain) {
        var match = chain.getFilterChainMatch();
        findings.fields(
                path,
                match,
                Set.of(
                        "destination_port",
                        "prefix_ranges",
                        "server_names",
                        "transport_protocol",
                        "application_protocols",
                        "direct_source_prefix_ranges",
                        "source_type",
                        "source_prefix_ranges",
                        "source_ports"));
        OptionalInt port = OptionalInt.empty();
        if (match.hasDestinationPort()) {
            int value = match.getDestinationPort().getValue();
            findings.range(join(path, "destination_port"), value, 1, 65_535);
            port = OptionalInt.of(value);
        }
        for (int i = 0; i < match.getServerNamesCount(); i++) {
            serverName(join(path, "server_names[" + i + "]"), match.getServerNames(i));
        }
        for (int i = 0; i < match.getSourcePortsCount(); i++) {
            findings.range(
                    join(path, "source_ports[" + i + "]"), match.getSourcePorts(i), 1, 65_535);
        }
        return new FilterChainMatch(
                port,
                ranges(join(path, "prefix_ranges"), match.getPrefixRangesList()),
                match.getServerNamesList(),
                match.getTransportProtocol(),
                match.getApplicationProtocolsList(),
                ranges(
                        join(path, "direct_source_prefix_ranges"),
                        match.getDirectSourcePrefixRangesList()),
                switch (match.getSourceType()) {
                    case ANY -> FilterChainMatch.SourceType.ANY;
                    case SAME_IP_OR_LOOPBACK -> FilterChainMatch.SourceType.SAME_IP_OR_LOOPBACK;
                    case EXTERNAL -> FilterChainMatch.SourceType.EXTERNAL;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "source_type"), "is unknown");
                        yield FilterChainMatch.SourceType.ANY;
                    }
                },
                ranges(join(path, "source_prefix_ranges"), match.getSourcePrefixRangesList()),
                match.getSourcePortsList());
    }

    private void serverName(String path, String name) {
        findings.required(path, name);
        if (name.lastIndexOf('*') > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
            findings.reject(
                    path, "'" + name + "' (expected: a name, or '*.' and the end of a name)");
        }
    }

    private List<IpRange> ranges(String path, List<CidrRange> ranges) {
        var read = new ArrayList<IpRange>();
        for (int i = 0; i < ranges.size(); i++) {
            CidrRange range = ranges.get(i);
            String at = path + "[" + i + "]";
            try {
                InetAddress address = InetAddress.ofLiteral(range.getAddressPrefix());
                // As in Envoy, a prefix longer than an address is the address, and none is 0.
                int most = address.getAddress().length * 8;
                read.add(new IpRange(address, Math.min(range.getPrefixLen().getValue(), most)));
            } catch (IllegalArgumentException e) {
                findings.reject(
                        join(at, "address_prefix"),
                        "'" + range.getAddressPrefix() + "' (expected: an IP address)");
            }
        }
        return read;
    }

    /// The filters before the last one: limits of connections, and looking up servers.
    private Optional<ConnectionLimitConfig> limit(String path, FilterChain chain) {
        Optional<ConnectionLimitConfig> limit = Optional.empty();
        for (int i = 0; i < chain.getFiltersCount() - 1; i++) {
            String at = path + ".filters[" + i + "].typed_config";
            Any config = chain.getFilters(i).getTypedConfig();
            if (config.holds(SERVER_LOOK_UP) || isGuard(config)) {
                continue; // read with the TCP proxy that it is for
            }
            if (!config.holds(ConnectionLimit.getDefaultInstance())) {
                findings.notImplemented(at, "'" + config.getTypeUrl() + "' before the last filter");
            } else if (limit.isPresent()) {
                findings.notImplemented(at, "a second connection limit");
            } else {
                limit = limit(at, config);
            }
        }
        return limit;
    }

    /// Who may connect. Of connections whose requests are looked at the requests are asked.
    private List<ConnectionGuard> guards(
            String path, FilterChain chain, FilterChainConfig.Handling handling) {
        var guards = new ArrayList<ConnectionGuard>();
        for (int i = 0; i < chain.getFiltersCount() - 1; i++) {
            Any config = chain.getFilters(i).getTypedConfig();
            if (!isGuard(config)) {
                continue;
            }
            String at = path + ".filters[" + i + "].typed_config";
            if (!(handling instanceof FilterChainConfig.Handling.Tcp)) {
                findings.reject(at, "is not before a TCP proxy");
                continue;
            }
            try {
                guards.add(
                        config.holds(ACCESS)
                                ? new ConnectionGuard.Rules(
                                        new AccessParser(findings)
                                                .network(at, config.unpack(ACCESS)))
                                : new ConnectionGuard.Service(
                                        new ExtAuthzParser(findings)
                                                .network(at, config.unpack(ASKED))));
            } catch (WireException e) {
                findings.reject(at, String.valueOf(e.getMessage()));
            }
        }
        return guards;
    }

    private static boolean isGuard(Any config) {
        return config.holds(ACCESS) || config.holds(ASKED);
    }

    private Optional<ConnectionLimitConfig> limit(String path, Any packed) {
        ConnectionLimit limit;
        try {
            limit = packed.unpack(ConnectionLimit.getDefaultInstance());
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        findings.fields(
                path, limit, Set.of("stat_prefix", "max_connections", "delay", "runtime_enabled"));
        findings.required(join(path, "stat_prefix"), limit.getStatPrefix());
        long most = limit.getMaxConnections().getValue();
        if (most == 0) {
            findings.reject(join(path, "max_connections"), most + " (expected: >= 1)");
            return Optional.empty();
        }
        boolean isOff =
                limit.hasRuntimeEnabled()
                        && !limit.getRuntimeEnabled().getDefaultValue().getValue();
        if (!limit.getRuntimeEnabled().getRuntimeKey().isEmpty()) {
            findings.note(join(path, "runtime_enabled.runtime_key"));
        }
        return isOff
                ? Optional.empty()
                : Optional.of(
                        new ConnectionLimitConfig(
                                limit.getStatPrefix(),
                                (int)
                                        (most < 0 || most > Integer.MAX_VALUE
                                                ? Integer.MAX_VALUE
                                                : most),
                                limit.hasDelay()
                                        ? findings.duration(join(path, "delay"), limit.getDelay())
                                        : Duration.ZERO));
    }

    private FilterChainConfig.Handling handling(String path, FilterChain chain) {
        if (chain.getFiltersCount() == 0) {
            findings.reject(
                    join(path, "filters"),
                    "0 network filters (expected: HTTP connection manager or TCP proxy at the"
                            + " end)");
            return nothing();
        }
        int last = chain.getFiltersCount() - 1;
        FilterChainConfig.Handling handling =
                handling(
                        path + ".filters[" + last + "].typed_config",
                        chain.getFilters(last).getTypedConfig());
        for (int i = 0; i < last; i++) {
            Any config = chain.getFilters(i).getTypedConfig();
            if (config.holds(SERVER_LOOK_UP)) {
                return lookingUp(path + ".filters[" + i + "].typed_config", config, handling);
            }
        }
        return handling;
    }

    /// The server that a client hello names is looked up, for a cluster of such hosts.
    private FilterChainConfig.Handling lookingUp(
            String path, Any packed, FilterChainConfig.Handling handling) {
        if (!(handling instanceof FilterChainConfig.Handling.Tcp(TcpProxyConfig proxy))) {
            findings.reject(path, "is not before a TCP proxy");
            return handling;
        }
        try {
            FilterConfig config = packed.unpack(SERVER_LOOK_UP);
            findings.fields(path, config, Set.of("dns_cache_config", "port_value"));
            new DynamicProxyParser(findings)
                    .check(join(path, "dns_cache_config"), config.getDnsCacheConfig());
            findings.range(join(path, "port_value"), config.getPortValue(), 1, 65_535);
            return new FilterChainConfig.Handling.Tcp(
                    proxy.lookingUp(Math.clamp(config.getPortValue(), 1, 65_535)));
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return handling;
        }
    }

    private FilterChainConfig.Handling handling(String path, Any config) {
        try {
            if (config.holds(HttpConnectionManager.getDefaultInstance())) {
                var manager = config.unpack(HttpConnectionManager.getDefaultInstance());
                return new FilterChainConfig.Handling.Http(
                        new HttpConnectionManagerParser(findings, filterTypes, tail)
                                .manager(path, manager));
            }
            if (config.holds(TcpProxy.getDefaultInstance())) {
                return new FilterChainConfig.Handling.Tcp(
                        new TcpProxyParser(findings)
                                .proxy(path, config.unpack(TcpProxy.getDefaultInstance())));
            }
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
        } catch (WireException e) {
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
}

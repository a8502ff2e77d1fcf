package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.telemetry.NodeText;
import envoy.config.listener.v3.Listener;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads listeners with all that is inside of them.
public final class ListenerParser {

    private static final Set<String> READ =
            Set.of(
                    "name",
                    "address",
                    "additional_addresses",
                    "stat_prefix",
                    "filter_chains",
                    "default_filter_chain",
                    "use_original_dst",
                    "transparent",
                    "freebind",
                    "socket_options",
                    "tcp_backlog_size",
                    "max_connections_to_accept_per_socket_event",
                    "ignore_global_conn_limit",
                    "bind_to_port",
                    "internal_listener",
                    "per_connection_buffer_limit_bytes",
                    "listener_filters",
                    "listener_filters_timeout",
                    "continue_on_listener_filters_timeout",
                    "traffic_direction",
                    "drain_type",
                    "enable_reuse_port",
                    "reuse_port",
                    "bypass_overload_manager",
                    "connection_balance_config",
                    "access_log",
                    "metadata");

    private static final Set<String> READ_OF_DATAGRAMS =
            Set.of(
                    "name",
                    "address",
                    "additional_addresses",
                    "stat_prefix",
                    "freebind",
                    "socket_options",
                    "listener_filters",
                    "udp_listener_config",
                    "traffic_direction",
                    "drain_type",
                    "metadata");

    private static final Set<String> READ_OF_QUIC =
            Set.of(
                    "name",
                    "address",
                    "additional_addresses",
                    "stat_prefix",
                    "freebind",
                    "socket_options",
                    "filter_chains",
                    "default_filter_chain",
                    "per_connection_buffer_limit_bytes",
                    "udp_listener_config",
                    "traffic_direction",
                    "drain_type",
                    "bypass_overload_manager",
                    "metadata");

    /// Each worker has a socket of its own, and what runs short ends nobody's datagrams.
    private static final Set<String> NOTED_OF_DATAGRAMS =
            Set.of("enable_reuse_port", "reuse_port", "bypass_overload_manager");

    private static final Set<String> NOTED_OF_QUIC = Set.of("enable_reuse_port", "reuse_port");

    private final Findings findings;
    private final List<HttpFilterType<?>> filterTypes;

    private ListenerParser(List<HttpFilterType<?>> filterTypes, NodeText node) {
        this.filterTypes = filterTypes;
        this.findings = new Findings(node);
    }

    /// Reads one listener.
    ///
    /// @param filterTypes the HTTP filters that this proxy has
    public static Parsed<ListenerConfig> parse(
            Listener listener, List<HttpFilterType<?>> filterTypes) {
        return parse(listener, filterTypes, NodeText.SILENT);
    }

    /// As the other one.
    ///
    /// @param node of the proxy, which formats may ask
    static Parsed<ListenerConfig> parse(
            Listener listener, List<HttpFilterType<?>> filterTypes, NodeText node) {
        var parser = new ListenerParser(filterTypes, node);
        ListenerConfig config = parser.read(listener);
        return parser.findings.of(config);
    }

    private ListenerConfig read(Listener listener) {
        if (!AddressParser.isOfDatagrams(listener.getAddress())) {
            return ofConnections(listener);
        }
        return listener.getUdpListenerConfig().hasQuicOptions()
                ? ofQuic(listener)
                : ofDatagrams(listener);
    }

    private ListenerConfig ofQuic(Listener listener) {
        findings.fields("", listener, READ_OF_QUIC, NOTED_OF_QUIC);
        findings.required("name", listener.getName());
        FilterChains chains = chains(listener);
        new Http3Chains(findings).check(chains);
        return new ListenerConfig(
                name(listener),
                new BindingParser(findings).binding(listener),
                ListenerFilters.NONE,
                chains,
                direction(listener),
                buffer(listener),
                listener.getStatPrefix(),
                drainsWhenFailing(listener),
                listener.getBypassOverloadManager(),
                Optional.empty(),
                Optional.of(new QuicParser(findings).settings(listener.getUdpListenerConfig())),
                List.of(),
                ResourceMetadata.of(listener.getMetadata()),
                ResourceVersion.NONE);
    }

    private ListenerConfig ofDatagrams(Listener listener) {
        findings.fields("", listener, READ_OF_DATAGRAMS, NOTED_OF_DATAGRAMS);
        findings.required("name", listener.getName());
        Optional<DatagramConfig> datagrams = new DatagramParser(findings).datagrams(listener);
        boolean drains = drainsWhenFailing(listener);
        ListenerConfig.Direction direction = direction(listener);
        Binding binding = new BindingParser(findings).binding(listener);
        return new ListenerConfig(
                name(listener),
                binding,
                ListenerFilters.NONE,
                FilterChains.NONE,
                direction,
                ListenerConfig.BUFFER_LIMIT,
                listener.getStatPrefix(),
                drains,
                true,
                Optional.of(
                        datagrams.orElseGet(() ->
                                new DatagramConfig.Forward(
                                        "-",
                                        ClientShares.all("-"),
                                        DatagramConfig.Forward.IDLE,
                                        new DatagramConfig.Hash.Chance(),
                                        false))),
                Optional.empty(),
                List.of(),
                ResourceMetadata.of(listener.getMetadata()),
                ResourceVersion.NONE);
    }

    private ListenerConfig ofConnections(Listener listener) {
        findings.fields("", listener, READ);
        findings.required("name", listener.getName());
        if (listener.hasEnableReusePort() && !listener.getEnableReusePort().getValue()) {
            // Each worker has a socket of its own: connections are spread more evenly than asked.
            findings.note("enable_reuse_port");
        }
        FilterChains chains = chains(listener);
        new Http3Chains(findings).checkNone(chains);
        if (listener.hasInternalListener()
                && chains.all().stream().anyMatch(chain -> chain.tls().isPresent())) {
            findings.notImplemented("filter_chains", "TLS within the proxy");
        }
        return new ListenerConfig(
                name(listener),
                new BindingParser(findings).binding(listener),
                new ListenerFilterParser(findings).filters(listener),
                chains,
                direction(listener),
                buffer(listener),
                listener.getStatPrefix(),
                drainsWhenFailing(listener),
                listener.getBypassOverloadManager(),
                Optional.empty(),
                Optional.empty(),
                new AccessLogParser(findings).logs("access_log", listener.getAccessLogList()),
                ResourceMetadata.of(listener.getMetadata()),
                ResourceVersion.NONE);
    }

    private static String name(Listener listener) {
        return listener.getName().isEmpty() ? "-" : listener.getName();
    }

    private int buffer(Listener listener) {
        int buffer = ListenerConfig.BUFFER_LIMIT;
        if (listener.hasPerConnectionBufferLimitBytes()) {
            buffer = listener.getPerConnectionBufferLimitBytes().getValue();
            findings.range("per_connection_buffer_limit_bytes", buffer, 1, Integer.MAX_VALUE);
        }
        return Math.max(1, buffer);
    }

    private FilterChains chains(Listener listener) {
        return new FilterChainParser(
                        findings,
                        filterTypes,
                        new TracingParser(findings).tail(listener.getMetadata()))
                .chains(listener);
    }

    private boolean drainsWhenFailing(Listener listener) {
        return switch (listener.getDrainType()) {
            case DEFAULT -> true;
            case MODIFY_ONLY -> false;
            case UNRECOGNIZED -> {
                findings.reject("drain_type", "is unknown");
                yield true;
            }
        };
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
}

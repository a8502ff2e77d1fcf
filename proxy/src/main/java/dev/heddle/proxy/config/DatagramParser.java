package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.listener.v3.Listener;
import envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig;
import envoy.extensions.filters.udp.udp_proxy.v3.Route;
import envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Reads what is done with the datagrams of a listener: the one filter that it has for them.
@SuppressWarnings("deprecation") // Envoy still reads the old field, and users still write it
final class DatagramParser {
    /// Sessions that end at once would be none.
    private static final Duration LEAST_IDLE = Duration.ofMillis(1);

    private final Findings findings;

    DatagramParser(Findings findings) {
        this.findings = findings;
    }

    /// Empty where it is rejected.
    Optional<DatagramConfig> datagrams(Listener listener) {
        findings.fields(
                "udp_listener_config",
                listener.getUdpListenerConfig(),
                Set.of(),
                // How the kernel is asked for many at once.
                Set.of("downstream_socket_config"));
        if (listener.getListenerFiltersCount() != 1) {
            findings.reject(
                    "listener_filters",
                    listener.getListenerFiltersCount() + " of them for datagrams (expected: one)");
            return Optional.empty();
        }
        var filter = listener.getListenerFilters(0);
        String path = "listener_filters[0]";
        findings.fields(path, filter, Set.of("name", "typed_config"));
        return filter(join(path, "typed_config"), filter.getTypedConfig(), listener);
    }

    private Optional<DatagramConfig> filter(String path, Any config, Listener listener) {
        try {
            if (config.holds(DnsFilterConfig.getDefaultInstance())) {
                return Optional.of(
                        new DatagramConfig.Names(
                                new NamesParser(findings)
                                        .names(
                                                path,
                                                config.unpack(DnsFilterConfig.getDefaultInstance()),
                                                listener.getMetadata())));
            }
            if (config.holds(UdpProxyConfig.getDefaultInstance())) {
                return Optional.of(
                        forward(path, config.unpack(UdpProxyConfig.getDefaultInstance())));
            }
            findings.notImplemented(path, "'" + config.getTypeUrl() + "' for datagrams");
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    private DatagramConfig forward(String path, UdpProxyConfig proxy) {
        findings.fields(
                path,
                proxy,
                Set.of(
                        "stat_prefix",
                        "cluster",
                        "matcher",
                        "idle_timeout",
                        "hash_policies",
                        "use_per_packet_load_balancing"),
                Set.of("upstream_socket_config"));
        findings.required(join(path, "stat_prefix"), proxy.getStatPrefix());
        Duration idle = DatagramConfig.Forward.IDLE;
        if (proxy.hasIdleTimeout()) {
            idle = findings.duration(join(path, "idle_timeout"), proxy.getIdleTimeout());
            if (idle.compareTo(LEAST_IDLE) < 0) {
                findings.reject(join(path, "idle_timeout"), idle + " (expected: at least 1 ms)");
            }
        }
        return new DatagramConfig.Forward(
                proxy.getStatPrefix(),
                cluster(path, proxy),
                idle,
                hash(join(path, "hash_policies"), proxy),
                proxy.getUsePerPacketLoadBalancing());
    }

    private String cluster(String path, UdpProxyConfig proxy) {
        if (proxy.hasMatcher()) {
            return matched(join(path, "matcher"), proxy);
        }
        findings.required(join(path, "cluster"), proxy.getCluster());
        return proxy.getCluster();
    }

    /// A matcher that looks at nothing says a cluster in the way that Envoy would have it.
    private String matched(String path, UdpProxyConfig proxy) {
        var matcher = proxy.getMatcher();
        findings.fields(path, matcher, Set.of("on_no_match"));
        String at = join(path, "on_no_match");
        var otherwise = matcher.getOnNoMatch();
        findings.fields(at, otherwise, Set.of("action"));
        at = join(at, "action");
        findings.fields(at, otherwise.getAction(), Set.of("name", "typed_config"));
        Any action = otherwise.getAction().getTypedConfig();
        at = join(at, "typed_config");
        if (!action.holds(Route.getDefaultInstance())) {
            findings.notImplemented(at, "'" + action.getTypeUrl() + "'");
            return "-";
        }
        try {
            Route route = action.unpack(Route.getDefaultInstance());
            findings.fields(at, route, Set.of("cluster"));
            findings.required(join(at, "cluster"), route.getCluster());
            return route.getCluster();
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return "-";
        }
    }

    private DatagramConfig.Hash hash(String path, UdpProxyConfig proxy) {
        findings.range(path, proxy.getHashPoliciesCount(), 0, 1);
        if (proxy.getHashPoliciesCount() == 0) {
            return new DatagramConfig.Hash.Chance();
        }
        var policy = proxy.getHashPolicies(0);
        return switch (policy.getPolicySpecifierCase()) {
            case SOURCE_IP -> new DatagramConfig.Hash.SourceIp();
            case KEY -> new DatagramConfig.Hash.Key(policy.getKey());
            case POLICYSPECIFIER_NOT_SET -> {
                findings.reject(path + "[0]", "hashes nothing (expected: source_ip or key)");
                yield new DatagramConfig.Hash.Chance();
            }
        };
    }
}

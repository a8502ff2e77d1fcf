package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.listener.v3.Listener;
import envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig;
import envoy.extensions.filters.udp.udp_proxy.v3.Route;
import envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import xds.core.v3.TypedExtensionConfig;
import xds.type.matcher.v3.Matcher;

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
                shares(path, proxy),
                idle,
                hash(join(path, "hash_policies"), proxy),
                proxy.getUsePerPacketLoadBalancing());
    }

    private ClientShares shares(String path, UdpProxyConfig proxy) {
        if (proxy.hasMatcher()) {
            return matched(join(path, "matcher"), proxy.getMatcher());
        }
        findings.required(join(path, "cluster"), proxy.getCluster());
        return ClientShares.all(proxy.getCluster());
    }

    /// A matcher says a cluster in the way that Envoy would have it, and may share clients out.
    private ClientShares matched(String path, Matcher matcher) {
        findings.fields(path, matcher, Set.of("on_no_match", "matcher_list"));
        var shares = new ArrayList<ClientShares.Share>();
        var list = matcher.getMatcherList();
        String all = join(path, "matcher_list");
        findings.fields(all, list, Set.of("matchers"));
        for (int i = 0; i < list.getMatchersCount(); i++) {
            String at = join(all, "matchers[" + i + "]");
            var one = list.getMatchers(i);
            findings.fields(at, one, Set.of("predicate", "on_match"));
            String cluster = cluster(join(at, "on_match"), one.getOnMatch());
            share(join(at, "predicate"), one.getPredicate(), cluster).ifPresent(shares::add);
        }
        return new ClientShares(shares, cluster(join(path, "on_no_match"), matcher.getOnNoMatch()));
    }

    /// Of predicates there is one: whether a client's port hashes into a range.
    private Optional<ClientShares.Share> share(
            String path, Matcher.MatcherList.Predicate predicate, String cluster) {
        findings.fields(path, predicate, Set.of("single_predicate"));
        String at = join(path, "single_predicate");
        var single = predicate.getSinglePredicate();
        findings.fields(at, single, Set.of("input", "custom_match"));
        Optional<SourcePortInput> input =
                unpacked(
                        join(at, "input"), single.getInput(), SourcePortInput.getDefaultInstance());
        Optional<ConsistentHashing> hashing =
                unpacked(
                        join(at, "custom_match"),
                        single.getCustomMatch(),
                        ConsistentHashing.getDefaultInstance());
        if (input.isEmpty() || hashing.isEmpty()) {
            return Optional.empty();
        }
        String config = join(at, "custom_match.typed_config");
        findings.fields(config, hashing.get(), Set.of("threshold", "modulo", "seed"));
        long modulo = Integer.toUnsignedLong(hashing.get().getModulo());
        if (modulo == 0) {
            findings.reject(join(config, "modulo"), "0 (expected: at least 1)");
            return Optional.empty();
        }
        return Optional.of(
                new ClientShares.Share(
                        cluster,
                        Integer.toUnsignedLong(hashing.get().getThreshold()),
                        modulo,
                        hashing.get().getSeed()));
    }

    private String cluster(String path, Matcher.OnMatch match) {
        findings.fields(path, match, Set.of("action"));
        String at = join(path, "action");
        Optional<Route> route = unpacked(at, match.getAction(), Route.getDefaultInstance());
        if (route.isEmpty()) {
            return "-";
        }
        findings.fields(join(at, "typed_config"), route.get(), Set.of("cluster"));
        findings.required(join(at, "typed_config.cluster"), route.get().getCluster());
        return route.get().getCluster();
    }

    /// Empty where it is something else, which is rejected.
    private <M extends Message> Optional<M> unpacked(
            String path, TypedExtensionConfig extension, M wanted) {
        findings.fields(path, extension, Set.of("name", "typed_config"));
        Any config = extension.getTypedConfig();
        String at = join(path, "typed_config");
        if (!config.holds(wanted)) {
            findings.notImplemented(at, "'" + config.getTypeUrl() + "'");
            return Optional.empty();
        }
        try {
            return Optional.of(config.unpack(wanted));
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return Optional.empty();
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

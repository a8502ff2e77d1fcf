package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.xds.wire.WireException;
import envoy.config.cluster.v3.Cluster;
import envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import java.time.Duration;
import java.util.Set;

/// Reads clusters of hosts that requests name, and the caches of names that these share with
/// filters. Each worker has a cache of its own for each cluster, so a cache's name means nothing.
final class DynamicProxyParser {
    private static final Duration REFRESH = Duration.ofSeconds(60);
    private static final Duration UNUSED = Duration.ofMinutes(5);
    private static final int MOST = 1024;
    private static final Set<String> CACHE =
            Set.of(
                    "name",
                    "dns_lookup_family",
                    "dns_refresh_rate",
                    "host_ttl",
                    "max_hosts",
                    "dns_cache_circuit_breaker");

    /// How names are asked for is the operating system's business; that a failed look-up is tried
    /// again when somebody wants it is ours.
    private static final Set<String> NOTED =
            Set.of(
                    "typed_dns_resolver_config",
                    "dns_failure_refresh_rate",
                    "dns_min_refresh_rate",
                    "dns_query_timeout",
                    "preresolve_hostnames",
                    "disable_dns_refresh_on_failure");

    private final Findings findings;

    DynamicProxyParser(Findings findings) {
        this.findings = findings;
    }

    ClusterConfig.Discovery.Dynamic discovery(Cluster cluster) {
        String path = "cluster_type.typed_config";
        if (cluster.hasLoadAssignment()) {
            findings.reject(
                    "load_assignment", "is set beside a dynamic forward proxy (expected: none)");
        }
        var type = cluster.getClusterType();
        findings.fields("cluster_type", type, Set.of("name", "typed_config"));
        var known =
                envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig
                        .getDefaultInstance();
        if (!type.getTypedConfig().holds(known)) {
            findings.notImplemented(path, "'" + type.getTypedConfig().getTypeUrl() + "'");
            return read(path, DnsCacheConfig.getDefaultInstance());
        }
        try {
            var config = type.getTypedConfig().unpack(known);
            findings.fields(
                    path,
                    config,
                    Set.of("dns_cache_config", "allow_insecure_cluster_options"),
                    Set.of("allow_coalesced_connections"));
            return read(join(path, "dns_cache_config"), config.getDnsCacheConfig());
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return read(path, DnsCacheConfig.getDefaultInstance());
        }
    }

    /// The cache that a filter names: what it says counts for the cluster, which says the same.
    void check(String path, DnsCacheConfig cache) {
        read(path, cache);
    }

    private ClusterConfig.Discovery.Dynamic read(String path, DnsCacheConfig cache) {
        findings.fields(path, cache, CACHE, NOTED);
        String breaker = join(path, "dns_cache_circuit_breaker");
        findings.fields(breaker, cache.getDnsCacheCircuitBreaker(), Set.of("max_pending_requests"));
        Duration refresh =
                cache.hasDnsRefreshRate()
                        ? findings.duration(
                                join(path, "dns_refresh_rate"), cache.getDnsRefreshRate())
                        : REFRESH;
        if (refresh.compareTo(Duration.ofSeconds(1)) < 0) {
            findings.reject(join(path, "dns_refresh_rate"), refresh + " (expected: at least 1 s)");
            refresh = REFRESH;
        }
        int most = cache.hasMaxHosts() ? cache.getMaxHosts().getValue() : MOST;
        findings.range(join(path, "max_hosts"), most, 1, Integer.MAX_VALUE);
        var waiting = cache.getDnsCacheCircuitBreaker();
        return new ClusterConfig.Discovery.Dynamic(
                family(path, cache),
                refresh,
                cache.hasHostTtl()
                        ? findings.duration(join(path, "host_ttl"), cache.getHostTtl())
                        : UNUSED,
                Math.max(1, most),
                waiting.hasMaxPendingRequests()
                        ? Math.max(0, waiting.getMaxPendingRequests().getValue())
                        : MOST);
    }

    private ClusterConfig.Family family(String path, DnsCacheConfig cache) {
        return switch (cache.getDnsLookupFamily()) {
            case AUTO -> ClusterConfig.Family.AUTO;
            case V4_ONLY -> ClusterConfig.Family.V4_ONLY;
            case V6_ONLY -> ClusterConfig.Family.V6_ONLY;
            case V4_PREFERRED -> ClusterConfig.Family.V4_PREFERRED;
            case ALL -> ClusterConfig.Family.ALL;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "dns_lookup_family"), "is unknown");
                yield ClusterConfig.Family.AUTO;
            }
        };
    }
}

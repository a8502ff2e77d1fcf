package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import envoy.type.v3.HashPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads TCP proxies.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class TcpProxyParser {

    private final Findings findings;

    TcpProxyParser(Findings findings) {
        this.findings = findings;
    }

    TcpProxyConfig proxy(String path, TcpProxy proxy) {
        findings.fields(
                path,
                proxy,
                Set.of(
                        "stat_prefix",
                        "cluster",
                        "weighted_clusters",
                        "idle_timeout",
                        "access_log",
                        "access_log_options",
                        "access_log_flush_interval",
                        "flush_access_log_on_connected",
                        "max_downstream_connection_duration",
                        "max_connect_attempts",
                        "tunneling_config",
                        "hash_policy"));
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
                        .logs(join(path, "access_log"), proxy.getAccessLogList()),
                proxy.hasMaxDownstreamConnectionDuration()
                        ? atLeastMilli(
                                join(path, "max_downstream_connection_duration"),
                                proxy.getMaxDownstreamConnectionDuration())
                        : Duration.ZERO,
                logTiming(path, proxy),
                proxy.hasTunnelingConfig()
                        ? Optional.of(
                                tunneling(
                                        join(path, "tunneling_config"), proxy.getTunnelingConfig()))
                        : Optional.empty(),
                hashesSource(join(path, "hash_policy"), proxy.getHashPolicyList()),
                OptionalInt.empty());
    }

    /// No filter of this proxy keeps anything else that could be hashed.
    private boolean hashesSource(String path, List<HashPolicy> policies) {
        if (policies.size() > 1) {
            findings.reject(path, policies.size() + " policies (expected: at most one)");
        }
        for (int i = 0; i < policies.size(); i++) {
            String at = path + "[" + i + "]";
            findings.fields(at, policies.get(i), Set.of("source_ip"));
            if (policies.get(i).getPolicySpecifierCase()
                    == HashPolicy.PolicySpecifierCase.POLICYSPECIFIER_NOT_SET) {
                findings.reject(at, "hashes nothing (expected: source_ip)");
            }
        }
        return !policies.isEmpty();
    }

    private TcpProxyConfig.LogTiming logTiming(String path, TcpProxy proxy) {
        boolean hasOldFields =
                proxy.hasAccessLogFlushInterval() || proxy.getFlushAccessLogOnConnected();
        if (!proxy.hasAccessLogOptions()) {
            return new TcpProxyConfig.LogTiming(
                    proxy.getFlushAccessLogOnConnected(),
                    proxy.hasAccessLogFlushInterval()
                            ? atLeastMilli(
                                    join(path, "access_log_flush_interval"),
                                    proxy.getAccessLogFlushInterval())
                            : Duration.ZERO);
        }
        String at = join(path, "access_log_options");
        if (hasOldFields) {
            findings.reject(
                    at, "is set beside the fields that it replaces (expected: one of them)");
        }
        var options = proxy.getAccessLogOptions();
        findings.fields(
                at, options, Set.of("access_log_flush_interval", "flush_access_log_on_connected"));
        return new TcpProxyConfig.LogTiming(
                options.getFlushAccessLogOnConnected(),
                options.hasAccessLogFlushInterval()
                        ? atLeastMilli(
                                join(at, "access_log_flush_interval"),
                                options.getAccessLogFlushInterval())
                        : Duration.ZERO);
    }

    private Duration atLeastMilli(String path, google.protobuf.Duration value) {
        Duration duration = findings.duration(path, value);
        if (duration.toMillis() < 1) {
            findings.reject(path, duration + " (expected: at least 1 ms)");
        }
        return duration;
    }

    private TcpProxyConfig.Tunneling tunneling(String path, TcpProxy.TunnelingConfig tunneling) {
        findings.fields(
                path, tunneling, Set.of("hostname", "use_post", "post_path", "headers_to_add"));
        findings.required(join(path, "hostname"), tunneling.getHostname());
        findings.headerValue(join(path, "hostname"), tunneling.getHostname());
        findings.headerValue(join(path, "post_path"), tunneling.getPostPath());
        if (!tunneling.getPostPath().isEmpty()
                && (!tunneling.getUsePost() || !tunneling.getPostPath().startsWith("/"))) {
            findings.reject(
                    join(path, "post_path"),
                    "'" + tunneling.getPostPath() + "' (expected: a path, with use_post)");
        }
        var edits = new HeaderEditParser(findings);
        return new TcpProxyConfig.Tunneling(
                edits.format(join(path, "hostname"), tunneling.getHostname()),
                tunneling.getUsePost()
                        ? Optional.of(
                                tunneling.getPostPath().isEmpty() ? "/" : tunneling.getPostPath())
                        : Optional.empty(),
                edits.added(join(path, "headers_to_add"), tunneling.getHeadersToAddList()));
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

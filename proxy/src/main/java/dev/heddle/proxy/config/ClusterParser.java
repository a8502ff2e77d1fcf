package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.UpstreamHttpParser.Connections;
import dev.heddle.proxy.runtime.AddressOrder;
import dev.heddle.proxy.runtime.ConnectSettings;
import dev.heddle.proxy.runtime.KeepAlive;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ConnectionOptions;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.proxy.upstream.health.BreakerRules;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.ErrorMatch;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.OutlierDetection;
import envoy.config.cluster.v3.Cluster;
import envoy.config.cluster.v3.UpstreamConnectionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads clusters. What is read by itself has a parser of its own.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
public final class ClusterParser {

    private static final Set<String> READ =
            Set.of(
                    "name",
                    "alt_stat_name",
                    "type",
                    "cluster_type",
                    "eds_cluster_config",
                    "connect_timeout",
                    "per_connection_buffer_limit_bytes",
                    "lb_policy",
                    "load_balancing_policy",
                    "load_assignment",
                    "max_requests_per_connection",
                    "circuit_breakers",
                    "common_http_protocol_options",
                    "http_protocol_options",
                    "http2_protocol_options",
                    "protocol_selection",
                    "typed_extension_protocol_options",
                    "dns_refresh_rate",
                    "dns_failure_refresh_rate",
                    "dns_jitter",
                    "respect_dns_ttl",
                    "dns_lookup_family",
                    "least_request_lb_config",
                    "round_robin_lb_config",
                    "ring_hash_lb_config",
                    "maglev_lb_config",
                    "common_lb_config",
                    "transport_socket",
                    "upstream_connection_options",
                    "preconnect_policy",
                    "transport_socket_matches",
                    "cleanup_interval",
                    "original_dst_lb_config",
                    "upstream_bind_config",
                    "upstream_http_protocol_options",
                    "outlier_detection",
                    "health_checks",
                    "ignore_health_on_host_removal",
                    "metadata");

    /// Envoy's behaviour with these differs in no request: sizes of caches, timing of clean-up,
    /// what is counted besides.
    private static final Set<String> NOTED =
            Set.of("wait_for_warm_on_init", "track_timeout_budgets", "track_cluster_stats");

    private final Findings findings = new Findings();

    private ClusterParser() {}

    /// Reads one cluster.
    public static Parsed<ClusterConfig> parse(Cluster cluster) {
        var parser = new ClusterParser();
        ClusterConfig config = parser.read(cluster);
        return parser.findings.of(config);
    }

    private ClusterConfig read(Cluster cluster) {
        findings.fields("", cluster, READ, NOTED);
        findings.required("name", cluster.getName());
        BalancingParser.Balancing balancing = new BalancingParser(findings).balancing(cluster);
        checkProvided(cluster, balancing.kind());
        Connections connections = new UpstreamHttpParser(findings).connections(cluster);
        ClusterSettings settings = settings(cluster, connections);
        UpstreamSockets sockets = sockets(cluster);
        if (settings.protocol() instanceof UpstreamProtocol.Negotiated
                && !sockets.areAllSecured()) {
            findings.reject(
                    UpstreamHttpParser.OPTIONS_FIELD + ".auto_config",
                    "beside a transport_socket without TLS, in which nobody can choose a protocol"
                            + " (expected: TLS)");
        }
        return new ClusterConfig(
                settings,
                cluster.getAltStatName().isEmpty() ? cluster.getName() : cluster.getAltStatName(),
                discovery(cluster),
                new PeakEwmaParser(findings).balancing(cluster, balancing.kind()),
                balancing.byPlace(),
                panicPercent(cluster),
                sockets,
                balancing.zones(),
                health(cluster, settings.protocol(), connections.errors()),
                new SessionHostsParser(findings).states(cluster.getCommonLbConfig()),
                ResourceMetadata.of(cluster.getMetadata()));
    }

    private ClusterHealth.Rules health(
            Cluster cluster, UpstreamProtocol protocol, Optional<ErrorMatch> errors) {
        boolean isByConnection =
                cluster.getType() == Cluster.DiscoveryType.ORIGINAL_DST || cluster.hasClusterType();
        Optional<OutlierDetection> outliers = Optional.empty();
        if (cluster.hasOutlierDetection()) {
            outliers =
                    Optional.of(
                            new OutlierParser(
                                            findings,
                                            "outlier_detection",
                                            cluster.getOutlierDetection())
                                    .detection());
            if (isByConnection) {
                // A connection goes where it was meant to go, ejected or not.
                findings.note("outlier_detection");
                outliers = Optional.empty();
            }
        }
        Optional<HealthCheck> check = Optional.empty();
        if (cluster.getHealthChecksCount() > 0) {
            check =
                    Optional.of(
                            new HealthCheckParser(
                                            findings,
                                            "health_checks[0]",
                                            cluster.getHealthChecks(0))
                                    .check(protocol));
            if (cluster.getHealthChecksCount() > 1) {
                findings.reject(
                        "health_checks", cluster.getHealthChecksCount() + " (expected: one)");
            }
            if (isByConnection) {
                findings.notImplemented(
                        "health_checks",
                        "beside "
                                + (cluster.hasClusterType() ? "cluster_type" : "type ORIGINAL_DST")
                                + " it");
            }
        }
        Optional<BreakerRules> breaker = new BreakerParser(findings).rules(cluster, isByConnection);
        if (outliers.isEmpty() && check.isEmpty() && breaker.isEmpty()) {
            return ClusterHealth.Rules.NONE;
        }
        boolean isDynamic =
                switch (cluster.getType()) {
                    case EDS, STRICT_DNS -> true;
                    case STATIC, LOGICAL_DNS, ORIGINAL_DST, UNRECOGNIZED -> false;
                };
        return new ClusterHealth.Rules(
                outliers,
                errors,
                check,
                check.isPresent() && isDynamic && !cluster.getIgnoreHealthOnHostRemoval(),
                breaker);
    }

    /// `CLUSTER_PROVIDED` and `ORIGINAL_DST` go with each other only.
    private void checkProvided(Cluster cluster, ClusterConfig.Balancing balancing) {
        boolean isProvided = balancing instanceof ClusterConfig.Balancing.ByDiscovery;
        boolean isByConnection =
                cluster.getType() == Cluster.DiscoveryType.ORIGINAL_DST || cluster.hasClusterType();
        if (isProvided && !isByConnection) {
            findings.reject(
                    "lb_policy",
                    "CLUSTER_PROVIDED beside type "
                            + cluster.getType()
                            + " (expected: ORIGINAL_DST)");
        } else if (!isProvided && isByConnection) {
            findings.reject("lb_policy", "is not CLUSTER_PROVIDED, which type ORIGINAL_DST needs");
        }
    }

    private UpstreamSockets sockets(Cluster cluster) {
        var parser = new UpstreamSocketParser(findings);
        UpstreamSocket otherwise =
                cluster.hasTransportSocket()
                        ? parser.socket("transport_socket", cluster.getTransportSocket())
                        : UpstreamSocket.PLAIN;
        var choices = new ArrayList<UpstreamSockets.Choice>();
        for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
            String path = "transport_socket_matches[" + i + "]";
            var match = cluster.getTransportSocketMatches(i);
            findings.fields(path, match, Set.of("name", "match", "transport_socket"));
            Map<String, String> labels = EndpointParser.texts(match.getMatch());
            if (labels.size() != match.getMatch().getFieldsCount()) {
                findings.notImplemented(join(path, "match"), "an object or a list in it");
            }
            choices.add(
                    new UpstreamSockets.Choice(
                            match.getName(),
                            labels,
                            parser.socket(
                                    join(path, "transport_socket"), match.getTransportSocket())));
        }
        return new UpstreamSockets(choices, otherwise);
    }

    private ClusterSettings settings(Cluster cluster, Connections connections) {
        Duration connectTimeout = Duration.ofSeconds(5);
        if (cluster.hasConnectTimeout()) {
            connectTimeout = findings.duration("connect_timeout", cluster.getConnectTimeout());
            if (connectTimeout.isZero()) {
                findings.reject("connect_timeout", "0s (expected: more)");
                connectTimeout = Duration.ofSeconds(5);
            }
        }
        int buffer = ListenerConfig.BUFFER_LIMIT;
        if (cluster.hasPerConnectionBufferLimitBytes()) {
            buffer = cluster.getPerConnectionBufferLimitBytes().getValue();
            findings.range("per_connection_buffer_limit_bytes", buffer, 1, Integer.MAX_VALUE);
        }
        var circuits = new CircuitParser(findings);
        return new ClusterSettings(
                cluster.getName().isEmpty() ? "-" : cluster.getName(),
                connectTimeout,
                connections.idleTimeout(),
                connections.maxRequests(),
                Math.max(1, buffer),
                circuits.limits(cluster.getCircuitBreakers()),
                new ConnectionOptions(
                        connections.maxDuration(),
                        new ConnectSettings(
                                keepAlive(cluster.getUpstreamConnectionOptions()),
                                new UpstreamBindParser(findings)
                                        .sources(
                                                "upstream_bind_config",
                                                cluster.getUpstreamBindConfig()),
                                addressOrder(
                                        cluster.getUpstreamConnectionOptions()
                                                .getHappyEyeballsConfig()),
                                null),
                        connections.responseLimits(),
                        circuits.maxPerHost(cluster.getCircuitBreakers()),
                        preconnectRatio(cluster.getPreconnectPolicy()),
                        connections.names()),
                connections.protocol());
    }

    private Optional<KeepAlive> keepAlive(UpstreamConnectionOptions options) {
        String path = "upstream_connection_options";
        findings.fields(path, options, Set.of("tcp_keepalive", "happy_eyeballs_config"));
        if (!options.hasTcpKeepalive()) {
            return Optional.empty();
        }
        var keepAlive = options.getTcpKeepalive();
        findings.fields(
                join(path, "tcp_keepalive"),
                keepAlive,
                Set.of("keepalive_probes", "keepalive_time", "keepalive_interval"));
        return Optional.of(
                new KeepAlive(
                        positive(keepAlive.getKeepaliveProbes().getValue()),
                        positive(keepAlive.getKeepaliveTime().getValue()),
                        positive(keepAlive.getKeepaliveInterval().getValue())));
    }

    private AddressOrder addressOrder(UpstreamConnectionOptions.HappyEyeballsConfig config) {
        String path = "upstream_connection_options.happy_eyeballs_config";
        findings.fields(
                path, config, Set.of("first_address_family_version", "first_address_family_count"));
        int count = 1;
        if (config.hasFirstAddressFamilyCount()) {
            count = config.getFirstAddressFamilyCount().getValue();
            findings.range(join(path, "first_address_family_count"), count, 1, Integer.MAX_VALUE);
        }
        AddressOrder.First first =
                switch (config.getFirstAddressFamilyVersion()) {
                    case DEFAULT -> AddressOrder.First.AS_GIVEN;
                    case V4 -> AddressOrder.First.V4;
                    case V6 -> AddressOrder.First.V6;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "first_address_family_version"), "is unknown");
                        yield AddressOrder.First.AS_GIVEN;
                    }
                };
        return new AddressOrder(first, Math.max(1, count));
    }

    private static int positive(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    private double preconnectRatio(Cluster.PreconnectPolicy policy) {
        findings.fields("preconnect_policy", policy, Set.of("per_upstream_preconnect_ratio"));
        if (!policy.hasPerUpstreamPreconnectRatio()) {
            return 1;
        }
        double ratio = policy.getPerUpstreamPreconnectRatio().getValue();
        if (!(ratio >= 1 && ratio <= 3)) {
            findings.reject(
                    "preconnect_policy.per_upstream_preconnect_ratio",
                    ratio + " (expected: from 1 to 3)");
            return 1;
        }
        return ratio;
    }

    private ClusterConfig.Discovery discovery(Cluster cluster) {
        boolean isByConnection = cluster.getType() == Cluster.DiscoveryType.ORIGINAL_DST;
        if (!isByConnection && cluster.hasOriginalDstLbConfig()) {
            findings.reject("original_dst_lb_config", "is set beside type " + cluster.getType());
        }
        if (!isByConnection && cluster.hasCleanupInterval()) {
            findings.note("cleanup_interval");
        }
        if (cluster.hasClusterType()) {
            return AggregateParser.isMeant(cluster.getClusterType())
                    ? new AggregateParser(findings).discovery(cluster.getClusterType())
                    : new DynamicProxyParser(findings).discovery(cluster);
        }
        return switch (cluster.getType()) {
            case STATIC -> new ClusterConfig.Discovery.Fixed(hosts(cluster, false));
            case STRICT_DNS -> dns(cluster, false);
            case LOGICAL_DNS -> dns(cluster, true);
            case EDS -> eds(cluster);
            case ORIGINAL_DST -> new OriginalDestinationParser(findings).discovery(cluster);
            case UNRECOGNIZED -> {
                findings.reject("type", cluster.getTypeValue() + " (expected: from 0 to 4)");
                yield new ClusterConfig.Discovery.Eds("-", ConfigSources.FETCH_TIMEOUT);
            }
        };
    }

    private ClusterConfig.Discovery eds(Cluster cluster) {
        var eds = cluster.getEdsClusterConfig();
        findings.fields("eds_cluster_config", eds, Set.of("eds_config", "service_name"));
        if (cluster.hasLoadAssignment()) {
            findings.reject("load_assignment", "is set beside type EDS (expected: none)");
        }
        return new ClusterConfig.Discovery.Eds(
                eds.getServiceName().isEmpty() ? cluster.getName() : eds.getServiceName(),
                ConfigSources.check(findings, "eds_cluster_config.eds_config", eds.getEdsConfig()));
    }

    private Assignment hosts(Cluster cluster, boolean namesAllowed) {
        if (!cluster.hasLoadAssignment()) {
            // Envoy takes a cluster without load_assignment as one without hosts.
            return Assignment.empty(cluster.getName());
        }
        return EndpointParser.within(
                "load_assignment", cluster.getLoadAssignment(), namesAllowed, findings);
    }

    private ClusterConfig.Discovery dns(Cluster cluster, boolean isLogical) {
        Assignment hosts = hosts(cluster, true);
        if (isLogical && hosts.size() != 1) {
            findings.reject(
                    "load_assignment",
                    hosts.size() + " endpoints (expected: exactly one with LOGICAL_DNS)");
        }
        return new ClusterConfig.Discovery.Dns(
                hosts, isLogical, new DnsTimingParser(findings).timing(cluster), family(cluster));
    }

    private ClusterConfig.Family family(Cluster cluster) {
        return switch (cluster.getDnsLookupFamily()) {
            case AUTO -> ClusterConfig.Family.AUTO;
            case V4_ONLY -> ClusterConfig.Family.V4_ONLY;
            case V6_ONLY -> ClusterConfig.Family.V6_ONLY;
            case V4_PREFERRED -> ClusterConfig.Family.V4_PREFERRED;
            case ALL -> ClusterConfig.Family.ALL;
            case UNRECOGNIZED -> {
                findings.reject("dns_lookup_family", "is unknown");
                yield ClusterConfig.Family.AUTO;
            }
        };
    }

    private double panicPercent(Cluster cluster) {
        if (!cluster.getCommonLbConfig().hasHealthyPanicThreshold()) {
            return 50;
        }
        double percent = cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue();
        if (!(percent >= 0 && percent <= 100)) {
            findings.reject(
                    "common_lb_config.healthy_panic_threshold",
                    percent + " (expected: from 0 to 100)");
            return 50;
        }
        return percent;
    }
}

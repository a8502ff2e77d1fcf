package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.upstream.balance.Hashing;
import dev.heddle.proxy.upstream.balance.SlowStart;
import dev.heddle.proxy.upstream.balance.ZoneAware;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.cluster.v3.Cluster;
import envoy.config.cluster.v3.LoadBalancingPolicy;
import envoy.config.core.v3.RuntimeDouble;
import envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig;
import envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import envoy.extensions.load_balancing_policies.random.v3.Random;
import envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import envoy.type.v3.Percent;
import google.protobuf.Duration;
import google.protobuf.UInt32Value;
import google.protobuf.UInt64Value;
import java.util.Optional;
import java.util.Set;

/// Reads how clusters choose hosts: as the fields of a cluster say it, or as the extensions that
/// took their place do.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class BalancingParser {
    private static final ClusterConfig.Balancing USUAL = new ClusterConfig.Balancing.RoundRobin();
    private static final String CHOICES = "choice_count";
    private static final String BIAS = "active_request_bias";
    private static final String SLOW_START = "slow_start_config";
    private static final String BY_PLACE = "locality_weighted_lb_config";
    private static final String ZONES = "zone_aware_lb_config";
    private static final String HASHING = "consistent_hashing_lb_config";

    private final Findings findings;

    BalancingParser(Findings findings) {
        this.findings = findings;
    }

    /// @param byPlace whether a place is chosen before a host in it
    /// @param zones how the proxy's own place goes before others
    record Balancing(ClusterConfig.Balancing kind, boolean byPlace, Optional<ZoneAware> zones) {
        Balancing(ClusterConfig.Balancing kind, boolean byPlace) {
            this(kind, byPlace, Optional.empty());
        }
    }

    Balancing balancing(Cluster cluster) {
        boolean byPlace = byPlace(cluster);
        if (cluster.hasLoadBalancingPolicy()) {
            Balancing policy = policy(cluster.getLoadBalancingPolicy());
            return new Balancing(policy.kind(), policy.byPlace() || byPlace, policy.zones());
        }
        ClusterConfig.Balancing kind = kind(cluster);
        if (cluster.getCommonLbConfig().hasConsistentHashingLbConfig()
                && !(kind instanceof ClusterConfig.Balancing.Hashed)) {
            findings.note(join("common_lb_config", HASHING));
        }
        return new Balancing(kind, byPlace, zones(cluster));
    }

    private Optional<ZoneAware> zones(Cluster cluster) {
        if (!cluster.getCommonLbConfig().hasZoneAwareLbConfig()) {
            return Optional.empty();
        }
        String path = "common_lb_config.zone_aware_lb_config";
        var config = cluster.getCommonLbConfig().getZoneAwareLbConfig();
        findings.fields(
                path,
                config,
                Set.of("routing_enabled", "min_cluster_size", "fail_traffic_on_panic"),
                Set.of("force_local_zone", "force_locality_direct_routing"));
        return zones(
                path,
                config.hasRoutingEnabled()
                        ? Optional.of(config.getRoutingEnabled())
                        : Optional.empty(),
                config.hasMinClusterSize()
                        ? Optional.of(config.getMinClusterSize())
                        : Optional.empty(),
                config.getFailTrafficOnPanic(),
                false);
    }

    private Optional<ZoneAware> zones(
            String path,
            Optional<Percent> enabled,
            Optional<UInt64Value> leastHosts,
            boolean failsInPanic,
            boolean isDirect) {
        double percent = enabled.map(Percent::getValue).orElse(100.0);
        if (!(percent >= 0 && percent <= 100)) {
            findings.reject(join(path, "routing_enabled"), percent + " (expected: from 0 to 100)");
            percent = 100;
        }
        return Optional.of(
                new ZoneAware(
                        percent,
                        leastHosts.map(UInt64Value::getValue).orElse(ZoneAware.LEAST_HOSTS),
                        failsInPanic,
                        isDirect));
    }

    private Optional<ZoneAware> zones(String path, LocalityLbConfig locality) {
        if (!locality.hasZoneAwareLbConfig()) {
            return Optional.empty();
        }
        String at = join(path, "locality_lb_config.zone_aware_lb_config");
        var config = locality.getZoneAwareLbConfig();
        findings.fields(
                at,
                config,
                Set.of(
                        "routing_enabled",
                        "min_cluster_size",
                        "fail_traffic_on_panic",
                        "force_locality_direct_routing"));
        return zones(
                at,
                config.hasRoutingEnabled()
                        ? Optional.of(config.getRoutingEnabled())
                        : Optional.empty(),
                config.hasMinClusterSize()
                        ? Optional.of(config.getMinClusterSize())
                        : Optional.empty(),
                config.getFailTrafficOnPanic(),
                config.getForceLocalityDirectRouting());
    }

    private ClusterConfig.Balancing kind(Cluster cluster) {
        return switch (cluster.getLbPolicy()) {
            case ROUND_ROBIN -> {
                String path = "round_robin_lb_config";
                var config = cluster.getRoundRobinLbConfig();
                findings.fields(path, config, Set.of(SLOW_START));
                yield new ClusterConfig.Balancing.RoundRobin(
                        slowStart(join(path, SLOW_START), config.getSlowStartConfig()));
            }
            case LEAST_REQUEST -> {
                String path = "least_request_lb_config";
                var config = cluster.getLeastRequestLbConfig();
                findings.fields(path, config, Set.of(CHOICES, BIAS, SLOW_START));
                yield new ClusterConfig.Balancing.LeastRequest(
                        choices(
                                join(path, CHOICES),
                                config.hasChoiceCount(),
                                config.getChoiceCount()),
                        bias(
                                join(path, BIAS),
                                config.hasActiveRequestBias(),
                                config.getActiveRequestBias()),
                        slowStart(join(path, SLOW_START), config.getSlowStartConfig()));
            }
            case RANDOM -> new ClusterConfig.Balancing.Random();
            case CLUSTER_PROVIDED -> new ClusterConfig.Balancing.ByDiscovery();
            case RING_HASH -> {
                String path = "ring_hash_lb_config";
                var config = cluster.getRingHashLbConfig();
                findings.fields(
                        path,
                        config,
                        Set.of("minimum_ring_size", "maximum_ring_size", "hash_function"));
                Hashing.Function function =
                        switch (config.getHashFunction()) {
                            case XX_HASH -> Hashing.Function.XX_HASH;
                            case MURMUR_HASH_2 -> Hashing.Function.MURMUR_HASH_2;
                            case UNRECOGNIZED -> unknownFunction(path);
                        };
                yield hashed(
                        ring(
                                path,
                                config.hasMinimumRingSize(),
                                config.getMinimumRingSize(),
                                config.hasMaximumRingSize(),
                                config.getMaximumRingSize(),
                                function),
                        cluster);
            }
            case MAGLEV -> {
                String path = "maglev_lb_config";
                var config = cluster.getMaglevLbConfig();
                findings.fields(path, config, Set.of("table_size"));
                yield hashed(maglev(path, config.hasTableSize(), config.getTableSize()), cluster);
            }
            case LOAD_BALANCING_POLICY_CONFIG -> {
                findings.reject("load_balancing_policy", "is not set");
                yield USUAL;
            }
            case UNRECOGNIZED -> {
                findings.reject("lb_policy", cluster.getLbPolicyValue() + " is unknown");
                yield USUAL;
            }
        };
    }

    private ClusterConfig.Balancing hashed(Hashing.Shape shape, Cluster cluster) {
        String path = join("common_lb_config", HASHING);
        var config = cluster.getCommonLbConfig().getConsistentHashingLbConfig();
        findings.fields(path, config, Set.of("use_hostname_for_hashing", "hash_balance_factor"));
        boolean isNamed =
                cluster.getType() == Cluster.DiscoveryType.STRICT_DNS
                        || cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS;
        if (config.getUseHostnameForHashing() && !isNamed) {
            findings.reject(
                    join(path, "use_hostname_for_hashing"),
                    "is set beside type "
                            + cluster.getType()
                            + " (expected: STRICT_DNS or LOGICAL_DNS)");
        }
        return new ClusterConfig.Balancing.Hashed(
                new Hashing(
                        shape,
                        config.getUseHostnameForHashing(),
                        balance(
                                path,
                                config.hasHashBalanceFactor(),
                                config.getHashBalanceFactor())));
    }

    /// Envoy takes the first policy of the list that it knows, and so do we.
    private Balancing policy(LoadBalancingPolicy policy) {
        for (int i = 0; i < policy.getPoliciesCount(); i++) {
            String path = "load_balancing_policy.policies[" + i + "].typed_extension_config";
            Any config = policy.getPolicies(i).getTypedExtensionConfig().getTypedConfig();
            try {
                Optional<Balancing> known = policy(path, config);
                if (known.isPresent()) {
                    return known.get();
                }
            } catch (WireException e) {
                findings.reject(path, String.valueOf(e.getMessage()));
                return new Balancing(USUAL, false);
            }
        }
        findings.reject(
                "load_balancing_policy",
                "none of its policies is implemented (expected: round robin, least request,"
                        + " random, ring hash or maglev)");
        return new Balancing(USUAL, false);
    }

    private Optional<Balancing> policy(String path, Any config) throws WireException {
        if (config.holds(RoundRobin.getDefaultInstance())) {
            var it = config.unpack(RoundRobin.getDefaultInstance());
            findings.fields(path, it, Set.of("locality_lb_config", SLOW_START));
            return Optional.of(
                    new Balancing(
                            new ClusterConfig.Balancing.RoundRobin(
                                    slowStart(join(path, SLOW_START), it.getSlowStartConfig())),
                            byPlace(path, it.getLocalityLbConfig()),
                            zones(path, it.getLocalityLbConfig())));
        }
        if (config.holds(LeastRequest.getDefaultInstance())) {
            var it = config.unpack(LeastRequest.getDefaultInstance());
            findings.fields(path, it, Set.of("locality_lb_config", CHOICES, BIAS, SLOW_START));
            return Optional.of(
                    new Balancing(
                            new ClusterConfig.Balancing.LeastRequest(
                                    choices(
                                            join(path, CHOICES),
                                            it.hasChoiceCount(),
                                            it.getChoiceCount()),
                                    bias(
                                            join(path, BIAS),
                                            it.hasActiveRequestBias(),
                                            it.getActiveRequestBias()),
                                    slowStart(join(path, SLOW_START), it.getSlowStartConfig())),
                            byPlace(path, it.getLocalityLbConfig()),
                            zones(path, it.getLocalityLbConfig())));
        }
        if (config.holds(Random.getDefaultInstance())) {
            var it = config.unpack(Random.getDefaultInstance());
            findings.fields(path, it, Set.of("locality_lb_config"));
            return Optional.of(
                    new Balancing(
                            new ClusterConfig.Balancing.Random(),
                            byPlace(path, it.getLocalityLbConfig()),
                            zones(path, it.getLocalityLbConfig())));
        }
        if (config.holds(RingHash.getDefaultInstance())) {
            return Optional.of(ring(path, config.unpack(RingHash.getDefaultInstance())));
        }
        if (config.holds(Maglev.getDefaultInstance())) {
            var it = config.unpack(Maglev.getDefaultInstance());
            findings.fields(path, it, Set.of("table_size", HASHING, BY_PLACE));
            return Optional.of(
                    hashed(
                            path,
                            maglev(path, it.hasTableSize(), it.getTableSize()),
                            it.getConsistentHashingLbConfig(),
                            it.hasLocalityWeightedLbConfig()));
        }
        return Optional.empty();
    }

    private Balancing ring(String path, RingHash ring) {
        findings.fields(
                path,
                ring,
                Set.of(
                        "minimum_ring_size",
                        "maximum_ring_size",
                        "hash_function",
                        "use_hostname_for_hashing",
                        "hash_balance_factor",
                        HASHING,
                        BY_PLACE));
        Hashing.Function function =
                switch (ring.getHashFunction()) {
                    case DEFAULT_HASH, XX_HASH -> Hashing.Function.XX_HASH;
                    case MURMUR_HASH_2 -> Hashing.Function.MURMUR_HASH_2;
                    case UNRECOGNIZED -> unknownFunction(path);
                };
        Hashing.Shape shape =
                ring(
                        path,
                        ring.hasMinimumRingSize(),
                        ring.getMinimumRingSize(),
                        ring.hasMaximumRingSize(),
                        ring.getMaximumRingSize(),
                        function);
        if (ring.hasConsistentHashingLbConfig()) {
            return hashed(
                    path,
                    shape,
                    ring.getConsistentHashingLbConfig(),
                    ring.hasLocalityWeightedLbConfig());
        }
        return new Balancing(
                new ClusterConfig.Balancing.Hashed(
                        new Hashing(
                                shape,
                                ring.getUseHostnameForHashing(),
                                balance(
                                        path,
                                        ring.hasHashBalanceFactor(),
                                        ring.getHashBalanceFactor()))),
                ring.hasLocalityWeightedLbConfig());
    }

    private Balancing hashed(
            String path, Hashing.Shape shape, ConsistentHashingLbConfig config, boolean byPlace) {
        String at = join(path, HASHING);
        findings.fields(at, config, Set.of("use_hostname_for_hashing", "hash_balance_factor"));
        return new Balancing(
                new ClusterConfig.Balancing.Hashed(
                        new Hashing(
                                shape,
                                config.getUseHostnameForHashing(),
                                balance(
                                        at,
                                        config.hasHashBalanceFactor(),
                                        config.getHashBalanceFactor()))),
                byPlace);
    }

    private Hashing.Function unknownFunction(String path) {
        findings.reject(join(path, "hash_function"), "is unknown");
        return Hashing.Function.XX_HASH;
    }

    private Hashing.Shape ring(
            String path,
            boolean hasLeast,
            UInt64Value leastSize,
            boolean hasMost,
            UInt64Value mostSize,
            Hashing.Function function) {
        long limit = Hashing.Shape.Ring.LIMIT;
        long least = hasLeast ? leastSize.getValue() : Hashing.Shape.Ring.LEAST;
        long most = hasMost ? mostSize.getValue() : limit;
        findings.range(join(path, "minimum_ring_size"), least, 1, limit);
        findings.range(join(path, "maximum_ring_size"), most, 1, limit);
        if (least > most) {
            findings.reject(
                    join(path, "minimum_ring_size"),
                    least + " (expected: at most maximum_ring_size, " + most + ")");
        }
        long greatest = Math.clamp(most, 1, limit);
        return new Hashing.Shape.Ring(Math.clamp(least, 1, greatest), greatest, function);
    }

    private Hashing.Shape maglev(String path, boolean isSet, UInt64Value tableSize) {
        long size = isSet ? tableSize.getValue() : Hashing.Shape.Maglev.SIZE;
        if (size < 0 || size > Hashing.Shape.Maglev.LIMIT || !Hashing.isPrime(size)) {
            findings.reject(
                    join(path, "table_size"),
                    Long.toUnsignedString(size)
                            + " (expected: a prime, at most "
                            + Hashing.Shape.Maglev.LIMIT
                            + ")");
            size = Hashing.Shape.Maglev.SIZE;
        }
        return new Hashing.Shape.Maglev((int) size);
    }

    private int balance(String path, boolean isSet, UInt32Value factor) {
        if (!isSet) {
            return 0;
        }
        findings.range(
                join(path, "hash_balance_factor"), factor.getValue(), 100, Integer.MAX_VALUE);
        return Math.max(100, factor.getValue());
    }

    private int choices(String path, boolean isSet, UInt32Value count) {
        if (!isSet) {
            return 2;
        }
        findings.range(path, count.getValue(), 2, 1_000);
        return Math.clamp(count.getValue(), 2, 1_000);
    }

    private double bias(String path, boolean isSet, RuntimeDouble bias) {
        if (!isSet) {
            return 1;
        }
        double value = value(path, bias);
        if (!(value >= 0)) {
            findings.reject(path, value + " (expected: >= 0)");
            return 1;
        }
        return value;
    }

    /// There is no runtime in which somebody could set another one.
    private double value(String path, RuntimeDouble value) {
        findings.fields(path, value, Set.of("default_value", "runtime_key"));
        return value.getDefaultValue();
    }

    private Optional<SlowStart> slowStart(String path, Cluster.SlowStartConfig config) {
        return slowStart(
                path,
                config,
                config.getSlowStartWindow(),
                config.hasAggression() ? Optional.of(config.getAggression()) : Optional.empty(),
                config.hasMinWeightPercent()
                        ? Optional.of(config.getMinWeightPercent())
                        : Optional.empty());
    }

    private Optional<SlowStart> slowStart(String path, SlowStartConfig config) {
        return slowStart(
                path,
                config,
                config.getSlowStartWindow(),
                config.hasAggression() ? Optional.of(config.getAggression()) : Optional.empty(),
                config.hasMinWeightPercent()
                        ? Optional.of(config.getMinWeightPercent())
                        : Optional.empty());
    }

    private Optional<SlowStart> slowStart(
            String path,
            Message config,
            Duration window,
            Optional<RuntimeDouble> aggression,
            Optional<Percent> leastPercent) {
        findings.fields(
                path, config, Set.of("slow_start_window", "aggression", "min_weight_percent"));
        java.time.Duration length = findings.duration(join(path, "slow_start_window"), window);
        double growth = aggression.map(it -> value(join(path, "aggression"), it)).orElse(1.0);
        if (!(growth > 0)) {
            findings.reject(join(path, "aggression"), growth + " (expected: > 0)");
            growth = 1;
        }
        double least = leastPercent.map(Percent::getValue).orElse(10.0);
        if (!(least >= 0 && least <= 100)) {
            findings.reject(join(path, "min_weight_percent"), least + " (expected: from 0 to 100)");
            least = 10;
        }
        return length.toMillis() < 1
                ? Optional.empty()
                : Optional.of(new SlowStart(length.toNanos(), growth, least));
    }

    private boolean byPlace(String path, LocalityLbConfig config) {
        String at = join(path, "locality_lb_config");
        findings.fields(at, config, Set.of(BY_PLACE, ZONES));
        return config.hasLocalityWeightedLbConfig();
    }

    private boolean byPlace(Cluster cluster) {
        var config = cluster.getCommonLbConfig();
        findings.fields(
                "common_lb_config",
                config,
                Set.of("healthy_panic_threshold", "override_host_status", BY_PLACE, HASHING, ZONES),
                Set.of("update_merge_window"));
        return config.hasLocalityWeightedLbConfig();
    }
}

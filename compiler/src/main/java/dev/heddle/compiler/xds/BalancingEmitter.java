package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt64Value;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.LoadBalancing.Table;
import dev.heddle.compiler.ir.LoadBalancing.Warmup;
import dev.heddle.compiler.ir.Places;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.MaglevLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RoundRobinLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.SlowStartConfig;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.Optional;
import java.util.OptionalInt;

/// Emits how hosts are chosen, and what of a request is hashed for that.
final class BalancingEmitter {
    /// Envoy wants one; nobody sets it.
    private static final String AGGRESSION = "heddle.warmup.aggression";

    private BalancingEmitter() {}

    static void emit(LoadBalancing balancing, Cluster.Builder out) {
        switch (balancing) {
            case LoadBalancing.RoundRobin(var warmup) -> {
                out.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
                warmup.ifPresent(it ->
                        out.setRoundRobinLbConfig(
                                RoundRobinLbConfig.newBuilder().setSlowStartConfig(slowStart(it))));
            }
            case LoadBalancing.LeastRequest(var warmup) -> leastRequest(warmup, out);
            case LoadBalancing.PeakEwma(var decay, var longestRest, var warmup) -> {
                leastRequest(warmup, out);
                out.getMetadataBuilder()
                        .putFilterMetadata(
                                "heddle.peak_ewma",
                                Struct.newBuilder()
                                        .putFields("decay_time", Protos.seconds(decay))
                                        .putFields("max_retry_after", Protos.seconds(longestRest))
                                        .build());
            }
            case LoadBalancing.Random() -> out.setLbPolicy(Cluster.LbPolicy.RANDOM);
            case LoadBalancing.Hashed(Table.Ring(var least)) -> {
                out.setLbPolicy(Cluster.LbPolicy.RING_HASH);
                least.ifPresent(n ->
                        out.setRingHashLbConfig(
                                RingHashLbConfig.newBuilder()
                                        .setMinimumRingSize(UInt64Value.of(n))));
            }
            case LoadBalancing.Hashed(Table.Maglev(var size)) -> {
                out.setLbPolicy(Cluster.LbPolicy.MAGLEV);
                size.ifPresent(n ->
                        out.setMaglevLbConfig(
                                MaglevLbConfig.newBuilder().setTableSize(UInt64Value.of(n))));
            }
            case LoadBalancing.ByCluster() -> out.setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
        }
    }

    private static void leastRequest(Optional<Warmup> warmup, Cluster.Builder out) {
        out.setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST);
        warmup.ifPresent(it ->
                out.setLeastRequestLbConfig(
                        LeastRequestLbConfig.newBuilder().setSlowStartConfig(slowStart(it))));
    }

    static void places(Places places, Cluster.Builder out) {
        switch (places) {
            case Places.Alike() -> {}
            case Places.Weighted() ->
                    out.getCommonLbConfigBuilder()
                            .setLocalityWeightedLbConfig(
                                    LocalityWeightedLbConfig.getDefaultInstance());
            case Places.ZoneAware(boolean enabled, OptionalInt leastHosts) -> {
                ZoneAwareLbConfig.Builder zones = ZoneAwareLbConfig.newBuilder();
                if (!enabled) {
                    zones.setRoutingEnabled(Percent.newBuilder().setValue(0));
                }
                leastHosts.ifPresent(n -> zones.setMinClusterSize(UInt64Value.of(n)));
                out.getCommonLbConfigBuilder().setZoneAwareLbConfig(zones);
            }
        }
    }

    private static SlowStartConfig slowStart(Warmup warmup) {
        SlowStartConfig.Builder out =
                SlowStartConfig.newBuilder().setSlowStartWindow(Protos.duration(warmup.duration()));
        warmup.shape()
                .ifPresent(it ->
                        out.setAggression(
                                        RuntimeDouble.newBuilder()
                                                .setDefaultValue(it.aggression())
                                                .setRuntimeKey(AGGRESSION))
                                .setMinWeightPercent(
                                        Percent.newBuilder().setValue(it.leastPercent())));
        return out.build();
    }

    static HashPolicy hash(HashKey key) {
        HashPolicy.Builder out = HashPolicy.newBuilder();
        switch (key) {
            case HashKey.Header(String name) ->
                    out.setHeader(HashPolicy.Header.newBuilder().setHeaderName(name));
            case HashKey.Cookie cookie -> out.setCookie(cookie(cookie));
            case HashKey.SourceIp() ->
                    out.setConnectionProperties(
                            HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true));
            case HashKey.QueryParameter(String name) ->
                    out.setQueryParameter(HashPolicy.QueryParameter.newBuilder().setName(name));
        }
        return out.build();
    }

    private static HashPolicy.Cookie cookie(HashKey.Cookie cookie) {
        HashPolicy.Cookie.Builder out =
                HashPolicy.Cookie.newBuilder().setName(cookie.name()).setPath(cookie.path());
        cookie.ttl().ifPresent(it -> out.setTtl(Protos.duration(it)));
        cookie.attributes()
                .forEach(it ->
                        out.addAttributes(
                                HashPolicy.CookieAttribute.newBuilder()
                                        .setName(it.name())
                                        .setValue(it.value())));
        return out.build();
    }
}

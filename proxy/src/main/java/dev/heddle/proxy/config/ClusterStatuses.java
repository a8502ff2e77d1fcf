package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.health.Breaker;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthFlag;
import dev.heddle.proxy.upstream.health.HostHealth;
import dev.heddle.proxy.upstream.health.RateAverage;
import dev.heddle.telemetry.SocketAddressText;
import dev.heddle.xds.EnvoyJson;
import io.envoyproxy.envoy.admin.v3.ClusterStatus;
import io.envoyproxy.envoy.admin.v3.Clusters;
import io.envoyproxy.envoy.admin.v3.HostHealthStatus;
import io.envoyproxy.envoy.admin.v3.HostStatus;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The clusters that run and their hosts, in the shapes of Envoy's `/clusters`.
///
/// Numbers of single hosts are left out: they are not counted.
public final class ClusterStatuses {

    private ClusterStatuses() {}

    private static @Nullable HostHealth health(
            @Nullable ClusterHealth seen, Assignment.Endpoint host) {
        return seen == null ? null : seen.host(host.address());
    }

    /// As text: `cluster::host::what::value`.
    ///
    /// @param fixed names of the clusters of the bootstrap
    /// @param seen what is known of the hosts of the clusters of these names by watching them
    /// @param wanted found somewhere in the names of the clusters that are shown
    public static String text(
            ProxyConfig active, Set<String> fixed, ClusterHealth.Source seen, Pattern wanted) {
        var out = new StringBuilder();
        active.clusters()
                .forEach((name, state) -> {
                    if (!wanted.matcher(name).find()) {
                        return;
                    }
                    line(out, name, "observability_name", state.config().altStatName());
                    CircuitLimits limits = state.config().settings().limits();
                    limits(out, name, "default_priority::max_", limits);
                    limits(out, name, "high_priority::max_", limits.ofUrgent());
                    line(out, name, "added_via_api", !fixed.contains(name));
                    if (state.config().discovery()
                            instanceof ClusterConfig.Discovery.Eds(var service, _)) {
                        line(out, name, "eds_service_name", service);
                    }
                    ClusterHealth health = seen.of(name);
                    if (health != null && health.rules().outliers().isPresent()) {
                        rates(out, name, "outlier::", health.average());
                        rates(out, name, "outlier::local_origin_", health.localAverage());
                    }
                    Breaker breaker = health == null ? null : health.breaker();
                    if (breaker != null) {
                        line(out, name, "circuit_breaker::state", word(breaker.state()));
                    }
                    for (Assignment.Place place : state.hosts().places()) {
                        for (Assignment.Endpoint host : place.endpoints()) {
                            text(out, name, place, host, health(health, host));
                        }
                    }
                });
        return out.toString();
    }

    private static String word(Breaker.State state) {
        return switch (state) {
            case Breaker.State.Closed _ -> "closed";
            case Breaker.State.Open _ -> "open";
            case Breaker.State.HalfOpen _ -> "half_open";
        };
    }

    private static void rates(
            StringBuilder out, String cluster, String where, RateAverage average) {
        line(out, cluster, where + "success_rate_average", number(average.average()));
        line(out, cluster, where + "success_rate_ejection_threshold", number(average.threshold()));
    }

    private static void text(
            StringBuilder out,
            String cluster,
            Assignment.Place place,
            Assignment.Endpoint host,
            @Nullable HostHealth health) {
        String at = cluster + "::" + SocketAddressText.whole(host.address());
        line(out, at, "hostname", host.hostname());
        line(out, at, "health_flags", flags(host, health));
        line(out, at, "weight", host.weight());
        line(out, at, "region", place.locality().region());
        line(out, at, "zone", place.locality().zone());
        line(out, at, "sub_zone", place.locality().subZone());
        line(out, at, "priority", place.priority());
        if (health != null && health.isWatched()) {
            line(out, at, "success_rate", number(health.rates().external()));
            line(out, at, "local_origin_success_rate", number(health.rates().local()));
        }
    }

    /// Without a fraction where there is none.
    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String flags(Assignment.Endpoint host, @Nullable HostHealth health) {
        var text = new StringBuilder();
        if (health != null) {
            health.flags().forEach(flag -> text.append(flag.text()));
        }
        switch (host.health()) {
            case HEALTHY -> {
                // That is no flag.
            }
            case DEGRADED -> text.append("/degraded_eds_health");
            case UNHEALTHY, TIMEOUT -> text.append("/failed_eds_health");
            case DRAINING -> text.append("/eds_status_draining");
        }
        return text.isEmpty() ? "healthy" : text.toString();
    }

    private static void line(StringBuilder out, String where, String what, Object value) {
        out.append(where).append("::").append(what).append("::").append(value).append('\n');
    }

    /// As JSON (`envoy.admin.v3.Clusters`).
    ///
    /// @param fixed names of the clusters of the bootstrap
    /// @param seen what is known of the hosts of the clusters of these names by watching them
    /// @param wanted found somewhere in the names of the clusters that are shown
    public static String json(
            ProxyConfig active, Set<String> fixed, ClusterHealth.Source seen, Pattern wanted) {
        var clusters = Clusters.newBuilder();
        active.clusters()
                .forEach((name, state) -> {
                    if (!wanted.matcher(name).find()) {
                        return;
                    }
                    var status =
                            ClusterStatus.newBuilder()
                                    .setName(name)
                                    .setAddedViaApi(!fixed.contains(name))
                                    .setObservabilityName(state.config().altStatName())
                                    .setCircuitBreakers(
                                            breakers(state.config().settings().limits()));
                    if (state.config().discovery()
                            instanceof ClusterConfig.Discovery.Eds(var service, _)) {
                        status.setEdsServiceName(service);
                    }
                    ClusterHealth health = seen.of(name);
                    if (health != null) {
                        rates(status, health);
                    }
                    for (Assignment.Place place : state.hosts().places()) {
                        for (Assignment.Endpoint host : place.endpoints()) {
                            status.addHostStatuses(host(place, host, health(health, host)));
                        }
                    }
                    clusters.addClusterStatuses(status);
                });
        return EnvoyJson.print(clusters.build()) + "\n";
    }

    private static void limits(
            StringBuilder out, String name, String prefix, CircuitLimits limits) {
        line(out, name, prefix + "connections", limits.maxConnections());
        line(out, name, prefix + "pending_requests", limits.maxPendingRequests());
        line(out, name, prefix + "requests", limits.maxRequests());
        line(out, name, prefix + "retries", limits.maxRetries());
    }

    private static CircuitBreakers breakers(CircuitLimits limits) {
        return CircuitBreakers.newBuilder()
                .addThresholds(thresholds(RoutingPriority.DEFAULT, limits))
                .addThresholds(thresholds(RoutingPriority.HIGH, limits.ofUrgent()))
                .build();
    }

    private static CircuitBreakers.Thresholds thresholds(
            RoutingPriority priority, CircuitLimits limits) {
        var thresholds = CircuitBreakers.Thresholds.newBuilder().setPriority(priority);
        thresholds.getMaxConnectionsBuilder().setValue(limits.maxConnections());
        thresholds.getMaxPendingRequestsBuilder().setValue(limits.maxPendingRequests());
        thresholds.getMaxRequestsBuilder().setValue(limits.maxRequests());
        thresholds.getMaxRetriesBuilder().setValue(limits.maxRetries());
        return thresholds.build();
    }

    private static void rates(ClusterStatus.Builder status, ClusterHealth health) {
        if (health.average().threshold() >= 0) {
            status.setSuccessRateEjectionThreshold(percent(health.average().threshold()));
        }
        if (health.localAverage().threshold() >= 0) {
            status.setLocalOriginSuccessRateEjectionThreshold(
                    percent(health.localAverage().threshold()));
        }
    }

    private static Percent percent(double value) {
        return Percent.newBuilder().setValue(value).build();
    }

    private static HostHealthStatus health(Assignment.Endpoint host, @Nullable HostHealth health) {
        var status =
                HostHealthStatus.newBuilder()
                        .setEdsHealthStatus(
                                switch (host.health()) {
                                    case HEALTHY -> HealthStatus.HEALTHY;
                                    case DEGRADED -> HealthStatus.DEGRADED;
                                    case UNHEALTHY -> HealthStatus.UNHEALTHY;
                                    case DRAINING -> HealthStatus.DRAINING;
                                    case TIMEOUT -> HealthStatus.UNHEALTHY;
                                });
        if (health != null) {
            for (HealthFlag flag : health.flags()) {
                switch (flag) {
                    case FAILED_ACTIVE_HC -> status.setFailedActiveHealthCheck(true);
                    case FAILED_OUTLIER_CHECK -> status.setFailedOutlierCheck(true);
                    case DEGRADED_ACTIVE_HC -> status.setFailedActiveDegradedCheck(true);
                    case PENDING_DYNAMIC_REMOVAL -> status.setPendingDynamicRemoval(true);
                    case EXCLUDED_VIA_IMMEDIATE_HC_FAIL ->
                            status.setExcludedViaImmediateHcFail(true);
                    case ACTIVE_HC_TIMEOUT -> status.setActiveHcTimeout(true);
                }
            }
        }
        return status.build();
    }

    private static HostStatus host(
            Assignment.Place place, Assignment.Endpoint host, @Nullable HostHealth health) {
        var address =
                SocketAddress.newBuilder()
                        .setAddress(String.valueOf(SocketAddressText.host(host.address())))
                        .setPortValue(host.address().getPort());
        var status =
                HostStatus.newBuilder()
                        .setAddress(Address.newBuilder().setSocketAddress(address))
                        .setHealthStatus(health(host, health))
                        .setWeight(host.weight())
                        .setHostname(host.hostname())
                        .setPriority(place.priority())
                        .setLocality(
                                Locality.newBuilder()
                                        .setRegion(place.locality().region())
                                        .setZone(place.locality().zone())
                                        .setSubZone(place.locality().subZone()));
        if (health != null && health.rates().external() >= 0) {
            status.setSuccessRate(percent(health.rates().external()));
        }
        if (health != null && health.rates().local() >= 0) {
            status.setLocalOriginSuccessRate(percent(health.rates().local()));
        }
        return status.build();
    }
}

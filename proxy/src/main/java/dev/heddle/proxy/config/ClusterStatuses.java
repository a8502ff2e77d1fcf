package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import dev.heddle.proxy.upstream.CircuitLimits;
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
import java.util.Set;

/// The clusters that run and their hosts, in the shapes of Envoy's `/clusters`.
///
/// Numbers of single hosts are left out: they are not counted.
public final class ClusterStatuses {

    private ClusterStatuses() {}

    /// As text: `cluster::host::what::value`.
    ///
    /// @param fixed names of the clusters of the bootstrap
    /// @param wanted found somewhere in the names of the clusters that are shown
    public static String text(ProxyConfig active, Set<String> fixed, Pattern wanted) {
        var out = new StringBuilder();
        active.clusters()
                .forEach((name, state) -> {
                    if (!wanted.matcher(name).find()) {
                        return;
                    }
                    line(out, name, "observability_name", state.config().altStatName());
                    CircuitLimits limits = state.config().settings().limits();
                    line(out, name, "default_priority::max_connections", limits.maxConnections());
                    line(
                            out,
                            name,
                            "default_priority::max_pending_requests",
                            limits.maxPendingRequests());
                    line(out, name, "default_priority::max_requests", limits.maxRequests());
                    line(out, name, "default_priority::max_retries", limits.maxRetries());
                    line(out, name, "added_via_api", !fixed.contains(name));
                    if (state.config().discovery()
                            instanceof ClusterConfig.Discovery.Eds(var service, _)) {
                        line(out, name, "eds_service_name", service);
                    }
                    state.hosts()
                            .places()
                            .forEach(place ->
                                    place.endpoints()
                                            .forEach(host -> text(out, name, place, host)));
                });
        return out.toString();
    }

    private static void text(
            StringBuilder out, String cluster, Assignment.Place place, Assignment.Endpoint host) {
        String at = cluster + "::" + SocketAddressText.whole(host.address());
        line(out, at, "hostname", host.hostname());
        line(
                out,
                at,
                "health_flags",
                switch (host.health()) {
                    case HEALTHY -> "healthy";
                    case DEGRADED -> "/degraded_eds_health";
                    case UNHEALTHY -> "/failed_eds_health";
                });
        line(out, at, "weight", host.weight());
        line(out, at, "region", place.locality().region());
        line(out, at, "zone", place.locality().zone());
        line(out, at, "sub_zone", place.locality().subZone());
        line(out, at, "priority", place.priority());
    }

    private static void line(StringBuilder out, String where, String what, Object value) {
        out.append(where).append("::").append(what).append("::").append(value).append('\n');
    }

    /// As JSON (`envoy.admin.v3.Clusters`).
    ///
    /// @param fixed names of the clusters of the bootstrap
    /// @param wanted found somewhere in the names of the clusters that are shown
    public static String json(ProxyConfig active, Set<String> fixed, Pattern wanted) {
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
                    state.hosts()
                            .places()
                            .forEach(place ->
                                    place.endpoints()
                                            .forEach(host ->
                                                    status.addHostStatuses(host(place, host))));
                    clusters.addClusterStatuses(status);
                });
        return EnvoyJson.print(clusters.build()) + "\n";
    }

    private static CircuitBreakers breakers(CircuitLimits limits) {
        var thresholds =
                CircuitBreakers.Thresholds.newBuilder().setPriority(RoutingPriority.DEFAULT);
        thresholds.getMaxConnectionsBuilder().setValue(limits.maxConnections());
        thresholds.getMaxPendingRequestsBuilder().setValue(limits.maxPendingRequests());
        thresholds.getMaxRequestsBuilder().setValue(limits.maxRequests());
        thresholds.getMaxRetriesBuilder().setValue(limits.maxRetries());
        return CircuitBreakers.newBuilder().addThresholds(thresholds).build();
    }

    private static HostStatus host(Assignment.Place place, Assignment.Endpoint host) {
        var address =
                SocketAddress.newBuilder()
                        .setAddress(String.valueOf(SocketAddressText.host(host.address())))
                        .setPortValue(host.address().getPort());
        return HostStatus.newBuilder()
                .setAddress(Address.newBuilder().setSocketAddress(address))
                .setHealthStatus(
                        HostHealthStatus.newBuilder()
                                .setEdsHealthStatus(
                                        switch (host.health()) {
                                            case HEALTHY -> HealthStatus.HEALTHY;
                                            case DEGRADED -> HealthStatus.DEGRADED;
                                            case UNHEALTHY -> HealthStatus.UNHEALTHY;
                                        }))
                .setWeight(host.weight())
                .setHostname(host.hostname())
                .setPriority(place.priority())
                .setLocality(
                        Locality.newBuilder()
                                .setRegion(place.locality().region())
                                .setZone(place.locality().zone())
                                .setSubZone(place.locality().subZone()))
                .build();
    }
}

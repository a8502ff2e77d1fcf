package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.Cluster.ServiceRef;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.OutlierDetection;
import dev.heddle.compiler.ir.SocketAddress;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.HealthStatusSet;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Emits clusters.
final class ClusterEmitter {
    private static final String HTTP_OPTIONS =
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// What hosts have that speak the mesh's TLS.
    static final Struct MESH_TLS = Struct.newBuilder().putFields("tlsMode", text("istio")).build();

    private ClusterEmitter() {}

    static Cluster emit(dev.heddle.compiler.ir.Cluster cluster) {
        Cluster.Builder out =
                Cluster.newBuilder()
                        .setName(cluster.name())
                        .setConnectTimeout(Protos.duration(cluster.pool().connectTimeout()))
                        .setCircuitBreakers(circuitBreakers(cluster.pool()));
        switch (cluster.discovery()) {
            case Discovery.Eds() ->
                    out.setType(Cluster.DiscoveryType.EDS)
                            .setEdsClusterConfig(
                                    Cluster.EdsClusterConfig.newBuilder()
                                            .setEdsConfig(Protos.ads())
                                            .setServiceName(cluster.name()));
            case Discovery.FirstOf(List<String> clusters) ->
                    out.setClusterType(
                            Cluster.CustomClusterType.newBuilder()
                                    .setName("envoy.clusters.aggregate")
                                    .setTypedConfig(
                                            Protos.pack(
                                                    ClusterConfig.newBuilder()
                                                            .addAllClusters(clusters)
                                                            .build())));
            case Discovery.Fixed(LoadAssignment hosts) ->
                    out.setType(Cluster.DiscoveryType.STATIC)
                            .setLoadAssignment(EndpointEmitter.emit(hosts));
            case Discovery.StrictDns(LoadAssignment hosts, var refresh) -> {
                out.setType(Cluster.DiscoveryType.STRICT_DNS)
                        .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
                        .setLoadAssignment(EndpointEmitter.emit(hosts));
                dns(refresh, out);
            }
            case Discovery.LogicalDns(LoadAssignment hosts, boolean races, var refresh) -> {
                out.setType(Cluster.DiscoveryType.LOGICAL_DNS)
                        .setDnsLookupFamily(
                                races
                                        ? Cluster.DnsLookupFamily.ALL
                                        : Cluster.DnsLookupFamily.V4_PREFERRED)
                        .setLoadAssignment(EndpointEmitter.emit(hosts));
                dns(refresh, out);
            }
            case Discovery.DynamicDns() ->
                    out.setClusterType(
                            Cluster.CustomClusterType.newBuilder()
                                    .setName("envoy.clusters.dynamic_forward_proxy")
                                    .setTypedConfig(
                                            Protos.pack(
                                                    io.envoyproxy.envoy.extensions.clusters
                                                            .dynamic_forward_proxy.v3.ClusterConfig
                                                            .newBuilder()
                                                            .setDnsCacheConfig(DnsCaches.SHARED)
                                                            .setAllowInsecureClusterOptions(
                                                                    cluster.tls().isEmpty())
                                                            .build())));
            case Discovery.OriginalDestination(String from, OptionalInt port) -> {
                out.setType(Cluster.DiscoveryType.ORIGINAL_DST);
                port.ifPresent(p ->
                        out.setOriginalDstLbConfig(
                                Cluster.OriginalDstLbConfig.newBuilder()
                                        .setUpstreamPortOverride(UInt32Value.of(p))));
                if (!from.isEmpty()) {
                    out.setUpstreamBindConfig(
                            BindConfig.newBuilder()
                                    .setSourceAddress(
                                            Protos.socketAddress(new SocketAddress(from, 0))));
                }
            }
        }
        BalancingEmitter.emit(cluster.loadBalancing(), out);
        BalancingEmitter.places(cluster.places(), out);
        httpOptions(cluster)
                .ifPresent(o -> out.putTypedExtensionProtocolOptions(HTTP_OPTIONS, Protos.pack(o)));
        transport(cluster, out);
        keepAlive(cluster.pool().sockets(), out);
        cluster.health().outliers().ifPresent(it -> OutlierEmitter.emit(it, out));
        cluster.health()
                .check()
                .ifPresent(it ->
                        HealthCheckEmitter.emit(it, cluster.protocol() == Protocol.HTTP2, out));
        cluster.health().breaker().ifPresent(it -> BreakerEmitter.emit(it, out));
        if (cluster.health().keepsSessions()) {
            out.getCommonLbConfigBuilder()
                    .setOverrideHostStatus(
                            HealthStatusSet.newBuilder()
                                    .addStatuses(HealthStatus.UNKNOWN)
                                    .addStatuses(HealthStatus.HEALTHY)
                                    .addStatuses(HealthStatus.DEGRADED)
                                    .addStatuses(HealthStatus.DRAINING));
        }
        cluster.of()
                .ifPresent(s ->
                        out.getMetadataBuilder()
                                .putFilterMetadata("istio", metadata(s, cluster.config())));
        return out.build();
    }

    @SuppressWarnings("deprecation") // where it stands now, older proxies do not read it
    private static void dns(Optional<Duration> refresh, Cluster.Builder out) {
        refresh.ifPresent(t -> out.setDnsRefreshRate(Protos.duration(t)).setRespectDnsTtl(true));
    }

    /// How connections begin; where only some hosts speak the mesh's TLS, by the host, as Istio has
    /// it.
    private static void transport(dev.heddle.compiler.ir.Cluster cluster, Cluster.Builder out) {
        Optional<ConnectionPool.ProxyHeader> header = cluster.pool().sockets().header();
        Optional<TransportSocket> tls =
                cluster.tls()
                        .map(it ->
                                TlsEmitter.client(
                                        it,
                                        cluster.protocol() == Protocol.HTTP2
                                                ? List.of("h2")
                                                : List.of()));
        if (cluster.tls().filter(ClientTls::isAutomatic).isPresent()) {
            out.addTransportSocketMatches(
                            Cluster.TransportSocketMatch.newBuilder()
                                    .setName("tlsMode-istio")
                                    .setMatch(MESH_TLS)
                                    .setTransportSocket(behind(header, tls.orElseThrow())))
                    .addTransportSocketMatches(
                            Cluster.TransportSocketMatch.newBuilder()
                                    .setName("tlsMode-disabled")
                                    .setMatch(Struct.getDefaultInstance())
                                    .setTransportSocket(behind(header, plain())));
        } else if (tls.isPresent() || header.isPresent()) {
            out.setTransportSocket(behind(header, tls.orElseGet(ClusterEmitter::plain)));
        }
    }

    private static TransportSocket behind(
            Optional<ConnectionPool.ProxyHeader> header, TransportSocket inner) {
        return header.map(version -> behindHeader(version, inner)).orElse(inner);
    }

    private static void keepAlive(ConnectionPool.Sockets sockets, Cluster.Builder out) {
        sockets.keepAlive()
                .ifPresent(it -> {
                    TcpKeepalive.Builder keepAlive = TcpKeepalive.newBuilder();
                    it.probes().ifPresent(n -> keepAlive.setKeepaliveProbes(UInt32Value.of(n)));
                    it.idleSeconds().ifPresent(n -> keepAlive.setKeepaliveTime(UInt32Value.of(n)));
                    it.intervalSeconds()
                            .ifPresent(n -> keepAlive.setKeepaliveInterval(UInt32Value.of(n)));
                    out.setUpstreamConnectionOptions(
                            UpstreamConnectionOptions.newBuilder().setTcpKeepalive(keepAlive));
                });
    }

    private static TransportSocket plain() {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.raw_buffer")
                .setTypedConfig(Protos.pack(RawBuffer.getDefaultInstance()))
                .build();
    }

    private static TransportSocket behindHeader(
            ConnectionPool.ProxyHeader version, TransportSocket inner) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.upstream_proxy_protocol")
                .setTypedConfig(
                        Protos.pack(
                                ProxyProtocolUpstreamTransport.newBuilder()
                                        .setConfig(
                                                ProxyProtocolConfig.newBuilder()
                                                        .setVersion(
                                                                switch (version) {
                                                                    case V1 ->
                                                                            ProxyProtocolConfig
                                                                                    .Version.V1;
                                                                    case V2 ->
                                                                            ProxyProtocolConfig
                                                                                    .Version.V2;
                                                                }))
                                        .setTransportSocket(inner)
                                        .build()))
                .build();
    }

    /// Envoy's own limits are low (1,024); Istio's, and so ours, are none.
    private static CircuitBreakers circuitBreakers(ConnectionPool pool) {
        CircuitBreakers.Thresholds.Builder thresholds =
                CircuitBreakers.Thresholds.newBuilder()
                        .setMaxConnections(limit(pool.maxConnections()))
                        .setMaxPendingRequests(limit(pool.maxPendingRequests()))
                        .setMaxRequests(limit(pool.maxRequests()));
        switch (pool.retries()) {
            case ConnectionPool.Retries.AtMost(OptionalInt number) ->
                    thresholds.setMaxRetries(limit(number));
            case ConnectionPool.Retries.Share(double percent, int least) ->
                    thresholds
                            .setMaxRetries(limit(OptionalInt.empty()))
                            .setRetryBudget(
                                    CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                                            .setBudgetPercent(
                                                    Percent.newBuilder().setValue(percent))
                                            .setMinRetryConcurrency(UInt32Value.of(least)));
        }
        return CircuitBreakers.newBuilder().addThresholds(thresholds).build();
    }

    private static UInt32Value limit(OptionalInt limit) {
        int unlimited = -1; // unsigned: 4,294,967,295
        return UInt32Value.of(limit.orElse(unlimited));
    }

    /// HTTP/1.1 without further wishes is what Envoy does anyway.
    private static Optional<io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions>
            httpOptions(dev.heddle.compiler.ir.Cluster cluster) {
        ConnectionPool pool = cluster.pool();
        boolean hasCommon =
                pool.idleTimeout().isPresent()
                        || pool.maxRequestsPerConnection().isPresent()
                        || pool.sockets().maxDuration().isPresent();
        boolean isNamed =
                cluster.tls().isPresent() && cluster.discovery() instanceof Discovery.DynamicDns;
        List<Integer> errorCodes =
                cluster.health().outliers().map(OutlierDetection::errorCodes).orElse(List.of());
        boolean isPlain =
                !hasCommon && !cluster.keepsNameCase() && !isNamed && errorCodes.isEmpty();
        if (cluster.protocol() == Protocol.HTTP1 && isPlain) {
            return Optional.empty();
        }
        var out = io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.newBuilder();
        if (isNamed) {
            // Whom the request names is who is asked for, and who must answer.
            out.setUpstreamHttpProtocolOptions(
                    UpstreamHttpProtocolOptions.newBuilder()
                            .setAutoSni(true)
                            .setAutoSanValidation(true));
        }
        if (hasCommon) {
            HttpProtocolOptions.Builder common = HttpProtocolOptions.newBuilder();
            pool.idleTimeout().ifPresent(t -> common.setIdleTimeout(Protos.duration(t)));
            pool.maxRequestsPerConnection()
                    .ifPresent(n -> common.setMaxRequestsPerConnection(UInt32Value.of(n)));
            pool.sockets()
                    .maxDuration()
                    .ifPresent(t -> common.setMaxConnectionDuration(Protos.duration(t)));
            out.setCommonHttpProtocolOptions(common);
        }
        if (!errorCodes.isEmpty()) {
            out.setOutlierDetection(OutlierEmitter.errors(errorCodes));
        }
        switch (cluster.protocol()) {
            case HTTP1 ->
                    out.setExplicitHttpConfig(
                            ExplicitHttpConfig.newBuilder()
                                    .setHttpProtocolOptions(
                                            HttpOptionsEmitter.http1(cluster.keepsNameCase())));
            case HTTP2 ->
                    out.setExplicitHttpConfig(
                            ExplicitHttpConfig.newBuilder()
                                    .setHttp2ProtocolOptions(
                                            Http2ProtocolOptions.getDefaultInstance()));
            case AS_DOWNSTREAM ->
                    out.setUseDownstreamProtocolConfig(
                            UseDownstreamHttpConfig.newBuilder()
                                    .setHttpProtocolOptions(
                                            HttpOptionsEmitter.http1(cluster.keepsNameCase()))
                                    .setHttp2ProtocolOptions(
                                            Http2ProtocolOptions.getDefaultInstance()));
        }
        return Optional.of(out.build());
    }

    /// Which service and which rule a cluster is of, where Istio's tools look for it.
    private static Struct metadata(ServiceRef service, String config) {
        Struct.Builder istio = Struct.newBuilder();
        if (!config.isEmpty()) {
            istio.putFields("config", text(config));
        }
        if (!service.subset().isEmpty()) {
            istio.putFields("subset", text(service.subset()));
        }
        Struct.Builder ref =
                Struct.newBuilder()
                        .putFields("host", text(service.host()))
                        .putFields("name", text(service.name()))
                        .putFields("namespace", text(service.namespace()));
        istio.putFields(
                "services",
                Value.newBuilder()
                        .setListValue(
                                com.google.protobuf.ListValue.newBuilder()
                                        .addValues(Value.newBuilder().setStructValue(ref)))
                        .build());
        return istio.build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}

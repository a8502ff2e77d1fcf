package dev.heddle.xds;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import io.envoyproxy.envoy.admin.v3.Clusters;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.metrics.v3.MetricsServiceConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.ScopedRouteConfiguration;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.SkyWalkingConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.bootstrap.internal_listener.v3.InternalListener;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.envoyproxy.envoy.service.status.v3.ClientConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Every message of Envoy's API that this version knows, so what an `Any` may hold.
///
/// Each entry brings its whole file and the files that it imports; `EnvoyJsonTest` fails when a
/// generated file is missing from the sum.
public final class EnvoyTypes {
    private static final List<Descriptor> ROOTS =
            List.of(
                    Bootstrap.getDescriptor(),
                    Clusters.getDescriptor(),
                    ConfigDump.getDescriptor(),
                    ServerInfo.getDescriptor(),
                    ClientConfig.getDescriptor(),
                    Cluster.getDescriptor(),
                    ClusterLoadAssignment.getDescriptor(),
                    Secret.getDescriptor(),
                    SPIFFECertValidatorConfig.getDescriptor(),
                    Listener.getDescriptor(),
                    RouteConfiguration.getDescriptor(),
                    ScopedRouteConfiguration.getDescriptor(),
                    FileAccessLog.getDescriptor(),
                    StdoutAccessLog.getDescriptor(),
                    ExpressionFilter.getDescriptor(),
                    HttpGrpcAccessLogConfig.getDescriptor(),
                    OpenTelemetryAccessLogConfig.getDescriptor(),
                    io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.getDescriptor(),
                    InternalListener.getDescriptor(),
                    ClusterConfig.getDescriptor(),
                    io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig
                            .getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3
                            .FilterConfig.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3
                            .FilterConfig.getDescriptor(),
                    ApiKeyAuth.getDescriptor(),
                    BasicAuth.getDescriptor(),
                    Cors.getDescriptor(),
                    ExtAuthz.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                            .getDescriptor(),
                    CheckRequest.getDescriptor(),
                    HTTPFault.getDescriptor(),
                    LocalRateLimit.getDescriptor(),
                    GrpcJsonTranscoder.getDescriptor(),
                    GrpcWeb.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config
                            .getDescriptor(),
                    JwtAuthentication.getDescriptor(),
                    OAuth2.getDescriptor(),
                    RBAC.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor(),
                    Router.getDescriptor(),
                    Config.getDescriptor(),
                    StatefulSession.getDescriptor(),
                    CookieBasedSessionState.getDescriptor(),
                    HeaderBasedSessionState.getDescriptor(),
                    HttpInspector.getDescriptor(),
                    OriginalDst.getDescriptor(),
                    OriginalSrc.getDescriptor(),
                    ProxyProtocol.getDescriptor(),
                    TlsInspector.getDescriptor(),
                    PreviousHostsPredicate.getDescriptor(),
                    PreviousPrioritiesConfig.getDescriptor(),
                    ConnectionLimit.getDescriptor(),
                    HttpConnectionManager.getDescriptor(),
                    TcpProxy.getDescriptor(),
                    DnsFilterConfig.getDescriptor(),
                    Route.getDescriptor(),
                    UdpProxyConfig.getDescriptor(),
                    SourcePortInput.getDescriptor(),
                    ConsistentHashing.getDescriptor(),
                    CaresDnsResolverConfig.getDescriptor(),
                    PreserveCaseFormatterConfig.getDescriptor(),
                    FixedHeapConfig.getDescriptor(),
                    InjectedResourceConfig.getDescriptor(),
                    HealthCheck.getDescriptor(),
                    LeastRequest.getDescriptor(),
                    Maglev.getDescriptor(),
                    Random.getDescriptor(),
                    RingHash.getDescriptor(),
                    RoundRobin.getDescriptor(),
                    DownstreamConnectionsConfig.getDescriptor(),
                    UriTemplateMatchConfig.getDescriptor(),
                    UriTemplateRewriteConfig.getDescriptor(),
                    InternalUpstreamTransport.getDescriptor(),
                    ProxyProtocolUpstreamTransport.getDescriptor(),
                    QuicDownstreamTransport.getDescriptor(),
                    QuicUpstreamTransport.getDescriptor(),
                    RawBuffer.getDescriptor(),
                    UpstreamTlsContext.getDescriptor(),
                    HttpProtocolOptions.getDescriptor(),
                    ZipkinConfig.getDescriptor(),
                    OpenTelemetryConfig.getDescriptor(),
                    SkyWalkingConfig.getDescriptor(),
                    DatadogConfig.getDescriptor(),
                    UuidRequestIdConfig.getDescriptor(),
                    EnvironmentResourceDetectorConfig.getDescriptor(),
                    DynatraceResourceDetectorConfig.getDescriptor(),
                    AlwaysOnSamplerConfig.getDescriptor(),
                    DynatraceSamplerConfig.getDescriptor(),
                    MetricsServiceConfig.getDescriptor(),
                    SinkConfig.getDescriptor(),
                    StatFullNameMatchInput.getDescriptor(),
                    TypedStruct.getDescriptor(),
                    DiscoveryResponse.getDescriptor(),
                    Runtime.getDescriptor());

    static final TypeRegistry REGISTRY = TypeRegistry.newBuilder().add(ROOTS).build();

    private EnvoyTypes() {}

    /// One message of each file that the others are reached from.
    public static List<Descriptor> all() {
        return ROOTS;
    }

    /// Everything that may be packed.
    public static TypeRegistry registry() {
        return REGISTRY;
    }

    /// Whether this version knows a message of that URL.
    public static boolean isKnown(String typeUrl) {
        return find(typeUrl).isPresent();
    }

    /// The message of that URL; empty when this version knows none.
    public static Optional<Descriptor> find(String typeUrl) {
        try {
            return Optional.ofNullable(REGISTRY.getDescriptorForTypeUrl(typeUrl));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    /// The names of all files that the registry has messages of.
    static Set<String> files() {
        var names = new TreeSet<String>();
        ROOTS.forEach(root -> addFile(root.getFile(), names));
        return names;
    }

    private static void addFile(FileDescriptor file, Set<String> names) {
        if (names.add(file.getFullName())) {
            file.getDependencies().forEach(imported -> addFile(imported, names));
        }
    }
}

package dev.heddle.compiler.xds.patch;

import java.util.Set;

/// What Heddle's own proxy runs of the messages that Envoy's extensions are configured by. A test
/// of both sees to it that this is so.
public final class OwnProxy {
    /// Names of HTTP filters' messages.
    public static final Set<String> HTTP_FILTERS =
            Set.of(
                    "envoy.extensions.filters.http.router.v3.Router",
                    "envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth",
                    "envoy.extensions.filters.http.basic_auth.v3.BasicAuth",
                    "envoy.extensions.filters.http.oauth2.v3.OAuth2",
                    "envoy.extensions.filters.http.cors.v3.Cors",
                    "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",
                    "envoy.extensions.filters.http.fault.v3.HTTPFault",
                    "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
                    "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb",
                    "envoy.extensions.filters.http.header_to_metadata.v3.Config",
                    "envoy.extensions.filters.http.set_filter_state.v3.Config",
                    "envoy.extensions.filters.http.health_check.v3.HealthCheck",
                    "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                    "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
                    "envoy.extensions.filters.http.rbac.v3.RBAC",
                    "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
                    "envoy.extensions.filters.http.stateful_session.v3.StatefulSession");

    private static final Set<String> OTHERS =
            Set.of(
                    "envoy.config.route.v3.FilterConfig",
                    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                    "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
                    "envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig",
                    "envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig",
                    "envoy.extensions.access_loggers.open_telemetry.v3"
                            + ".OpenTelemetryAccessLogConfig",
                    "envoy.extensions.access_loggers.stats.v3.Config",
                    "envoy.extensions.access_loggers.stream.v3.StderrAccessLog",
                    "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
                    "envoy.extensions.clusters.aggregate.v3.ClusterConfig",
                    "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
                    "envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute",
                    "envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute",
                    "envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute",
                    "envoy.extensions.filters.http.cors.v3.CorsPolicy",
                    "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig",
                    "envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
                    "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute",
                    "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute",
                    "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
                    "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
                    "envoy.extensions.filters.listener.original_src.v3.OriginalSrc",
                    "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
                    "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
                    "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit",
                    "envoy.extensions.filters.network.ext_authz.v3.ExtAuthz",
                    "envoy.extensions.filters.network.http_connection_manager.v3"
                            + ".HttpConnectionManager",
                    "envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig",
                    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                    "envoy.extensions.http.header_formatters.preserve_case.v3"
                            + ".PreserveCaseFormatterConfig",
                    "envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState",
                    "envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState",
                    "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
                    "envoy.extensions.load_balancing_policies.maglev.v3.Maglev",
                    "envoy.extensions.load_balancing_policies.random.v3.Random",
                    "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash",
                    "envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
                    "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
                    "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig",
                    "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
                    "envoy.extensions.retry.priority.previous_priorities.v3"
                            + ".PreviousPrioritiesConfig",
                    "envoy.extensions.transport_sockets.internal_upstream.v3"
                            + ".InternalUpstreamTransport",
                    "envoy.extensions.transport_sockets.proxy_protocol.v3"
                            + ".ProxyProtocolUpstreamTransport",
                    "envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport",
                    "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
                    "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                    "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions");

    private OwnProxy() {}

    /// Whether a message of that name is one of them.
    static boolean runs(String type) {
        return HTTP_FILTERS.contains(type) || OTHERS.contains(type);
    }
}

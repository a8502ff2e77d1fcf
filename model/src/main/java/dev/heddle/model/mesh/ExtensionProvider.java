package dev.heddle.model.mesh;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A service that the mesh's proxies may use, by the name that policies give it (Istio's
/// `MeshConfig.ExtensionProvider`).
///
/// @param name unique in the mesh; lower-case letters, digits and dashes, 63 at most
/// @param envoyExtAuthzHttp one that says in HTTP whether a request may pass
/// @param envoyExtAuthzGrpc one that says so in gRPC
/// @param prometheus one that takes metrics
/// @param envoyFileAccessLog one that takes access logs
/// @param zipkin one that takes spans as Zipkin does
/// @param datadog one that takes them as Datadog does
/// @param skywalking one that takes them as SkyWalking does
/// @param opentelemetry one that takes them as OpenTelemetry does
public record ExtensionProvider(
        String name,
        Optional<AsksHttp> envoyExtAuthzHttp,
        Optional<AsksGrpc> envoyExtAuthzGrpc,
        Optional<TracingProvider.Zipkin> zipkin,
        @NotYet Node lightstep,
        Optional<TracingProvider.Datadog> datadog,
        @NotYet Node stackdriver,
        @NotYet Node opencensus,
        Optional<TracingProvider.SkyWalking> skywalking,
        Optional<TracingProvider.OpenTelemetry> opentelemetry,
        Optional<Prometheus> prometheus,
        Optional<LoggingProvider.File> envoyFileAccessLog,
        Optional<LoggingProvider.HttpService> envoyHttpAls,
        Optional<LoggingProvider.TcpService> envoyTcpAls,
        Optional<LoggingProvider.OpenTelemetry> envoyOtelAls,
        @NotYet Node sds) {

    /// One that asks proxies for their metrics. It has no settings.
    public record Prometheus() {}

    /// A service that is asked in HTTP, with the request's own head.
    ///
    /// @param service its host, with or without its namespace, as in `shop/authz.shop.svc.local`
    /// @param port of the service
    /// @param timeout 600 s without one
    /// @param pathPrefix in front of the request's path
    /// @param failOpen whether requests pass where there is no answer
    /// @param clearRouteCache whether the route is looked for again after a good answer
    /// @param statusOnError of the refusal where there is no answer; 403
    /// @param includeHeadersInCheck the older name of the next one
    /// @param includeRequestHeadersInCheck headers that it is told; names, `prefix*` or `*suffix`
    /// @param includeAdditionalHeadersInCheck headers that it is told besides
    /// @param headersToUpstreamOnAllow headers of its answer that the request gets
    /// @param headersToDownstreamOnDeny those that the refusal gets; all without any
    /// @param headersToDownstreamOnAllow those that the response gets
    public record AsksHttp(
            String service,
            int port,
            Optional<Duration> timeout,
            String pathPrefix,
            boolean failOpen,
            boolean clearRouteCache,
            String statusOnError,
            List<String> includeHeadersInCheck,
            List<String> includeRequestHeadersInCheck,
            Map<String, String> includeAdditionalHeadersInCheck,
            Optional<Body> includeRequestBodyInCheck,
            List<String> headersToUpstreamOnAllow,
            List<String> headersToDownstreamOnDeny,
            List<String> headersToDownstreamOnAllow) {
        public AsksHttp {
            includeHeadersInCheck = List.copyOf(includeHeadersInCheck);
            includeRequestHeadersInCheck = List.copyOf(includeRequestHeadersInCheck);
            headersToUpstreamOnAllow = List.copyOf(headersToUpstreamOnAllow);
            headersToDownstreamOnDeny = List.copyOf(headersToDownstreamOnDeny);
            headersToDownstreamOnAllow = List.copyOf(headersToDownstreamOnAllow);
        }
    }

    /// A service that is asked in gRPC (`envoy.service.auth.v3.Authorization`); fields as those of
    /// [AsksHttp].
    public record AsksGrpc(
            String service,
            int port,
            Optional<Duration> timeout,
            boolean failOpen,
            boolean clearRouteCache,
            String statusOnError,
            Optional<Body> includeRequestBodyInCheck) {}

    /// How much of a request's body a service is told.
    ///
    /// @param maxRequestBytes at least 1
    /// @param allowPartialMessage whether the beginning will do; a longer body is refused otherwise
    /// @param packAsBytes whether a service of gRPC is told bytes, and no text
    public record Body(int maxRequestBytes, boolean allowPartialMessage, boolean packAsBytes) {}
}

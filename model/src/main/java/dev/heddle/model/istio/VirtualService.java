package dev.heddle.model.istio;

import dev.heddle.model.match.StringMatch;
import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.Key;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Where requests to a host go, and what happens to them on the way.
///
/// @param hosts short names, full names or wildcards that clients call; empty only for a delegate
/// @param gateways as `name` or `namespace/name`; `mesh` means all sidecars, and is meant when none
///   are given
/// @param http rules in order; the first that matches decides
/// @param tls rules for TLS that is passed through, by SNI
/// @param tcp rules for opaque TCP
/// @param exportTo namespaces that see this resource; `.` its own, `*` all, none means all
public record VirtualService(
        List<String> hosts,
        List<String> gateways,
        List<HttpRoute> http,
        List<TlsRoute> tls,
        List<TcpRoute> tcp,
        List<String> exportTo) {

    public VirtualService {
        hosts = List.copyOf(hosts);
        gateways = List.copyOf(gateways);
        http = List.copyOf(http);
        tls = List.copyOf(tls);
        tcp = List.copyOf(tcp);
        exportTo = List.copyOf(exportTo);
    }

    /// One rule for HTTP: which requests, and what becomes of them. It routes, redirects, answers
    /// itself or delegates.
    ///
    /// @param name shows up in access logs as the route's name
    /// @param match alternatives of which one must match; none means every request
    /// @param timeout for the whole exchange with retries; zero means no limit
    /// @param mirrorPercent Istio's older form of `mirrorPercentage`
    public record HttpRoute(
            String name,
            List<HttpMatchRequest> match,
            List<HttpRouteDestination> route,
            Optional<HttpRedirect> redirect,
            Optional<HttpDirectResponse> directResponse,
            Optional<Delegate> delegate,
            Optional<HttpRewrite> rewrite,
            Optional<Duration> timeout,
            Optional<HttpRetry> retries,
            Optional<HttpFaultInjection> fault,
            Optional<Destination> mirror,
            OptionalInt mirrorPercent,
            Optional<Percent> mirrorPercentage,
            List<HttpMirrorPolicy> mirrors,
            Optional<CorsPolicy> corsPolicy,
            Headers headers) {

        public HttpRoute {
            match = List.copyOf(match);
            route = List.copyOf(route);
            mirrors = List.copyOf(mirrors);
        }
    }

    /// Which requests a rule takes: all that is set here must match.
    ///
    /// @param name is appended to the rule's name in the route's name
    /// @param port that the client called
    /// @param sourceLabels of the client's workload
    /// @param sourceNamespace of the client's workload; empty for any
    /// @param gateways replace those of the resource
    /// @param headers by lower-case name; names like `:path` are not allowed
    /// @param withoutHeaders must not match
    /// @param cookies by name; Heddle's own, Istio has no such field
    /// @param ignoreUriCase applies to exact and prefix matches of `uri`
    public record HttpMatchRequest(
            String name,
            Optional<StringMatch> uri,
            Optional<StringMatch> scheme,
            Optional<StringMatch> method,
            Optional<StringMatch> authority,
            Map<String, StringMatch> headers,
            Map<String, StringMatch> withoutHeaders,
            Map<String, StringMatch> cookies,
            Map<String, StringMatch> queryParams,
            OptionalInt port,
            Map<String, String> sourceLabels,
            String sourceNamespace,
            List<String> gateways,
            boolean ignoreUriCase,
            String statPrefix) {

        public HttpMatchRequest {
            headers = Ordered.copyOf(headers);
            withoutHeaders = Ordered.copyOf(withoutHeaders);
            cookies = Ordered.copyOf(cookies);
            queryParams = Ordered.copyOf(queryParams);
            sourceLabels = Ordered.copyOf(sourceLabels);
            gateways = List.copyOf(gateways);
        }
    }

    /// One of a rule's destinations, with its share.
    ///
    /// @param weight share in proportion to the sum of all; a single destination takes everything
    /// @param fallback where requests go instead; Alibaba's ASM has it, Istio has not
    public record HttpRouteDestination(
            @Required Destination destination,
            OptionalInt weight,
            Headers headers,
            Optional<Fallback> fallback) {}

    /// Where requests go while nobody of their destination can take them.
    ///
    /// @param when `noinstances` or `noavailabled`, which mean the same here: no endpoint that is
    ///   healthy
    public record Fallback(@Key("case") String when, @Required Destination target) {}

    /// A redirect instead of a route.
    ///
    /// @param uri replaces path and query; empty keeps them
    /// @param prefixRewrite replaces the part of the path that the match's prefix took
    /// @param authority replaces the host; empty keeps it
    /// @param redirectCode 301 when absent
    public record HttpRedirect(
            String uri,
            String prefixRewrite,
            String authority,
            @Inline Optional<RedirectPort> redirectPort,
            String scheme,
            OptionalInt redirectCode) {}

    /// The port that a redirect leads to; the request's own when none is set.
    public sealed interface RedirectPort {
        /// This port.
        record Fixed(int port) implements RedirectPort {}

        /// A port that follows from the request.
        record Derived(PortSelection derivePort) implements RedirectPort {}
    }

    /// What a derived redirect port follows from.
    public enum PortSelection {
        /// 80 for HTTP and 443 for HTTPS.
        FROM_PROTOCOL_DEFAULT,
        /// The port that the client called.
        FROM_REQUEST_PORT
    }

    /// An answer that the proxy gives by itself.
    ///
    /// @param status HTTP status code
    public record HttpDirectResponse(@Required int status, Optional<HttpBody> body) {}

    /// The body of a direct response.
    public sealed interface HttpBody {
        /// A text, sent as UTF-8.
        record Text(String string) implements HttpBody {}

        /// Bytes, written in base64.
        record Bytes(String bytes) implements HttpBody {}
    }

    /// The resource that has the rules for what this rule matches.
    ///
    /// @param namespace empty means the one of the delegating resource
    public record Delegate(@Required String name, String namespace) {}

    /// What the destination sees instead of what the client sent.
    ///
    /// @param uri replaces the path, or the part of it that the match's prefix took; empty keeps it
    /// @param authority replaces the host; empty keeps it
    public record HttpRewrite(
            String uri, String authority, Optional<RegexRewrite> uriRegexRewrite) {}

    /// A path rewritten by an expression, in RE2's syntax.
    ///
    /// @param rewrite may refer to groups as `\1`
    public record RegexRewrite(@Required String match, @Required String rewrite) {}

    /// When and how often a failed request is tried again.
    ///
    /// @param attempts retries after the first try; 0 forbids them
    /// @param retryOn Envoy's conditions and status codes, separated by commas
    public record HttpRetry(
            int attempts,
            Optional<Duration> perTryTimeout,
            String retryOn,
            Optional<Boolean> retryRemoteLocalities,
            Optional<Boolean> retryIgnorePreviousHosts,
            Optional<Duration> backoff) {}

    /// Failures made on purpose.
    public record HttpFaultInjection(Optional<FaultDelay> delay, Optional<FaultAbort> abort) {}

    /// A share of the requests waits before it is forwarded.
    ///
    /// @param percent Istio's older form of `percentage`
    public record FaultDelay(
            @Inline Optional<DelayTime> delayTime,
            Optional<Percent> percentage,
            OptionalInt percent) {}

    /// How long a delayed request waits.
    public sealed interface DelayTime {
        /// Always this long.
        record Fixed(Duration fixedDelay) implements DelayTime {}

        /// Exponentially distributed around this; Istio reads it and does nothing with it.
        record Exponential(Duration exponentialDelay) implements DelayTime {}
    }

    /// A share of the requests is answered with an error.
    public record FaultAbort(
            @Inline Optional<AbortError> errorType, Optional<Percent> percentage) {}

    /// What an aborted request is answered with.
    public sealed interface AbortError {
        /// An HTTP status.
        record Http(int httpStatus) implements AbortError {}

        /// A gRPC status by name, as in `UNAVAILABLE`.
        record Grpc(String grpcStatus) implements AbortError {}

        /// An HTTP/2 error; Istio reads it and does nothing with it.
        record Http2(String http2Error) implements AbortError {}
    }

    /// A destination that gets copies of requests; its answers are dropped.
    public record HttpMirrorPolicy(
            @Required Destination destination, Optional<Percent> percentage) {}

    /// What browsers may do from pages of other origins.
    ///
    /// @param allowOrigin Istio's older form of `allowOrigins`: exact texts
    public record CorsPolicy(
            List<String> allowOrigin,
            List<StringMatch> allowOrigins,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            Optional<Duration> maxAge,
            Optional<Boolean> allowCredentials,
            UnmatchedPreflights unmatchedPreflights) {

        public CorsPolicy {
            allowOrigin = List.copyOf(allowOrigin);
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }
    }

    /// What becomes of a preflight request from an origin that is not allowed.
    public enum UnmatchedPreflights {
        /// As FORWARD.
        UNSPECIFIED,
        /// It goes to the destination.
        FORWARD,
        /// It is answered without allowing anything.
        IGNORE
    }

    /// Headers changed on the way there and on the way back.
    public record Headers(HeaderOperations request, HeaderOperations response) {}

    /// What happens to the headers of one direction: `set` overwrites, `add` appends.
    public record HeaderOperations(
            Map<String, String> set, Map<String, String> add, List<String> remove) {

        public HeaderOperations {
            set = Ordered.copyOf(set);
            add = Ordered.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /// One rule for TLS that is passed through.
    public record TlsRoute(@Required List<TlsMatchAttributes> match, List<RouteDestination> route) {
        public TlsRoute {
            match = List.copyOf(match);
            route = List.copyOf(route);
        }
    }

    /// Which TLS connections a rule takes: all that is set here must match.
    public record TlsMatchAttributes(
            @Required List<String> sniHosts,
            List<String> destinationSubnets,
            OptionalInt port,
            Map<String, String> sourceLabels,
            List<String> gateways,
            String sourceNamespace) {

        public TlsMatchAttributes {
            sniHosts = List.copyOf(sniHosts);
            destinationSubnets = List.copyOf(destinationSubnets);
            sourceLabels = Ordered.copyOf(sourceLabels);
            gateways = List.copyOf(gateways);
        }
    }

    /// One rule for opaque TCP.
    public record TcpRoute(List<L4MatchAttributes> match, List<RouteDestination> route) {
        public TcpRoute {
            match = List.copyOf(match);
            route = List.copyOf(route);
        }
    }

    /// Which TCP connections a rule takes: all that is set here must match.
    public record L4MatchAttributes(
            List<String> destinationSubnets,
            OptionalInt port,
            String sourceSubnet,
            Map<String, String> sourceLabels,
            List<String> gateways,
            String sourceNamespace) {

        public L4MatchAttributes {
            destinationSubnets = List.copyOf(destinationSubnets);
            sourceLabels = Ordered.copyOf(sourceLabels);
            gateways = List.copyOf(gateways);
        }
    }

    /// One of the destinations of TLS or TCP, with its share.
    public record RouteDestination(@Required Destination destination, OptionalInt weight) {}
}

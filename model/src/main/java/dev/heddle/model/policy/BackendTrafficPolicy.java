package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// How clients treat the endpoints of services, where Istio's DestinationRule has no field for it.
/// Each section stands for itself: of several policies for a service, each section is taken from
/// the one that names the port, else from the oldest that has it.
///
/// @param targetRefs services of the policy's namespace that it is for, or ports of them: Service,
///   or ServiceEntry of the group `networking.istio.io`
/// @param healthCheck how endpoints are asked whether they are well; empty: not by this policy
/// @param loadBalancer how an endpoint is chosen; empty: as the DestinationRule says
/// @param sessionAffinity how a client stays with one endpoint; empty: not by this policy
/// @param circuitBreaker when a service gets no requests for a while; empty: not by this policy
public record BackendTrafficPolicy(
        List<TargetRef> targetRefs,
        Optional<HealthCheck> healthCheck,
        Optional<LoadBalancer> loadBalancer,
        Optional<SessionAffinity> sessionAffinity,
        Optional<CircuitBreaker> circuitBreaker) {

    public BackendTrafficPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /// How the proxies of clients ask the endpoints whether they are well: a probe, in the words of
    /// those of a Pod, from the other side.
    ///
    /// @param httpGet asks by a request; success is a status from 200 to 399
    /// @param tcpSocket asks by a connection
    /// @param grpc asks by `grpc.health.v1.Health/Check`
    /// @param periodSeconds between two questions; 10 when absent
    /// @param timeoutSeconds of a question; 1 when absent
    /// @param failureThreshold failures in a row that make an endpoint unhealthy; 3 when absent
    /// @param successThreshold successes in a row that make it healthy again; 1 when absent
    /// @param minHealthPercent below this share of healthy endpoints all of them are used; 0 when
    ///   absent, for never
    public record HealthCheck(
            Optional<HttpGet> httpGet,
            Optional<TcpSocket> tcpSocket,
            Optional<Grpc> grpc,
            OptionalInt periodSeconds,
            OptionalInt timeoutSeconds,
            OptionalInt failureThreshold,
            OptionalInt successThreshold,
            OptionalInt minHealthPercent) {}

    /// A request.
    ///
    /// @param path `/` when empty
    /// @param host the name of the service's cluster when empty
    public record HttpGet(String path, String host, List<HttpHeader> httpHeaders) {
        public HttpGet {
            httpHeaders = List.copyOf(httpHeaders);
        }
    }

    /// A header of a request.
    public record HttpHeader(@Required String name, String value) {}

    /// How an endpoint is chosen.
    ///
    /// @param peakEwma by latency
    public record LoadBalancer(Optional<PeakEwma> peakEwma) {}

    /// Of two endpoints that are chosen at random, the one from which an answer is to be expected
    /// sooner.
    ///
    /// @param decayTime after which a latency that was seen counts for a third; 10 s when absent
    /// @param maxRetryAfter for how long at most an endpoint is left alone that answers 429 or 503
    ///   with `Retry-After`; 60 s when absent, zero for not at all
    public record PeakEwma(Optional<Duration> decayTime, Optional<Duration> maxRetryAfter) {}

    /// How a client stays with the endpoint that it was with first, whatever becomes of the others.
    ///
    /// @param cookie that the client is given, and comes with
    /// @param header that the client is given, and comes with
    /// @param strict whether a client whose endpoint is gone is answered 503, rather than sent to
    ///   another one
    public record SessionAffinity(
            Optional<SessionCookie> cookie, Optional<SessionHeader> header, boolean strict) {}

    /// A cookie that holds an endpoint's address.
    ///
    /// @param path of requests that have the session; all of them when empty
    /// @param ttl in whole seconds; as long as the browser runs when absent or zero
    public record SessionCookie(@Required String name, String path, Optional<Duration> ttl) {}

    /// A header that holds an endpoint's address, of responses and of requests.
    public record SessionHeader(@Required String name) {}

    /// When a service that fails, or is slow, gets no requests for a while, and how it gets them
    /// again: after that while so many requests as probes say, which all must do well.
    ///
    /// @param window in which requests are counted; 10 s when absent
    /// @param minRequests with fewer of them in the window nothing is decided; 10 when absent
    /// @param errorPercent share of errors (statuses from 500 on, no answer) that opens the
    ///   circuit; never when absent
    /// @param slow what share of slow answers does; none when absent
    /// @param breakDuration for how long nothing is sent; 30 s when absent
    /// @param probes requests that are sent then, to see; 1 when absent
    public record CircuitBreaker(
            Optional<Duration> window,
            OptionalInt minRequests,
            OptionalDouble errorPercent,
            Optional<SlowRequests> slow,
            Optional<Duration> breakDuration,
            OptionalInt probes) {}

    /// When slow answers open a circuit.
    ///
    /// @param threshold above which an answer is slow, from the choice of the endpoint to its head
    /// @param percent share of them that opens the circuit; 50 when absent
    public record SlowRequests(@Required Duration threshold, OptionalDouble percent) {}

    /// A connection, and nothing else.
    public record TcpSocket() {}

    /// A call.
    ///
    /// @param service empty for the server as a whole
    public record Grpc(String service) {}
}

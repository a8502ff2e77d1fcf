package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What becomes of HTTP requests.
///
/// @param parentRefs Gateways, ListenerSets, Services it is for
/// @param hostnames of requests that it is for; empty for those of its listeners. Services have no
///   use for them
/// @param rules one that sends every request nowhere when absent
/// @param useDefaultGateways whether it is for the default Gateways, too
public record HttpRoute(
        List<ParentReference> parentRefs,
        List<String> hostnames,
        List<Rule> rules,
        Optional<Gateway.GatewayScope> useDefaultGateways)
        implements Route<HttpRoute.Rule> {

    public HttpRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /// What becomes of the requests that one of the matches is for.
    ///
    /// @param name unique within the route; empty for none
    /// @param matches any of them; empty for every request
    /// @param filters in this order
    /// @param backendRefs who answers; empty for nobody, which is a 404, or a 500 beside filters
    ///   that answer nothing themselves
    public record Rule(
            Optional<String> name,
            List<Match> matches,
            List<HttpRouteFilter> filters,
            List<HttpBackendRef> backendRefs,
            Optional<Timeouts> timeouts,
            Optional<Retry> retry,
            Optional<SessionPersistence> sessionPersistence)
            implements L7Rule<Match, HttpRouteFilter> {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backendRefs = List.copyOf(backendRefs);
        }
    }

    /// Requests that all of this is true of.
    ///
    /// @param path every path when absent
    public record Match(
            Optional<PathMatch> path,
            List<HeaderMatch> headers,
            List<QueryParamMatch> queryParams,
            Optional<Method> method) {
        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
        }
    }

    /// A path.
    ///
    /// @param value `/` when absent
    public record PathMatch(PathType type, Optional<String> value) {
        /// The value in force.
        public String valueOrRoot() {
            return value.orElse("/");
        }
    }

    /// How a path is compared.
    public enum PathType {
        /// Segment by segment from the beginning; a slash at the end makes no difference.
        PathPrefix,
        /// As it is.
        Exact,
        /// As a whole, in RE2's syntax.
        RegularExpression
    }

    /// A header; of several with one name (in any case) the first counts.
    public record HeaderMatch(ValueType type, @Required String name, @Required String value) {}

    /// A parameter behind the `?`; of several with one name the first counts.
    public record QueryParamMatch(ValueType type, @Required String name, @Required String value) {}

    /// How a value is compared.
    public enum ValueType {
        /// As it is.
        Exact,
        /// As a whole, in RE2's syntax.
        RegularExpression
    }

    /// Methods that a rule can ask for.
    public enum Method {
        /// As named.
        GET,
        /// As named.
        HEAD,
        /// As named.
        POST,
        /// As named.
        PUT,
        /// As named.
        DELETE,
        /// As named.
        CONNECT,
        /// As named.
        OPTIONS,
        /// As named.
        TRACE,
        /// As named.
        PATCH
    }

    /// Who answers, among others.
    ///
    /// @param weight share of the sum of all weights of the rule, 0 to 1 000 000; 1 when absent
    /// @param filters of the requests that come to this one
    public record HttpBackendRef(
            String group,
            Optional<String> kind,
            @Required String name,
            Optional<String> namespace,
            OptionalInt port,
            OptionalInt weight,
            List<HttpRouteFilter> filters)
            implements L7Rule.Backend<HttpRouteFilter> {
        public HttpBackendRef {
            filters = List.copyOf(filters);
        }
    }

    /// How long requests may take. Zero is for ever.
    ///
    /// @param request from the first byte of the request to the last of the answer
    /// @param backendRequest each attempt
    public record Timeouts(
            Optional<RouteDuration> request, Optional<RouteDuration> backendRequest) {}

    /// When requests are sent again.
    ///
    /// @param codes statuses that are tried again, from 400 to 599
    /// @param attempts times at most; up to the implementation when absent
    /// @param backoff least time between two attempts
    public record Retry(
            List<Integer> codes, OptionalInt attempts, Optional<RouteDuration> backoff) {
        public Retry {
            codes = List.copyOf(codes);
        }
    }
}

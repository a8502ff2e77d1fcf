package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// How many requests may be made. Rules have the fields of Envoy Gateway's
/// `BackendTrafficPolicy.rateLimit.local`.
///
/// A policy for a service is kept by the proxies of its workloads, one for a gateway or a route by
/// the gateway. Of several policies for a request the one counts that names its port or rule, else
/// its service or route, else the listener, else the gateway, and of several that name the same the
/// oldest.
///
/// @param targetRefs services of the policy's namespace, or ports of them; Gateways, their
///   listeners, and routes
/// @param local limits that each proxy keeps by itself, for each of its routes
public record RateLimitPolicy(List<TargetRef> targetRefs, @Required Optional<Local> local) {

    public RateLimitPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /// Limits that each proxy keeps by itself.
    ///
    /// @param rules all of which a request must pass that it is for
    /// @param shadowMode whether requests beyond a limit are counted, and pass
    public record Local(@Required List<Rule> rules, boolean shadowMode) {
        public Local {
            rules = List.copyOf(rules);
        }
    }

    /// No more requests than that.
    ///
    /// @param name each once in a policy; empty for its place, as in `rule-0`
    /// @param clientSelectors conditions, all of which a request must meet; none: every request
    public record Rule(
            String name,
            List<ClientSelector> clientSelectors,
            @Required Optional<RateLimitValue> limit) {
        public Rule {
            clientSelectors = List.copyOf(clientSelectors);
        }
    }

    /// How many.
    ///
    /// @param requests 1 to 4,294,967,295 in each unit
    /// @param burst that may come at once after a pause; as many as `requests` when absent
    public record RateLimitValue(
            @Required OptionalLong requests, @Required Optional<Unit> unit, OptionalLong burst) {}

    /// In which time.
    public enum Unit {
        Second,
        Minute,
        Hour,
        Day
    }

    /// Which requests a rule is for, and which of them are counted together. All that is said must
    /// hold.
    ///
    /// @param headers conditions on headers
    /// @param methods of which the request has one
    /// @param path without the query
    /// @param sourceCIDR whence it comes
    public record ClientSelector(
            List<HeaderMatch> headers,
            List<MethodMatch> methods,
            Optional<PathMatch> path,
            Optional<SourceMatch> sourceCIDR) {
        public ClientSelector {
            headers = List.copyOf(headers);
            methods = List.copyOf(methods);
        }
    }

    /// A header.
    ///
    /// @param type `Exact` when absent
    /// @param value none with `Distinct`
    /// @param invert whether it must not be so
    public record HeaderMatch(
            Optional<HeaderMatchType> type,
            @Required String name,
            Optional<String> value,
            boolean invert) {}

    /// What a header must be.
    public enum HeaderMatchType {
        Exact,
        RegularExpression,
        /// Anything: requests of each value are counted by themselves.
        Distinct
    }

    /// A method.
    public record MethodMatch(@Required String value) {}

    /// A path.
    ///
    /// @param type `PathPrefix` when absent
    public record PathMatch(Optional<PathMatchType> type, @Required String value) {}

    /// What a path must be.
    public enum PathMatchType {
        Exact,
        /// Whole segments: `/cart` is for `/cart/items`, and not for `/carts`.
        PathPrefix,
        RegularExpression
    }

    /// Whence requests come.
    ///
    /// @param type `Exact` when absent
    /// @param value as in `10.1.0.0/16`
    public record SourceMatch(Optional<SourceMatchType> type, @Required String value) {}

    /// How requests of one range are counted.
    public enum SourceMatchType {
        /// All of them together.
        Exact,
        /// Those of each address by themselves.
        Distinct
    }
}

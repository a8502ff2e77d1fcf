package dev.heddle.model.gatewayapi;

import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What becomes of gRPC calls.
///
/// @param parentRefs Gateways, ListenerSets, Services it is for
/// @param hostnames of calls that it is for; empty for those of its listeners
public record GrpcRoute(
        List<ParentReference> parentRefs,
        List<String> hostnames,
        List<Rule> rules,
        Optional<Gateway.GatewayScope> useDefaultGateways)
        implements Route<GrpcRoute.Rule> {

    public GrpcRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /// What becomes of the calls that one of the matches is for.
    ///
    /// @param name unique within the route; empty for none
    /// @param matches any of them; empty for every call
    /// @param backendRefs who answers; empty for nobody, which is UNAVAILABLE
    public record Rule(
            Optional<String> name,
            List<Match> matches,
            List<GrpcRouteFilter> filters,
            List<GrpcBackendRef> backendRefs,
            Optional<SessionPersistence> sessionPersistence)
            implements L7Rule<Match, GrpcRouteFilter> {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backendRefs = List.copyOf(backendRefs);
        }
    }

    /// Calls that all of this is true of.
    public record Match(Optional<MethodMatch> method, List<HttpRoute.HeaderMatch> headers) {
        public Match {
            headers = List.copyOf(headers);
        }
    }

    /// A method; one of service and method is there at least.
    ///
    /// @param type how both are compared
    /// @param service with its package, as in `shop.v1.Cart`; any when absent
    /// @param method as in `AddItem`; any when absent
    public record MethodMatch(ValueType type, Optional<String> service, Optional<String> method) {}

    /// What is done with calls, or with their answers. Exactly that component is there which the
    /// type is the name of.
    public record GrpcRouteFilter(
            @Required FilterType type,
            Optional<HeaderModifier> requestHeaderModifier,
            Optional<HeaderModifier> responseHeaderModifier,
            Optional<RequestMirror> requestMirror,
            Optional<ExtensionReference> extensionRef)
            implements RouteFilter {}

    /// What a filter does.
    public enum FilterType {
        /// Changes headers of calls.
        RequestHeaderModifier,
        /// Changes headers of responses.
        ResponseHeaderModifier,
        /// Sends copies elsewhere.
        RequestMirror,
        /// What another resource says.
        ExtensionRef
    }

    /// Who answers, among others.
    ///
    /// @param weight share of the sum of all weights of the rule, 0 to 1 000 000; 1 when absent
    /// @param filters of the calls that come to this one
    public record GrpcBackendRef(
            String group,
            Optional<String> kind,
            @Required String name,
            Optional<String> namespace,
            OptionalInt port,
            OptionalInt weight,
            List<GrpcRouteFilter> filters)
            implements L7Rule.Backend<GrpcRouteFilter> {
        public GrpcBackendRef {
            filters = List.copyOf(filters);
        }
    }
}

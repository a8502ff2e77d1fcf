package dev.heddle.model.istio;

import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Changes to what proxies are told, in Envoy's own words.
///
/// @param priority the lower goes first
public record EnvoyFilter(
        Optional<WorkloadSelector> workloadSelector,
        List<PolicyTargetReference> targetRefs,
        List<ConfigPatch> configPatches,
        int priority) {

    public EnvoyFilter {
        targetRefs = List.copyOf(targetRefs);
        configPatches = List.copyOf(configPatches);
    }

    /// One change.
    public record ConfigPatch(ApplyTo applyTo, ObjectMatch match, Patch patch) {}

    /// What is changed.
    public enum ApplyTo {
        /// Nothing: the field is missing.
        INVALID,
        /// A listener.
        LISTENER,
        /// A filter chain.
        FILTER_CHAIN,
        /// A network filter.
        NETWORK_FILTER,
        /// An HTTP filter.
        HTTP_FILTER,
        /// A route configuration.
        ROUTE_CONFIGURATION,
        /// A virtual host.
        VIRTUAL_HOST,
        /// A route.
        HTTP_ROUTE,
        /// A cluster.
        CLUSTER,
        /// A resource of the extension configuration discovery service.
        EXTENSION_CONFIG,
        /// The bootstrap, when the proxy starts.
        BOOTSTRAP,
        /// A listener filter.
        LISTENER_FILTER
    }

    /// Where the change applies.
    public record ObjectMatch(
            PatchContext context, ProxyMatch proxy, @Inline Optional<ObjectTypes> objectTypes) {}

    /// Which kind of proxy or listener.
    public enum PatchContext {
        /// Any.
        ANY,
        /// Traffic to a workload.
        SIDECAR_INBOUND,
        /// Traffic from a workload.
        SIDECAR_OUTBOUND,
        /// Gateways.
        GATEWAY,
        /// Waypoints.
        @NotYet
        WAYPOINT
    }

    /// Which proxies.
    ///
    /// @param proxyVersion an expression
    public record ProxyMatch(String proxyVersion, Map<String, String> metadata) {
        public ProxyMatch {
            metadata = Ordered.copyOf(metadata);
        }
    }

    /// Which objects.
    public sealed interface ObjectTypes {
        /// Listeners.
        record Listener(ListenerMatch listener) implements ObjectTypes {}

        /// Route configurations.
        record Routes(RouteConfigurationMatch routeConfiguration) implements ObjectTypes {}

        /// Clusters.
        record Cluster(ClusterMatch cluster) implements ObjectTypes {}

        /// Parts of a waypoint.
        record Waypoint(WaypointMatch waypoint) implements ObjectTypes {}
    }

    /// Which listeners.
    public record ListenerMatch(
            int portNumber,
            @NotYet String portName,
            FilterChainMatch filterChain,
            String listenerFilter,
            String name) {}

    /// Which filter chains.
    public record FilterChainMatch(
            String name,
            String sni,
            String transportProtocol,
            String applicationProtocols,
            FilterMatch filter,
            int destinationPort) {}

    /// Which network filter.
    public record FilterMatch(String name, Optional<SubFilterMatch> subFilter) {}

    /// Which HTTP filter.
    public record SubFilterMatch(String name) {}

    /// Which route configurations.
    public record RouteConfigurationMatch(
            int portNumber, String portName, String gateway, VirtualHostMatch vhost, String name) {}

    /// Which virtual hosts.
    public record VirtualHostMatch(String name, RouteMatch route, String domainName) {}

    /// Which routes.
    public record RouteMatch(String name, Action action) {
        /// What a route does.
        public enum Action {
            /// Anything.
            ANY,
            /// It forwards.
            ROUTE,
            /// It redirects.
            REDIRECT,
            /// It answers.
            DIRECT_RESPONSE
        }
    }

    /// Which clusters.
    public record ClusterMatch(int portNumber, String service, String subset, String name) {}

    /// Which part of a waypoint.
    public record WaypointMatch(
            FilterMatch filter, OptionalInt portNumber, WaypointRouteMatch route) {}

    /// Which route of a waypoint.
    public record WaypointRouteMatch(String name) {}

    /// The change itself.
    ///
    /// @param value in Envoy's JSON
    public record Patch(Operation operation, Optional<Node> value, FilterClass filterClass) {}

    /// What is done with the value.
    public enum Operation {
        /// Nothing: the field is missing.
        INVALID,
        /// It is merged into the object.
        MERGE,
        /// It is added.
        ADD,
        /// The object goes.
        REMOVE,
        /// It is put before the object.
        INSERT_BEFORE,
        /// It is put behind the object.
        INSERT_AFTER,
        /// It is put before all others.
        INSERT_FIRST,
        /// It takes the object's place.
        REPLACE,
        /// It is merged, and its lists take the place of those that are there.
        MERGE_AND_REPLACE_LIST
    }

    /// Where an added filter stands among the others.
    public enum FilterClass {
        /// Where the operation says.
        UNSPECIFIED,
        /// Behind authentication.
        AUTHN,
        /// Behind authorization.
        AUTHZ,
        /// Before metrics.
        STATS
    }
}

package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Message;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.ClusterMatch;
import dev.heddle.model.istio.EnvoyFilter.FilterClass;
import dev.heddle.model.istio.EnvoyFilter.FilterMatch;
import dev.heddle.model.istio.EnvoyFilter.ListenerMatch;
import dev.heddle.model.istio.EnvoyFilter.ObjectMatch;
import dev.heddle.model.istio.EnvoyFilter.ObjectTypes;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.model.istio.EnvoyFilter.RouteConfigurationMatch;
import dev.heddle.model.istio.EnvoyFilter.RouteMatch;
import java.util.Optional;

/// One change, its value read.
///
/// @param operation with what inserting comes to where there is no order
/// @param value empty for a removal
/// @param isSelected whether its author named the proxies that it is for
/// @param node which proxies it is for, by what they say about themselves
/// @param origin where it is written
record Patch(
        ApplyTo applyTo,
        Operation operation,
        ObjectMatch match,
        FilterClass filterClass,
        Optional<Message> value,
        boolean isSelected,
        NodeMatch node,
        Origin origin) {

    /// Whether it is made on traffic of that side.
    boolean isIn(PatchContext context) {
        return match.context() == PatchContext.ANY || match.context() == context;
    }

    /// Whether a resource of that side is added by it: of those that are for any, one is enough.
    boolean adds(PatchContext context) {
        boolean isOutside = context != PatchContext.SIDECAR_INBOUND;
        return operation == Operation.ADD
                && (match.context() == PatchContext.ANY ? isOutside : isIn(context));
    }

    boolean merges() {
        return operation == Operation.MERGE || operation == Operation.MERGE_AND_REPLACE_LIST;
    }

    boolean replacesLists() {
        return operation == Operation.MERGE_AND_REPLACE_LIST;
    }

    /// As in `MERGE of HTTP_FILTER`.
    String what() {
        return operation + " of " + applyTo;
    }

    Optional<ListenerMatch> listener() {
        return match.objectTypes().orElse(null) instanceof ObjectTypes.Listener(ListenerMatch of)
                ? Optional.of(of)
                : Optional.empty();
    }

    Optional<RouteConfigurationMatch> routes() {
        return match.objectTypes().orElse(null)
                        instanceof ObjectTypes.Routes(RouteConfigurationMatch of)
                ? Optional.of(of)
                : Optional.empty();
    }

    Optional<ClusterMatch> cluster() {
        return match.objectTypes().orElse(null) instanceof ObjectTypes.Cluster(ClusterMatch of)
                ? Optional.of(of)
                : Optional.empty();
    }

    /// The name of the listener filter that it is about.
    Optional<String> listenerFilter() {
        return listener().map(ListenerMatch::listenerFilter).filter(name -> !name.isEmpty());
    }

    /// The name of the network filter that it is about.
    Optional<String> networkFilter() {
        return filter().map(FilterMatch::name).filter(name -> !name.isEmpty());
    }

    /// The name of the HTTP filter that it is about.
    Optional<String> httpFilter() {
        return filter().flatMap(FilterMatch::subFilter).map(of -> of.name());
    }

    private Optional<FilterMatch> filter() {
        return listener().map(of -> of.filterChain().filter());
    }

    /// The route that it is about.
    Optional<RouteMatch> route() {
        return routes().map(of -> of.vhost().route())
                .filter(of -> !of.name().isEmpty() || of.action() != RouteMatch.Action.ANY);
    }
}

package dev.heddle.proxy.route;

import dev.heddle.proxy.hits.Rule;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.RouteStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.tracing.RouteTracing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One route: what it does, and how it edits what passes.
public interface RouteEntry {
    /// `%ROUTE_NAME%`; may be empty.
    String name();

    String virtualHost();

    RouteAction action();

    /// Where its requests are counted besides; null for nowhere.
    default @Nullable RouteStat stat() {
        return null;
    }

    /// The rule that it comes from; null where nobody says.
    default @Nullable Rule rule() {
        return null;
    }

    /// What it says of itself, for logs.
    default Metadata metadata() {
        return Metadata.NONE;
    }

    /// How its requests are followed.
    default RouteTracing tracing() {
        return RouteTracing.NONE;
    }

    /// What the route says of its listener's filters.
    List<FilterOverride> filters();

    /// Rewrites path and authority and edits the headers of a request that goes to that target: the
    /// edits of target, route, virtual host and table, in Envoy's order.
    ///
    /// @param isTold whether a rewrite leaves what was there in `x-envoy-original-path` and
    ///   `x-envoy-original-host`
    void editRequest(
            RequestHead request, RouteAction.Target target, StreamInfo info, boolean isTold);

    /// Gives the request the name of the host that it goes to as its authority, where the route
    /// says so (`auto_host_rewrite`). May be called again for another host.
    ///
    /// @param hostname empty when the host has none
    default void nameHost(RequestHead request, String hostname, boolean isTold) {}

    /// Edits the headers of a response.
    ///
    /// @param request as it was forwarded: values of response headers may speak of it
    /// @param target where the request went
    void editResponse(
            RequestHead request, ResponseHead response, RouteAction.Target target, StreamInfo info);

    /// Edits the headers of an answer that this proxy makes itself for this route, where Envoy
    /// edits them: redirects and direct replies.
    void editReply(RequestHead request, ResponseHead response, StreamInfo info);
}

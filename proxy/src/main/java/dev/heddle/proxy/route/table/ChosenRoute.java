package dev.heddle.proxy.route.table;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.RouteStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.tracing.RouteTracing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A route of which one target was chosen, before any filter sees the request: filters may be
/// configured for that target alone.
///
/// @param action with that target only
/// @param filters what is said for the target, the route, and what is around it
record ChosenRoute(CompiledRoute of, RouteAction action, List<FilterOverride> filters)
        implements RouteEntry {
    @Override
    public String name() {
        return of.name();
    }

    @Override
    public String virtualHost() {
        return of.virtualHost();
    }

    @Override
    public @Nullable RouteStat stat() {
        return of.stat();
    }

    @Override
    public RouteTracing tracing() {
        return of.tracing();
    }

    @Override
    public void editRequest(
            RequestHead request, RouteAction.Target target, StreamInfo info, boolean isTold) {
        of.editRequest(request, target, info, isTold);
    }

    @Override
    public void nameHost(RequestHead request, String hostname, boolean isTold) {
        of.nameHost(request, hostname, isTold);
    }

    @Override
    public void editResponse(
            RequestHead request,
            ResponseHead response,
            RouteAction.Target target,
            StreamInfo info) {
        of.editResponse(request, response, target, info);
    }

    @Override
    public void editReply(RequestHead request, ResponseHead response, StreamInfo info) {
        of.editReply(request, response, info);
    }
}

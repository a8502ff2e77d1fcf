package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.HeaderCondition;
import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A virtual host, ready to be asked.
final class CompiledHost {

    private final String name;
    private final RouteConfig.RequireTls tls;
    private final CompiledRoute[] routes;
    private final RouteIndex index;
    private final boolean hasFractions;
    private final List<NamedRequests> virtualClusters;
    private final RouteEntry toTls;

    private record NamedRequests(String name, List<HeaderCondition> headers) {}

    CompiledHost(RouteConfig.VirtualHost host, RouteConfig table) {
        name = host.name();
        tls = host.tls();
        var outer =
                new CompiledRoute.OuterEdits(
                        host.headers(), table.headers(), table.outermostEditsLast());
        routes =
                host.routes().stream()
                        .map(it -> new CompiledRoute(it, this, outer))
                        .toArray(CompiledRoute[]::new);
        index = new RouteIndex(host.routes().stream().map(RouteConfig.Route::match).toList());
        hasFractions = host.routes().stream().anyMatch(it -> it.match().fraction().isPresent());
        virtualClusters =
                host.virtualClusters().stream()
                        .map(it ->
                                new NamedRequests(
                                        it.name(), List.of(HeaderCondition.all(it.headers()))))
                        .toList();
        toTls = new ToTls(name);
    }

    String name() {
        return name;
    }

    @Nullable RouteEntry match(
            RequestHead request,
            @Nullable Map<String, ?> metadata,
            @Nullable TlsSession session,
            RandomGenerator random,
            RuntimeValues values) {
        if (mustGoToTls(request)) {
            return toTls;
        }
        CharSequence bare = request.barePath();
        // As at Envoy one number for all routes, so that routes can share a table's requests.
        int place = hasFractions ? random.nextInt(CompiledRoute.PLACES) : 0;
        for (int number : index.candidates(bare)) {
            CompiledRoute route = routes[number];
            if (route.matches(request, bare, metadata, session, place, values)) {
                return route.chosen(request, random);
            }
        }
        return null;
    }

    private boolean mustGoToTls(RequestHead request) {
        return switch (tls) {
            case NONE -> false;
            case ALL -> !isTls(request);
            case EXTERNAL_ONLY ->
                    !isTls(request)
                            && !"true".equals(request.headers().get(HeaderName.X_ENVOY_INTERNAL));
        };
    }

    private static boolean isTls(RequestHead request) {
        String forwarded = request.headers().get(HeaderName.X_FORWARDED_PROTO);
        return (forwarded == null ? request.scheme() : forwarded).equals("https");
    }

    /// Names the virtual cluster of a request; `other`, as Envoy, when there are some and none
    /// matches.
    void nameVirtualCluster(RequestHead request, StreamInfo info) {
        String found = virtualCluster(request);
        if (found != null) {
            info.setVirtualCluster(found);
        }
    }

    @Nullable String virtualCluster(RequestHead request) {
        if (virtualClusters.isEmpty()) {
            return null;
        }
        for (NamedRequests requests : virtualClusters) {
            boolean all = true;
            for (HeaderCondition header : requests.headers()) {
                all &= header.test(request);
            }
            if (all) {
                return requests.name();
            }
        }
        return "other";
    }

    /// Sends clients without TLS to the same place with TLS.
    private record ToTls(String virtualHost) implements RouteEntry {
        private static final RouteAction TO_TLS =
                new RouteAction.Redirect(301, RedirectLocation::byTls);

        @Override
        public String name() {
            return "";
        }

        @Override
        public RouteAction action() {
            return TO_TLS;
        }

        @Override
        public List<FilterOverride> filters() {
            return List.of();
        }

        @Override
        public void editRequest(
                RequestHead request, RouteAction.Target target, StreamInfo info, boolean isTold) {}

        @Override
        public void editResponse(
                RequestHead request,
                ResponseHead response,
                RouteAction.Target target,
                StreamInfo info) {}

        @Override
        public void editReply(RequestHead request, ResponseHead response, StreamInfo info) {}
    }
}

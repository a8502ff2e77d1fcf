package dev.heddle.proxy.sim;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.RouteTable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Routes by the beginning of the path, the first that fits.
public final class SimRoutes implements RouteTable {
    private final Map<String, RouteAction> byPrefix = new LinkedHashMap<>();

    private record Entry(String name, RouteAction action) implements RouteEntry {
        private static final HeaderName EDITED = HeaderName.of("x-edited");

        @Override
        public String virtualHost() {
            return "all";
        }

        @Override
        public List<FilterOverride> filters() {
            return List.of();
        }

        @Override
        public void editRequest(
                RequestHead request, RouteAction.Target target, StreamInfo info, boolean isTold) {
            request.headers().set(EDITED, target.cluster());
        }

        @Override
        public void editResponse(
                RequestHead request,
                ResponseHead response,
                RouteAction.Target target,
                StreamInfo info) {
            response.headers().set(EDITED, target.cluster());
        }

        @Override
        public void editReply(RequestHead request, ResponseHead response, StreamInfo info) {
            response.headers().set(EDITED, "reply");
        }
    }

    public SimRoutes forward(String prefix, String cluster, Duration timeout) {
        return add(
                prefix,
                new RouteAction.Forward(
                        List.of(new RouteAction.Target(cluster, 1, 0)),
                        1,
                        timeout,
                        Optional.empty()));
    }

    public SimRoutes add(String prefix, RouteAction action) {
        byPrefix.put(prefix, action);
        return this;
    }

    @Override
    public @Nullable RouteEntry match(RequestHead request, RandomGenerator random) {
        for (Map.Entry<String, RouteAction> route : byPrefix.entrySet()) {
            if (request.path().startsWith(route.getKey())) {
                return new Entry(route.getKey(), route.getValue());
            }
        }
        return null;
    }
}

package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.router.Router;
import dev.heddle.proxy.router.RouterConfig;
import dev.heddle.xds.wire.Any;
import java.util.Set;

/// The router as a filter (`envoy.extensions.filters.http.router.v3.Router`).
final class RouterType implements HttpFilterType<RouterConfig> {
    /// Beside the one that is obeyed: what says which statistics and spans are made, of which this
    /// proxy makes neither.
    private static final Set<String> HARMLESS =
            Set.of(
                    "suppress_envoy_headers",
                    "dynamic_stats",
                    "start_child_span",
                    "suppress_grpc_request_failure_code_stats");

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
    }

    @Override
    public RouterConfig parse(Any config) {
        return Findings.read(
                config,
                envoy.extensions.filters.http.router.v3.Router.getDefaultInstance(),
                (router, findings) -> {
                    findings.fields("", router, HARMLESS);
                    return new RouterConfig(router.getSuppressEnvoyHeaders());
                });
    }

    @Override
    public HttpFilter create(RouterConfig config, FilterContext context) {
        return new Router(config, context);
    }
}

package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.router.Router;
import dev.heddle.proxy.router.RouterConfig;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
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
        try {
            // The type was looked at by whoever found this filter.
            var router =
                    envoy.extensions.filters.http.router.v3.Router.getDefaultInstance()
                            .read(config.getValue());
            var findings = new Findings();
            findings.fields("", router, HARMLESS);
            if (findings.of(router) instanceof Parsed.Rejected<?> rejected) {
                throw new IllegalArgumentException(rejected.text());
            }
            return new RouterConfig(router.getSuppressEnvoyHeaders());
        } catch (WireException e) {
            throw new IllegalArgumentException("typed_config: " + e.getMessage(), e);
        }
    }

    @Override
    public HttpFilter create(RouterConfig config, FilterContext context) {
        return new Router(config, context);
    }
}

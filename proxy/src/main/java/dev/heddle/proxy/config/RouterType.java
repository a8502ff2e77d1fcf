package dev.heddle.proxy.config;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.router.Router;
import dev.heddle.proxy.router.RouterConfig;
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
            var router =
                    io.envoyproxy.envoy.extensions.filters.http.router.v3.Router.parseFrom(
                            config.getValue());
            var findings = new Findings();
            findings.fields("", router, HARMLESS);
            if (findings.of(router) instanceof Parsed.Rejected<?> rejected) {
                throw new IllegalArgumentException(rejected.text());
            }
            return new RouterConfig(router.getSuppressEnvoyHeaders());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("typed_config: " + e.getMessage(), e);
        }
    }

    @Override
    public HttpFilter create(RouterConfig config, FilterContext context) {
        return new Router(config, context);
    }
}

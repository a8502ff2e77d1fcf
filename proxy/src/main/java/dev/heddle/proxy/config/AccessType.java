package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.rbac.AccessConfig;
import dev.heddle.proxy.filter.rbac.AccessFilter;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.rbac.v3.RBAC;
import envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import java.util.Set;

/// Who may do what (`envoy.extensions.filters.http.rbac.v3.RBAC`), of which a route may say
/// something else.
final class AccessType implements HttpFilterType<AccessConfig> {
    private static final String PACKAGE =
            "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.";

    @Override
    public String typeUrl() {
        return PACKAGE + "RBAC";
    }

    @Override
    public AccessConfig parse(Any config) {
        return Findings.read(
                config,
                RBAC.getDefaultInstance(),
                (rules, findings) -> new AccessParser(findings).http("", rules));
    }

    @Override
    public String routeTypeUrl() {
        return PACKAGE + "RBACPerRoute";
    }

    /// Without rules it lets everybody pass.
    @Override
    public AccessConfig parseRoute(Any config) {
        return Findings.read(config, RBACPerRoute.getDefaultInstance(), AccessType::route);
    }

    private static AccessConfig route(RBACPerRoute route, Findings findings) {
        findings.fields("", route, Set.of("rbac"));
        return route.hasRbac()
                ? new AccessParser(findings).http("rbac", route.getRbac())
                : AccessConfig.FREE;
    }

    @Override
    public HttpFilter create(AccessConfig config, FilterContext context) {
        return new AccessFilter(config);
    }
}

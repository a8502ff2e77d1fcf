package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.extauthz.ExtAuthz;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig;
import dev.heddle.proxy.filter.extauthz.ExtAuthzFilter;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import java.util.Optional;

/// Authorization by a service outside (`envoy.extensions.filters.http.ext_authz.v3.ExtAuthz`), of
/// which a route may say more, or that it does without.
final class ExtAuthzType implements HttpFilterType<ExtAuthz> {
    private static final String PACKAGE =
            "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.";

    @Override
    public String typeUrl() {
        return PACKAGE + "ExtAuthz";
    }

    @Override
    public ExtAuthz parse(Any config) {
        return Findings.read(
                config,
                envoy.extensions.filters.http.ext_authz.v3.ExtAuthz.getDefaultInstance(),
                (filter, findings) ->
                        new ExtAuthz(
                                Optional.of(new ExtAuthzParser(findings).filter(filter)),
                                ExtAuthzConfig.Route.NOTHING));
    }

    @Override
    public String routeTypeUrl() {
        return PACKAGE + "ExtAuthzPerRoute";
    }

    @Override
    public ExtAuthz parseRoute(Any config) {
        return Findings.read(
                config,
                ExtAuthzPerRoute.getDefaultInstance(),
                (route, findings) ->
                        new ExtAuthz(Optional.empty(), new ExtAuthzParser(findings).route(route)));
    }

    @Override
    public ExtAuthz over(ExtAuthz closer, ExtAuthz further) {
        return closer.over(further);
    }

    @Override
    public ExtAuthz inFilter(ExtAuthz route, ExtAuthz filter) {
        return new ExtAuthz(filter.filter(), route.route());
    }

    @Override
    public HttpFilter create(ExtAuthz config, FilterContext context) {
        return new ExtAuthzFilter(
                config.filter()
                        .orElseThrow(() ->
                                new IllegalStateException("ext_authz: no filter's configuration")),
                config.route(),
                context);
    }
}

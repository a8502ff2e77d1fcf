package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.jwt.JwtConfig;
import dev.heddle.proxy.filter.jwt.JwtFilter;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import java.util.Set;

/// Tokens (`envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication`), which a route may do
/// without.
final class JwtType implements HttpFilterType<JwtConfig> {
    private static final String PACKAGE =
            "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.";

    @Override
    public String typeUrl() {
        return PACKAGE + "JwtAuthentication";
    }

    @Override
    public JwtConfig parse(Any config) {
        return Findings.read(
                config,
                JwtAuthentication.getDefaultInstance(),
                (tokens, findings) -> new JwtParser(findings).filter(tokens));
    }

    @Override
    public String routeTypeUrl() {
        return PACKAGE + "PerRouteConfig";
    }

    @Override
    public JwtConfig parseRoute(Any config) {
        return Findings.read(config, PerRouteConfig.getDefaultInstance(), JwtType::route);
    }

    private static JwtConfig route(PerRouteConfig route, Findings findings) {
        findings.fields("", route, Set.of("disabled"));
        if (!route.getDisabled()) {
            findings.reject("disabled", "false (expected: true)");
        }
        return JwtConfig.OFF;
    }

    @Override
    public HttpFilter create(JwtConfig config, FilterContext context) {
        return new JwtFilter(config, context.verified());
    }
}

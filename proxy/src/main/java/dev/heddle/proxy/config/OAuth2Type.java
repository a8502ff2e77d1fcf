package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.oauth2.OAuth2Config;
import dev.heddle.proxy.filter.oauth2.OAuth2Filter;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.oauth2.v3.OAuth2;
import envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;

/// Logging in at an authorization server (`envoy.extensions.filters.http.oauth2.v3.OAuth2`), which
/// may be another one for a route (`envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute`).
final class OAuth2Type implements HttpFilterType<OAuth2Config> {
    private final SecureRandom random = new SecureRandom();

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2";
    }

    @Override
    public boolean isRouted() {
        return true;
    }

    @Override
    public OAuth2Config parse(Any config) {
        return Findings.read(
                config,
                OAuth2.getDefaultInstance(),
                (said, findings) -> {
                    findings.fields("", said, Set.of("config"));
                    return new OAuth2Parser(findings).read("config", said.getConfig());
                });
    }

    @Override
    public String routeTypeUrl() {
        return typeUrl() + "PerRoute";
    }

    @Override
    public OAuth2Config parseRoute(Any config) {
        return Findings.read(
                config,
                OAuth2PerRoute.getDefaultInstance(),
                (said, findings) -> {
                    findings.fields("", said, Set.of("config"));
                    return new OAuth2Parser(findings).read("config", said.getConfig());
                });
    }

    @Override
    public Needs needs(OAuth2Config config) {
        return new Needs(config.secrets(), List.of(config.server().cluster()));
    }

    @Override
    public HttpFilter create(OAuth2Config config, FilterContext context) {
        return new OAuth2Filter(config, context, random);
    }
}

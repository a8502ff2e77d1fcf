package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.cors.CorsConfig;
import dev.heddle.proxy.route.Chance;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.cors.v3.CorsPolicy;
import envoy.type.matcher.v3.StringMatcher;
import google.protobuf.BoolValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Reads what routes say of CORS.
final class CorsParser {
    private static final Chance NEVER = new Chance(0, 1);

    private CorsParser() {}

    static CorsConfig parse(Any config) {
        return Findings.read(config, CorsPolicy.getDefaultInstance(), CorsParser::policy);
    }

    private static CorsConfig policy(CorsPolicy policy, Findings findings) {
        findings.fields(
                "",
                policy,
                Set.of(
                        "allow_origin_string_match",
                        "allow_methods",
                        "allow_headers",
                        "expose_headers",
                        "max_age",
                        "allow_credentials",
                        "filter_enabled",
                        "shadow_enabled",
                        "allow_private_network_access",
                        "forward_not_matching_preflights"));
        findings.headerValue("allow_methods", policy.getAllowMethods());
        findings.headerValue("allow_headers", policy.getAllowHeaders());
        findings.headerValue("expose_headers", policy.getExposeHeaders());
        findings.headerValue("max_age", policy.getMaxAge());
        var chances = new ChanceParser(findings);
        return new CorsConfig(
                origins(findings, policy.getAllowOriginStringMatchList()),
                policy.getAllowMethods(),
                policy.getAllowHeaders(),
                policy.getExposeHeaders(),
                policy.getMaxAge(),
                truth(policy.hasAllowCredentials(), policy.getAllowCredentials()),
                truth(
                        policy.hasForwardNotMatchingPreflights(),
                        policy.getForwardNotMatchingPreflights()),
                truth(policy.hasAllowPrivateNetworkAccess(), policy.getAllowPrivateNetworkAccess()),
                policy.hasFilterEnabled()
                        ? chances.runtime("filter_enabled", policy.getFilterEnabled())
                        : Chance.ALWAYS,
                policy.hasShadowEnabled()
                        ? chances.runtime("shadow_enabled", policy.getShadowEnabled())
                        : NEVER);
    }

    private static List<Predicate<String>> origins(
            Findings findings, List<StringMatcher> matchers) {
        var matches = new MatchParser(findings);
        var origins = new ArrayList<Predicate<String>>();
        for (int i = 0; i < matchers.size(); i++) {
            origins.add(
                    matches.text("allow_origin_string_match[" + i + "]", matchers.get(i))::test);
        }
        return origins;
    }

    private static Optional<Boolean> truth(boolean isSaid, BoolValue value) {
        return isSaid ? Optional.of(value.getValue()) : Optional.empty();
    }
}

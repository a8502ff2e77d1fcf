package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.healthcheck.HealthCheckConfig;
import dev.heddle.proxy.filter.healthcheck.HealthCheckFilter;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.health_check.v3.HealthCheck;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.Predicate;

/// Health checks as a filter (`envoy.extensions.filters.http.health_check.v3.HealthCheck`).
final class HealthCheckType implements HttpFilterType<HealthCheckConfig> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.health_check.v3.HealthCheck";
    }

    @Override
    public HealthCheckConfig parse(Any config) {
        return Findings.read(config, HealthCheck.getDefaultInstance(), HealthCheckType::check);
    }

    private static HealthCheckConfig check(HealthCheck check, Findings findings) {
        findings.fields("", check, Set.of("pass_through_mode", "headers"));
        if (!check.hasPassThroughMode()) {
            findings.reject("pass_through_mode", "is missing");
        }
        var conditions = new ArrayList<Predicate<RequestHead>>();
        new MatchParser(findings)
                .headers("headers", check.getHeadersList())
                .forEach(it -> conditions.add(HeaderCondition.of(it)::test));
        return new HealthCheckConfig(check.getPassThroughMode().getValue(), conditions);
    }

    @Override
    public HttpFilter create(HealthCheckConfig config, FilterContext context) {
        return new HealthCheckFilter(config, context);
    }
}

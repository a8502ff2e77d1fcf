package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.cors.CorsConfig;
import dev.heddle.proxy.filter.cors.CorsFilter;
import dev.heddle.xds.wire.Any;

/// CORS as a filter (`envoy.extensions.filters.http.cors.v3.Cors`), which has all that it does from
/// routes (`envoy.extensions.filters.http.cors.v3.CorsPolicy`).
final class CorsType implements HttpFilterType<CorsConfig> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors";
    }

    @Override
    public boolean isRouted() {
        return true;
    }

    @Override
    public CorsConfig parse(Any config) {
        throw new IllegalArgumentException(
                "has " + config.getValue().size() + " bytes (expected: nothing)");
    }

    @Override
    public String routeTypeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy";
    }

    @Override
    public CorsConfig parseRoute(Any config) {
        return CorsParser.parse(config);
    }

    @Override
    public CorsConfig over(CorsConfig closer, CorsConfig further) {
        return closer.over(further);
    }

    @Override
    public HttpFilter create(CorsConfig config, FilterContext context) {
        return new CorsFilter(config);
    }
}

package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.localratelimit.LocalRateLimit;
import dev.heddle.proxy.filter.localratelimit.LocalRateLimitFilter;
import dev.heddle.xds.wire.Any;

/// Limits as a filter (`envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`). Each
/// configuration counts for itself, and counts anew when it changes.
final class LocalRateLimitType implements HttpFilterType<LocalRateLimit> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/"
                + "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
    }

    @Override
    public LocalRateLimit parse(Any config) {
        return LocalRateLimitParser.parse(config, false);
    }

    @Override
    public LocalRateLimit parseRoute(Any config) {
        return LocalRateLimitParser.parse(config, true);
    }

    @Override
    public HttpFilter create(LocalRateLimit config, FilterContext context) {
        return new LocalRateLimitFilter(config);
    }
}

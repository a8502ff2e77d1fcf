package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.xds.wire.Any;

/// Stands in for the router, whose configuration is not looked at in tests of parsers.
final class NoRouter implements HttpFilterType<String> {
    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
    }

    @Override
    public String parse(Any config) {
        return "";
    }

    @Override
    public HttpFilter create(String config, FilterContext context) {
        throw new UnsupportedOperationException();
    }
}

package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.fault.FaultConfig;
import dev.heddle.proxy.filter.fault.FaultFilter;
import dev.heddle.xds.wire.Any;

/// Faults as a filter (`envoy.extensions.filters.http.fault.v3.HTTPFault`).
final class FaultType implements HttpFilterType<FaultConfig> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault";
    }

    @Override
    public boolean isRouted() {
        return true;
    }

    @Override
    public FaultConfig parse(Any config) {
        return FaultParser.parse(config);
    }

    @Override
    public HttpFilter create(FaultConfig config, FilterContext context) {
        return new FaultFilter(config);
    }
}

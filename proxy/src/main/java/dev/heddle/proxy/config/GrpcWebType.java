package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.grpcweb.GrpcWebFilter;
import dev.heddle.xds.wire.Any;

/// gRPC-Web as a filter (`envoy.extensions.filters.http.grpc_web.v3.GrpcWeb`), which has nothing to
/// configure.
final class GrpcWebType implements HttpFilterType<GrpcWebType.Nothing> {
    /// What there is to say.
    record Nothing() {}

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb";
    }

    @Override
    public Nothing parse(Any config) {
        // It has no fields, so there is nothing to read, and no class of Envoy's is needed for it.
        if (!config.getValue().isEmpty()) {
            throw new IllegalArgumentException(
                    config.getValue().size() + " bytes of fields (expected: none)");
        }
        return new Nothing();
    }

    @Override
    public HttpFilter create(Nothing config, FilterContext context) {
        return new GrpcWebFilter();
    }
}

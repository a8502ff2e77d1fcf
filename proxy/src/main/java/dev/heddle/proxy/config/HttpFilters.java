package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.HttpFilterType;
import java.util.List;

/// Every HTTP filter that this proxy understands. Adding one is adding its line.
public final class HttpFilters {
    public static final List<HttpFilterType<?>> ALL =
            List.of(
                    new RouterType(),
                    new GrpcWebType(),
                    new TranscoderType(),
                    new HeaderToMetadataType(),
                    new FilterStateType(),
                    new HealthCheckType(),
                    new FaultType(),
                    new CorsType(),
                    new LocalRateLimitType(),
                    new SessionType(),
                    new JwtType(),
                    new ApiKeyType(),
                    new BasicAuthType(),
                    new OAuth2Type(),
                    new AccessType(),
                    new ExtAuthzType(),
                    new DynamicProxyType());

    private HttpFilters() {}
}

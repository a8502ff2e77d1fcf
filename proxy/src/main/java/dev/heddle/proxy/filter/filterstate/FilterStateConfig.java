package dev.heddle.proxy.filter.filterstate;

import dev.heddle.telemetry.AccessLogFormat;
import java.util.Optional;

/// What listeners of this proxy are told of an exchange whose bytes go to them
/// (`envoy.extensions.filters.http.set_filter_state.v3.Config`).
///
/// @param local makes where the client's connection was made to, as `10.0.0.1:80`
/// @param remote makes the client's address
public record FilterStateConfig(
        Optional<AccessLogFormat> local, Optional<AccessLogFormat> remote) {}

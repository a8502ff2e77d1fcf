package dev.heddle.proxy.filter;

import dev.heddle.xds.wire.Any;

/// A kind of HTTP filter: how its configuration reads, and how a filter is made of it.
///
/// @param <C> the configuration, an immutable record
public interface HttpFilterType<C> {
    /// As in `type.googleapis.com/envoy.extensions.filters.http.router.v3.Router`.
    String typeUrl();

    /// Reads and checks a configuration.
    ///
    /// @throws IllegalArgumentException with the field's path, the value and what was expected; it
    ///   becomes the text of a NACK
    C parse(Any config);

    /// Makes the filter of one exchange.
    HttpFilter create(C config, FilterContext context);
}

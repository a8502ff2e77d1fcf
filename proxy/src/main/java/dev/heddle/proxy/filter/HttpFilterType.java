package dev.heddle.proxy.filter;

import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.xds.wire.Any;
import java.util.List;

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

    /// What a configuration wants beside itself.
    ///
    /// @param secrets by whichever source
    /// @param clusters that it calls
    record Needs(List<SecretRef> secrets, List<String> clusters) {
        /// Nothing.
        public static final Needs NOTHING = new Needs(List.of(), List.of());

        public Needs {
            secrets = List.copyOf(secrets);
            clusters = List.copyOf(clusters);
        }
    }

    /// What filters of that configuration want beside it.
    default Needs needs(C config) {
        return Needs.NOTHING;
    }

    /// Whether a filter that is configured empty does nothing but what routes say of it. There is
    /// none then for the other routes' requests.
    default boolean isRouted() {
        return false;
    }

    /// As in [#typeUrl], of what a route says of such a filter.
    default String routeTypeUrl() {
        return typeUrl();
    }

    /// Reads and checks what a route says.
    ///
    /// @throws IllegalArgumentException as [#parse]
    default C parseRoute(Any config) {
        return parse(config);
    }

    /// What a route's configuration amounts to where the listener's filter has one, too.
    default C inFilter(C route, C filter) {
        return route;
    }

    /// What counts where both a route and its virtual host, or its table, say something.
    default C over(C closer, C further) {
        return closer;
    }
}

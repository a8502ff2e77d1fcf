package dev.heddle.model.gatewayapi;

import dev.heddle.model.match.Selector;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A port of a Gateway, for some hosts; of a Gateway itself or of a ListenerSet.
///
/// @param name unique within its resource; routes name it as `sectionName`
/// @param hostname that it is for, as `shop.example.com` or `*.example.com`; empty for all
/// @param protocol one of the constants here, or `domain/something`
/// @param tls with HTTPS and TLS
/// @param allowedRoutes which routes may attach; those of its own namespace when absent
public record Listener(
        @Required String name,
        Optional<String> hostname,
        @Required int port,
        @Required String protocol,
        Optional<ListenerTls> tls,
        Optional<AllowedRoutes> allowedRoutes) {

    /// Requests in plain text.
    public static final String HTTP = "HTTP";

    /// Requests in TLS that ends here.
    public static final String HTTPS = "HTTPS";

    /// TLS whose name chooses the route.
    public static final String TLS = "TLS";

    /// Connections.
    public static final String TCP = "TCP";

    /// Datagrams.
    public static final String UDP = "UDP";

    /// TLS of a listener.
    ///
    /// @param certificateRefs with Terminate: Secrets
    /// @param options of the implementation's own
    public record ListenerTls(
            Mode mode, List<SecretReference> certificateRefs, @NotYet Map<String, String> options) {
        public ListenerTls {
            certificateRefs = List.copyOf(certificateRefs);
            options = Ordered.copyOf(options);
        }
    }

    /// Where TLS ends.
    public enum Mode {
        /// Here.
        Terminate,
        /// At the backend.
        Passthrough
    }

    /// Which routes may attach.
    ///
    /// @param kinds empty for those of the protocol
    public record AllowedRoutes(Optional<RouteNamespaces> namespaces, List<RouteKind> kinds) {
        public AllowedRoutes {
            kinds = List.copyOf(kinds);
        }
    }

    /// Namespaces of routes.
    ///
    /// @param selector of namespaces by their labels, with `from: Selector`
    public record RouteNamespaces(FromRoutes from, Optional<Selector> selector) {}

    /// From where routes may come.
    public enum FromRoutes {
        /// From the listener's own namespace.
        Same,
        /// From anywhere.
        All,
        /// From the namespaces that the selector chooses.
        Selector
    }

    /// A kind of routes.
    ///
    /// @param group the Gateway API's when absent
    public record RouteKind(Optional<String> group, @Required String kind) {}

    /// From where routes may come.
    public FromRoutes routesFrom() {
        return allowedRoutes
                .flatMap(AllowedRoutes::namespaces)
                .map(RouteNamespaces::from)
                .orElse(FromRoutes.Same);
    }
}

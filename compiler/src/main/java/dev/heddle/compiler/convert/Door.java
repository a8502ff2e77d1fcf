package dev.heddle.compiler.convert;

import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.model.service.Hostname;

/// A way into the mesh: one host of one server of an Istio Gateway, and the listener that it has
/// become.
///
/// @param server of the Istio Gateway
/// @param allowed the host as the server has it, as in `shop/*.example.com`
/// @param listener that it has become; several servers may share one
/// @param viewer namespace of the proxies
record Door(Server server, String allowed, ListenerName listener, String viewer) {

    /// A listener of a Gateway that was made.
    ///
    /// @param proxies what tells proxies of different Gateways apart
    record ListenerName(
            String namespace,
            String gateway,
            String name,
            Hostname hostname,
            int port,
            Traffic type,
            String proxies) {}

    /// What a listener does with what comes.
    enum Traffic {
        /// Requests in plain text.
        HTTP,
        /// Requests in plain text, that are sent to TLS.
        TO_HTTPS,
        /// Requests in TLS.
        HTTPS,
        /// TLS that is passed on.
        TLS,
        /// Bytes.
        TCP;

        boolean isHttp() {
            return this == HTTP || this == HTTPS;
        }

        /// Whether listeners of these types are told apart by the same means.
        boolean isBeside(Traffic other) {
            return (this == HTTP || this == TO_HTTPS) == (other == HTTP || other == TO_HTTPS);
        }
    }

    /// As in `default/bookinfo-gateway`, Istio's.
    String gateway() {
        return server.gatewayName();
    }

    /// The port that clients call.
    int port() {
        return server.server().port().number();
    }
}

package dev.heddle.compiler.attach;

import dev.heddle.model.Origin;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.SubjectAltName;
import java.util.List;

/// What a BackendTLSPolicy says of connections to a port of a service, or an XBackend of those to
/// its host.
public sealed interface BackendTls {
    /// Where it is written.
    Origin origin();

    /// What the other side is shown, if it asks for a certificate.
    sealed interface Shown {
        /// What the Gateway has for those whom it calls, if it has anything.
        Shown OF_GATEWAY = new OfGateway();

        /// Nothing.
        Shown NOTHING = new Nothing();

        /// See [#OF_GATEWAY].
        record OfGateway() implements Shown {}

        /// See [#NOTHING].
        record Nothing() implements Shown {}

        /// A certificate of its own. No connection comes about without it.
        record Own(ListenerTls.Certificate certificate) implements Shown {}
    }

    /// Connections are TLS.
    ///
    /// @param hostname that is asked for in TLS
    /// @param trust who may have signed the certificate
    /// @param names that the certificate must have one of; where there is none, it must have the
    ///   hostname
    record Verified(
            Origin origin, String hostname, Trust trust, List<SubjectAltName> names, Shown shown)
            implements BackendTls {
        public Verified {
            names = List.copyOf(names);
        }
    }

    /// There is nobody to believe: no request may go there. They are answered 500, connections are
    /// closed.
    record Broken(Origin origin, String why) implements BackendTls {}
}

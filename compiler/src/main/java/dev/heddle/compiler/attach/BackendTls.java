package dev.heddle.compiler.attach;

import dev.heddle.model.Origin;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.SubjectAltName;
import java.util.List;

/// What a BackendTLSPolicy says of connections to a port of a service.
public sealed interface BackendTls {
    /// Where it is written.
    Origin origin();

    /// Connections are TLS.
    ///
    /// @param hostname that is asked for in TLS
    /// @param trust who may have signed the certificate
    /// @param names that the certificate must have one of; where there is none, it must have the
    ///   hostname
    record Verified(Origin origin, String hostname, Trust trust, List<SubjectAltName> names)
            implements BackendTls {
        public Verified {
            names = List.copyOf(names);
        }
    }

    /// There is nobody to believe: no request may go there. They are answered 500, connections are
    /// closed.
    record Broken(Origin origin, String why) implements BackendTls {}
}

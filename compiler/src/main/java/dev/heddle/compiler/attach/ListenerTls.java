package dev.heddle.compiler.attach;

import dev.heddle.model.gatewayapi.Gateway.ValidationMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// TLS of a listener.
public sealed interface ListenerTls {
    /// It goes through, to whom its name says.
    record Passthrough() implements ListenerTls {}

    /// It ends at the listener.
    ///
    /// @param certificates in the order of `certificateRefs`, only those that can be used; at least
    ///   one where the listener is programmed
    /// @param clients what is asked of clients; empty for nothing
    /// @param options of the implementation's own, as they are written
    record Terminate(
            List<Certificate> certificates,
            Optional<ClientDemand> clients,
            Map<String, String> options)
            implements ListenerTls {
        public Terminate {
            certificates = List.copyOf(certificates);
            options = Map.copyOf(options);
        }
    }

    /// A Secret with a certificate and its key, which is there and can be used: see
    /// [dev.heddle.compiler.secret.Credentials#withPair].
    record Certificate(String namespace, String name) {}

    /// A certificate is asked of clients.
    ///
    /// @param trust who may have signed it
    /// @param mode what becomes of those who have none, or another one
    record ClientDemand(Trust.Bundle trust, ValidationMode mode) {}
}

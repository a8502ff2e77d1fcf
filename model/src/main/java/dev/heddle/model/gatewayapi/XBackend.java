package dev.heddle.model.gatewayapi;

import dev.heddle.model.gatewayapi.BackendTlsPolicy.Validation;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Somebody to whom routes lead, and how a connection to him is made (GEP-4894).
///
/// @param type which of the next two says who it is
/// @param port that connections are made to
/// @param externalHostname with type ExternalHostname
/// @param endpointSelector with type EndpointSelector
/// @param protocol that is spoken there; absent for what the route speaks
/// @param tls absent for plain text
/// @param sessionPersistence how a client stays with an endpoint, with type EndpointSelector
public record XBackend(
        @Required BackendType type,
        @Required Optional<Port> port,
        Optional<ExternalHostname> externalHostname,
        Optional<EndpointSelector> endpointSelector,
        Optional<Protocol> protocol,
        Optional<Tls> tls,
        Optional<SessionPersistence> sessionPersistence) {

    /// Who answers.
    public enum BackendType {
        /// A host outside, by its name in DNS.
        ExternalHostname,
        /// Workloads by their labels.
        EndpointSelector
    }

    /// A port. Exactly one of the first two is there: version 1.7 of the API calls it so, version
    /// 1.6 otherwise.
    ///
    /// @param number 1 to 65535
    /// @param port the same
    /// @param name nobody refers to it
    public record Port(OptionalInt number, OptionalInt port, Optional<String> name) {
        /// The number in force; empty where there is none.
        public OptionalInt said() {
            return number.isPresent() ? number : port;
        }
    }

    /// A host outside.
    ///
    /// @param hostname that DNS is asked for
    public record ExternalHostname(@Required String hostname) {}

    /// Workloads of its namespace.
    ///
    /// @param matchLabels that they have
    public record EndpointSelector(@Required Map<String, String> matchLabels) {
        public EndpointSelector {
            matchLabels = Ordered.copyOf(matchLabels);
        }
    }

    /// What is spoken.
    public enum Protocol {
        /// Bytes.
        TCP,
        /// HTTP of a version that is the proxy's choice.
        HTTP,
        /// HTTP/2 in TLS.
        HTTP2,
        /// HTTP/1.1.
        HTTP11,
        /// HTTP/2 in plain text.
        H2C,
        /// The Model Context Protocol.
        MCP,
        /// gRPC.
        GRPC,
        /// WebSocket in TLS.
        WSS
    }

    /// Which sides prove who they are.
    public enum TlsMode {
        /// Nobody: there is no TLS.
        None,
        /// Who answers.
        ServerOnly,
        /// Both.
        ClientAndServer
    }

    /// How a connection is secured.
    ///
    /// @param clientCertificateRef what is shown, with mode ClientAndServer
    /// @param validation whom to believe; absent for whom the machine believes, and a certificate
    ///   of the hostname
    public record Tls(
            @Required TlsMode mode,
            Optional<SecretReference> clientCertificateRef,
            Optional<Validation> validation) {}
}

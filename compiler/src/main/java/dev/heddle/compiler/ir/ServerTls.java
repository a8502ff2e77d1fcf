package dev.heddle.compiler.ir;

import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import java.util.List;
import java.util.Optional;

/// How a filter chain ends TLS.
///
/// @param certificates to show, one for each kind of key
/// @param clients what a client's certificate must prove; empty: none is asked for
/// @param clientsMust whether a client must have one
/// @param least version; `TLS_AUTO` for the proxy's own default, TLS 1.2
/// @param greatest version; `TLS_AUTO` for the newest
/// @param cipherSuites of TLS 1.2, by OpenSSL's names; none: the proxy's own
/// @param groups of the key exchange, the best first; none: the proxy's own
/// @param alpn protocols that are offered; none: none
public record ServerTls(
        List<SecretRef> certificates,
        Optional<PeerRules> clients,
        boolean clientsMust,
        ProtocolVersion least,
        ProtocolVersion greatest,
        List<String> cipherSuites,
        List<String> groups,
        List<String> alpn) {

    /// Whether it is the mesh's own TLS: clients must be of one of its trust domains.
    public boolean ofTheMesh() {
        return clients.filter(c -> !c.trustDomains().isEmpty()).isPresent();
    }

    public ServerTls {
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("certificates: [] (expected: one or more)");
        }
        if (clientsMust && clients.isEmpty()) {
            throw new IllegalArgumentException("clients: none (expected: one, as they must)");
        }
        certificates = List.copyOf(certificates);
        cipherSuites = List.copyOf(cipherSuites);
        groups = List.copyOf(groups);
        alpn = List.copyOf(alpn);
    }
}

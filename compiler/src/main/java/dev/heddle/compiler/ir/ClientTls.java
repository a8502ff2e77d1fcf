package dev.heddle.compiler.ir;

import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import java.util.List;
import java.util.Optional;

/// How connections to a cluster's hosts are secured.
///
/// @param certificate to show; empty for none
/// @param hosts what a host's certificate must prove; empty: nothing is looked at
/// @param sni that is asked for; empty for none
/// @param mesh how the mesh's own TLS is spoken; empty where it is another's
public record ClientTls(
        Optional<SecretRef> certificate,
        Optional<PeerRules> hosts,
        String sni,
        Optional<Mesh> mesh) {

    /// TLS with who is not of the mesh.
    public ClientTls(Optional<SecretRef> certificate, Optional<PeerRules> hosts, String sni) {
        this(certificate, hosts, sni, Optional.empty());
    }

    /// The mesh's own TLS.
    ///
    /// @param least version; `TLS_AUTO` for the proxy's own default
    /// @param cipherSuites of TLS 1.2, by OpenSSL's names; none: the proxy's own
    /// @param groups of the key exchange, the best first; none: the proxy's own
    /// @param alpn protocols that are offered
    /// @param isAutomatic whether only those hosts are spoken to so that are known to speak it
    public record Mesh(
            ProtocolVersion least,
            List<String> cipherSuites,
            List<String> groups,
            List<String> alpn,
            boolean isAutomatic) {
        public Mesh {
            cipherSuites = List.copyOf(cipherSuites);
            groups = List.copyOf(groups);
            alpn = List.copyOf(alpn);
        }
    }

    /// Whether only some hosts are spoken to so.
    public boolean isAutomatic() {
        return mesh.filter(Mesh::isAutomatic).isPresent();
    }
}

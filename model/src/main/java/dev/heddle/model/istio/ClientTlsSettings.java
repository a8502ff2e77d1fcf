package dev.heddle.model.istio;

import java.util.List;
import java.util.Optional;

/// How a client's proxy speaks TLS with the destination.
///
/// @param subjectAltNames that the server's certificate may have
/// @param sni sent in the handshake; empty means the host
public record ClientTlsSettings(
        Mode mode,
        String clientCertificate,
        String privateKey,
        String caCertificates,
        String credentialName,
        List<String> subjectAltNames,
        String sni,
        Optional<Boolean> insecureSkipVerify,
        String caCrl) {

    public ClientTlsSettings {
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /// Who proves what in the handshake.
    public enum Mode {
        /// No TLS.
        DISABLE,
        /// The server has a certificate.
        SIMPLE,
        /// Both sides have certificates, the client's given here.
        MUTUAL,
        /// Both sides have certificates of the mesh.
        ISTIO_MUTUAL
    }
}

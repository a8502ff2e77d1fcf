package dev.heddle.model.istio;

import dev.heddle.model.schema.NotYet;
import java.util.List;
import java.util.Optional;

/// How a gateway or sidecar speaks TLS with those who call it.
///
/// @param httpsRedirect answers plain HTTP with a redirect to HTTPS
/// @param credentialName secret with certificate and key
/// @param subjectAltNames that a client's certificate may have
public record ServerTlsSettings(
        boolean httpsRedirect,
        Mode mode,
        String serverCertificate,
        String privateKey,
        String caCertificates,
        String caCrl,
        String credentialName,
        List<String> credentialNames,
        String caCertCredentialName,
        List<TlsCertificate> tlsCertificates,
        List<String> subjectAltNames,
        List<String> verifyCertificateSpki,
        List<String> verifyCertificateHash,
        ProtocolVersion minProtocolVersion,
        ProtocolVersion maxProtocolVersion,
        List<String> cipherSuites,
        @NotYet Optional<Boolean> insecureSkipVerify) {

    public ServerTlsSettings {
        credentialNames = List.copyOf(credentialNames);
        tlsCertificates = List.copyOf(tlsCertificates);
        subjectAltNames = List.copyOf(subjectAltNames);
        verifyCertificateSpki = List.copyOf(verifyCertificateSpki);
        verifyCertificateHash = List.copyOf(verifyCertificateHash);
        cipherSuites = List.copyOf(cipherSuites);
    }

    /// Who proves what in the handshake.
    public enum Mode {
        /// TLS is not ended here; SNI alone decides where it goes.
        PASSTHROUGH,
        /// The server has a certificate.
        SIMPLE,
        /// Both sides have certificates.
        MUTUAL,
        /// As PASSTHROUGH, and SNI names the cluster.
        AUTO_PASSTHROUGH,
        /// Both sides have certificates of the mesh.
        ISTIO_MUTUAL,
        /// The server has a certificate, and a client's is checked if there is one.
        OPTIONAL_MUTUAL
    }

    /// A version of TLS.
    public enum ProtocolVersion {
        /// Whatever is best.
        TLS_AUTO,
        /// TLS 1.0.
        TLSV1_0,
        /// TLS 1.1.
        TLSV1_1,
        /// TLS 1.2.
        TLSV1_2,
        /// TLS 1.3.
        TLSV1_3
    }

    /// One of several certificates of a server, as files.
    public record TlsCertificate(
            String serverCertificate, String privateKey, String caCertificates) {}
}

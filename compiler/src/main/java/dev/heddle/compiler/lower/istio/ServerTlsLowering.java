package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Lowers how a gateway's server ends TLS.
public final class ServerTlsLowering {
    /// What every proxy of ours speaks; of others the user is told.
    private static final Set<String> CIPHERS =
            Set.of(
                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                    "ECDHE-RSA-AES128-GCM-SHA256",
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "ECDHE-RSA-CHACHA20-POLY1305",
                    "ECDHE-ECDSA-AES128-SHA",
                    "ECDHE-RSA-AES128-SHA",
                    "ECDHE-ECDSA-AES256-SHA",
                    "ECDHE-RSA-AES256-SHA",
                    "AES128-GCM-SHA256",
                    "AES256-GCM-SHA384",
                    "AES128-SHA",
                    "AES256-SHA");

    private final TlsSecrets secrets;

    public ServerTlsLowering(TlsSecrets secrets) {
        this.secrets = secrets;
    }

    /// Whether TLS ends at the server, with a certificate that it names, or the proxy's own.
    public static boolean isEnded(ServerTlsSettings tls) {
        return switch (tls.mode()) {
            case SIMPLE, MUTUAL, OPTIONAL_MUTUAL ->
                    hasCertificate(tls) && !isOld(tls.maxProtocolVersion());
            case ISTIO_MUTUAL -> !isOld(tls.maxProtocolVersion());
            case PASSTHROUGH, AUTO_PASSTHROUGH -> false;
        };
    }

    /// Whether proxies speak that cipher suite.
    public static boolean isSpoken(String cipherSuite) {
        return CIPHERS.contains(cipherSuite);
    }

    /// Whether it is a version that nobody should speak any more, and no proxy does.
    public static boolean isOld(ProtocolVersion version) {
        return switch (version) {
            case TLSV1_0, TLSV1_1 -> true;
            case TLS_AUTO, TLSV1_2, TLSV1_3 -> false;
        };
    }

    private static boolean hasCertificate(ServerTlsSettings tls) {
        return !tls.credentialName().isEmpty()
                || !tls.credentialNames().isEmpty()
                || !tls.tlsCertificates().isEmpty()
                || (!tls.serverCertificate().isEmpty() && !tls.privateKey().isEmpty());
    }

    /// How that server ends TLS.
    ///
    /// @param alpn protocols that are spoken behind it
    public ServerTls lower(ServerTlsSettings tls, List<String> alpn, Origin origin) {
        boolean must = tls.mode() == ServerTlsSettings.Mode.MUTUAL;
        return new ServerTls(
                certificates(tls, origin),
                clients(tls, must, origin),
                must,
                isOld(tls.minProtocolVersion())
                        ? ProtocolVersion.TLS_AUTO
                        : tls.minProtocolVersion(),
                tls.maxProtocolVersion(),
                tls.cipherSuites().stream().filter(CIPHERS::contains).distinct().toList(),
                List.of(),
                alpn);
    }

    /// How a server of a gateway ends the mesh's TLS: with the proxy's own identity, for clients
    /// that have one, with what the server itself says before what the mesh says.
    ///
    /// @param isHttp whether requests are looked at behind it
    public static ServerTls ofMesh(MeshTls mesh, ServerTlsSettings tls, boolean isHttp) {
        ServerTls its = mesh.server(isHttp, tls.subjectAltNames(), tls.caCrl());
        boolean saysLeast =
                tls.minProtocolVersion() != ProtocolVersion.TLS_AUTO
                        && !isOld(tls.minProtocolVersion());
        List<String> ciphers =
                tls.cipherSuites().stream().filter(CIPHERS::contains).distinct().toList();
        return new ServerTls(
                its.certificates(),
                its.clients(),
                its.clientsMust(),
                saysLeast ? tls.minProtocolVersion() : its.least(),
                tls.maxProtocolVersion(),
                ciphers.isEmpty() ? its.cipherSuites() : ciphers,
                its.groups(),
                its.alpn());
    }

    private List<SecretRef> certificates(ServerTlsSettings tls, Origin origin) {
        if (!tls.credentialNames().isEmpty()) {
            return tls.credentialNames().stream().map(secrets::certificate).toList();
        }
        if (!tls.credentialName().isEmpty()) {
            return List.of(secrets.certificate(tls.credentialName()));
        }
        if (!tls.tlsCertificates().isEmpty()) {
            return tls.tlsCertificates().stream()
                    .map(c ->
                            secrets.certificateFiles(c.serverCertificate(), c.privateKey(), origin))
                    .toList();
        }
        return List.of(secrets.certificateFiles(tls.serverCertificate(), tls.privateKey(), origin));
    }

    /// What is asked of clients. Where they need no certificate, and the Secret has no roots to
    /// check one by, they are not asked for any.
    private Optional<PeerRules> clients(ServerTlsSettings tls, boolean must, Origin origin) {
        if (!must && tls.mode() != ServerTlsSettings.Mode.OPTIONAL_MUTUAL) {
            return Optional.empty();
        }
        SecretRef roots = roots(tls, origin);
        return Optional.of(
                        new PeerRules(
                                roots,
                                tls.subjectAltNames(),
                                tls.verifyCertificateSpki(),
                                tls.verifyCertificateHash(),
                                areRootsInFile(tls) ? "" : tls.caCrl()))
                .filter(_ -> must || roots.isThere() || !tls.caCertCredentialName().isEmpty());
    }

    private static boolean areRootsInFile(ServerTlsSettings tls) {
        return tls.caCertCredentialName().isEmpty()
                && tls.credentialNames().isEmpty()
                && tls.credentialName().isEmpty();
    }

    /// Roots that are named win over those that stand beside the certificate.
    private SecretRef roots(ServerTlsSettings tls, Origin origin) {
        if (areRootsInFile(tls)) {
            return secrets.rootFile(tls.caCertificates(), tls.caCrl(), origin);
        }
        if (!tls.caCertCredentialName().isEmpty()) {
            return secrets.roots(tls.caCertCredentialName());
        }
        if (!tls.credentialNames().isEmpty()) {
            return secrets.roots(tls.credentialNames().getFirst());
        }
        return secrets.roots(tls.credentialName());
    }
}

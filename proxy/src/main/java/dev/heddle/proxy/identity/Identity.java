package dev.heddle.proxy.identity;

import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A certificate of the mesh with its key, and whom the mesh believes. Prints without the key.
///
/// @param chainText PEM, the certificate first
/// @param keyText PEM
/// @param rootText PEM
public record Identity(
        TlsCertificate certificate,
        List<X509Certificate> roots,
        SpiffeId id,
        String chainText,
        String keyText,
        String rootText) {
    private static final int URI = 6;

    public Identity {
        roots = List.copyOf(roots);
    }

    /// Reads one, and looks whether it is whole and good: the key is the certificate's, the
    /// certificate leads to a root, has exactly one SPIFFE id, and is in time.
    ///
    /// @throws UnusableMaterial when it is not, with what is wrong
    public static Identity read(String chainText, String keyText, String rootText, Instant now)
            throws UnusableMaterial {
        TlsCertificate certificate = TlsCertificate.parse(chainText, keyText);
        List<X509Certificate> roots = PemText.certificates(rootText);
        lead(certificate.chain(), roots, now);
        SpiffeId id =
                id(certificate.leaf())
                        .orElseThrow(() ->
                                new UnusableMaterial(
                                        "certificate has no SPIFFE id (expected: one URI)"));
        return new Identity(certificate, roots, id, chainText, keyText, rootText);
    }

    /// Whether a chain leads to one of the roots and is in time.
    ///
    /// @throws UnusableMaterial when not, with what is wrong
    static void lead(List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
            throws UnusableMaterial {
        try {
            var anchors =
                    roots.stream()
                            .map(r -> new TrustAnchor(r, null))
                            .collect(Collectors.toCollection(HashSet::new));
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            List<X509Certificate> path = chain.stream().filter(c -> !roots.contains(c)).toList();
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(path),
                            parameters);
        } catch (GeneralSecurityException e) {
            throw new UnusableMaterial("certificate is not believed: " + e.getMessage());
        }
    }

    /// Who a certificate is of; empty where it has no SPIFFE id, or several URIs.
    static Optional<SpiffeId> id(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            List<String> uris =
                    names.stream()
                            .filter(n -> n.getFirst().equals(URI))
                            .map(n -> String.valueOf(n.get(1)))
                            .toList();
            return uris.size() == 1 ? SpiffeId.parse(uris.getFirst()) : Optional.empty();
        } catch (CertificateParsingException _) {
            return Optional.empty();
        }
    }

    /// When it begins.
    public Instant begin() {
        return certificate.leaf().getNotBefore().toInstant();
    }

    /// When it ends.
    public Instant end() {
        return certificate.leaf().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "Identity[" + id + ", until " + end() + "]";
    }
}

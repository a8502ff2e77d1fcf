package dev.heddle.xds.secret;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/// Certificates from a leaf towards a root (RFC 5280, section 6).
public final class CertificatePath {
    private CertificatePath() {}

    /// Whether a chain leads to one of the roots and is in time.
    ///
    /// @param chain the leaf first; roots among them are no part of the way
    /// @throws UnusableMaterial when not, with what is wrong
    public static void check(List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
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
}

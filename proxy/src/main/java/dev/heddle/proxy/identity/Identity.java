package dev.heddle.proxy.identity;

import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.CertificatePath;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

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
        CertificatePath.check(certificate.chain(), roots, now);
        SpiffeId id =
                SpiffeId.of(certificate.leaf())
                        .orElseThrow(() ->
                                new UnusableMaterial(
                                        "certificate has no SPIFFE id (expected: one URI)"));
        return new Identity(certificate, roots, id, chainText, keyText, rootText);
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

package dev.heddle.control.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// By whom certificates are signed. Prints without the key.
///
/// @param chain the signing certificate, then what leads from it to the root, without the root
///   itself where that is another
/// @param key of the first of them
/// @param roots whom the mesh believes, the issuer's own first
/// @param revoked what it believes no more, though they have signed it
public record Issuer(
        List<X509Certificate> chain, PrivateKey key, List<X509Certificate> roots, Revoked revoked) {
    /// One that has revoked nothing.
    public Issuer(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> roots) {
        this(chain, key, roots, Revoked.NONE);
    }

    public Issuer {
        if (chain.isEmpty() || roots.isEmpty()) {
            throw new IllegalArgumentException(
                    "chain: %d, roots: %d (expected: one or more of both)"
                            .formatted(chain.size(), roots.size()));
        }
        chain = List.copyOf(chain);
        roots = List.copyOf(roots);
    }

    /// By which it signs.
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /// What stands behind a certificate that it signed, so that it leads to a root.
    List<X509Certificate> between() {
        return chain.stream().filter(c -> !roots.contains(c)).toList();
    }

    @Override
    public String toString() {
        return "Issuer[" + certificate().getSubjectX500Principal() + ", key redacted]";
    }
}

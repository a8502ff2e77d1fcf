package dev.heddle.control.ca;

import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;

/// Certificates that were signed, and are believed no more, though they have not ended (RFC 5280,
/// section 5).
///
/// @param text PEM; empty for none
/// @param lists the same, one of each authority
public record Revoked(String text, List<X509CRL> lists) {
    /// None.
    static final Revoked NONE = new Revoked("", List.of());

    /// The file, as Istio calls it in `cacerts`.
    static final String FILE = "ca-crl.pem";

    public Revoked {
        lists = List.copyOf(lists);
    }

    /// Reads a directory's lists; none where there is no file. Proxies refuse whoever they find no
    /// list for, and everybody once a list has expired, so neither is taken.
    ///
    /// @param authorities of which each needs a list
    /// @throws IOException when they cannot be used, with what is wrong
    static Revoked read(Path directory, List<X509Certificate> authorities, Instant now)
            throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        String text = Files.readString(file);
        List<X509CRL> lists;
        try {
            lists = PemText.revocations(text);
        } catch (UnusableMaterial e) {
            throw new IOException(file + " " + e.getMessage());
        }
        for (X509CRL list : lists) {
            Date next = list.getNextUpdate();
            if (next != null && !next.toInstant().isAfter(now)) {
                throw new IOException(
                        "%s: the list by '%s' has expired at %s"
                                .formatted(file, list.getIssuerX500Principal(), next.toInstant()));
            }
        }
        for (X509Certificate authority : authorities) {
            if (lists.stream().noneMatch(list -> isBy(list, authority))) {
                throw new IOException(
                        "%s has no list by '%s' (expected: one of each authority and each root)"
                                .formatted(file, authority.getSubjectX500Principal()));
            }
        }
        return new Revoked(text, lists);
    }

    private static boolean isBy(X509CRL list, X509Certificate authority) {
        if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
            return false;
        }
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// Whether one of a chain is revoked.
    boolean has(List<X509Certificate> chain) {
        return chain.stream()
                .anyMatch(certificate ->
                        lists.stream()
                                .anyMatch(list ->
                                        list.getIssuerX500Principal()
                                                        .equals(
                                                                certificate
                                                                        .getIssuerX500Principal())
                                                && list.isRevoked(certificate)));
    }

    /// When the newest list was made.
    Instant since() {
        return lists.stream()
                .map(list -> list.getThisUpdate().toInstant())
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }
}

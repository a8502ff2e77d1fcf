package dev.heddle.control.federation;

import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How it stands with the bundle of a trust domain.
///
/// @param url where it is read; empty where somebody has written it
/// @param profile as in `https_spiffe`; empty where somebody has written it
/// @param sequence of the one that is in force
/// @param roots when each root of it ends, by subject; none while there is no bundle
/// @param read when it was read last; empty where that was in an earlier run, or never
/// @param trouble why it could not be read since; empty where it could
public record BundleStatus(
        String trustDomain,
        String url,
        String profile,
        Optional<Long> sequence,
        List<Root> roots,
        Optional<Instant> read,
        Optional<String> trouble) {
    public BundleStatus {
        roots = List.copyOf(roots);
    }

    /// A root that is believed.
    public record Root(String subject, Instant end) {
        static Root of(X509Certificate certificate) {
            return new Root(
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getNotAfter().toInstant());
        }
    }

    /// That of one that somebody has written.
    ///
    /// @param pem its roots, which could be read
    public static BundleStatus written(String trustDomain, String pem) {
        try {
            return new BundleStatus(
                    trustDomain,
                    "",
                    "",
                    Optional.empty(),
                    PemText.certificates(pem).stream().map(Root::of).toList(),
                    Optional.empty(),
                    Optional.empty());
        } catch (UnusableMaterial e) {
            throw new IllegalStateException("roots that were written here", e);
        }
    }
}

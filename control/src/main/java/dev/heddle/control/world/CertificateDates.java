package dev.heddle.control.world;

import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.secret.SecretMaterial.Shown;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Severity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at the dates of certificates, above all those of a world. It is here since the compiler
/// has no clock. It says the same until another of its times has come: 30 days before the end, 7,
/// 1, and the end.
///
/// A certificate that is out of date is sent all the same: peers refuse it, and say so.
public final class CertificateDates {
    private static final List<Integer> DAYS = List.of(1, 7, 30);

    private CertificateDates() {}

    static List<Diagnostic> check(World world, Instant now) {
        var findings = new ArrayList<Diagnostic>();
        for (Credential credential : world.index().credentials().all().values()) {
            for (Shown shown : credential.material().certificates()) {
                check(credential, shown, now, findings);
            }
        }
        return findings;
    }

    private static void check(
            Credential credential, Shown shown, Instant now, List<Diagnostic> findings) {
        of(shown.certificate(), credential.resource().origin(shown.path()), now)
                .ifPresent(findings::add);
    }

    /// What there is to say of one; empty while nothing is.
    ///
    /// @param origin where it stands
    public static Optional<Diagnostic> of(X509Certificate certificate, Origin origin, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        String whose = "the certificate of '" + certificate.getSubjectX500Principal() + "'";
        return switch (Validity.of(certificate, now)) {
            case VALID -> Optional.empty();
            case EXPIRED ->
                    finding(
                            origin,
                            Severity.ERROR,
                            whose + " has expired at " + until,
                            "Peers refuse it; renew it");
            case NOT_YET_VALID ->
                    finding(
                            origin,
                            Severity.ERROR,
                            whose + " is not valid before " + from,
                            "Peers refuse it; is the clock right?");
            case EXPIRES_SOON ->
                    finding(
                            origin,
                            Severity.WARNING,
                            "%s expires at %s, in less than %s"
                                    .formatted(whose, until, soon(now, until)),
                            "Renew it");
        };
    }

    /// As in `7 days`.
    private static String soon(Instant now, Instant until) {
        return DAYS.stream()
                .filter(days -> now.plus(Duration.ofDays(days)).isAfter(until))
                .findFirst()
                .filter(days -> days > 1)
                .map(days -> days + " days")
                .orElse("a day");
    }

    private static Optional<Diagnostic> finding(
            Origin origin, Severity severity, String what, String hint) {
        return Optional.of(
                new Diagnostic(DiagnosticCode.UNUSABLE_CERTIFICATE, severity, origin, what, hint));
    }
}

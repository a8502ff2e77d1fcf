package dev.heddle.control.serving;

import dev.heddle.control.source.OwnFindings;
import dev.heddle.control.world.CertificateDates;
import dev.heddle.control.world.Validity;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// The certificates that the control plane's servers show, and what there is to find about them.
/// Callable from any thread.
public final class OwnCertificates {
    private final OwnFindings findings;
    private final InstantSource clock;
    private final Map<String, Own> all = new ConcurrentSkipListMap<>();

    /// One of them.
    ///
    /// @param server that shows it, as in `API`
    /// @param source that it comes from
    public record Own(String server, CertificateSource source, X509Certificate certificate) {
        /// Where it stands at that time. What is renewed by itself does not end soon.
        public Validity validity(Instant now) {
            Validity said = Validity.of(certificate, now);
            return said == Validity.EXPIRES_SOON && !source.isBrought() ? Validity.VALID : said;
        }

        private Optional<Diagnostic> finding(Instant now) {
            return validity(now) == Validity.VALID
                    ? Optional.empty()
                    : CertificateDates.of(certificate, OwnCertificates.origin(source), now);
        }
    }

    /// @param findings is told what is wrong
    /// @param clock by which certificates end
    public OwnCertificates(OwnFindings findings, InstantSource clock) {
        this.findings = findings;
        this.clock = clock;
    }

    /// Takes what a server shows from now on. To be called now and then also where nothing changed,
    /// as time passes.
    public void show(Own now) {
        all.put(now.server(), now);
        findings.tell(about(now.server()), now.finding(clock.instant()).stream().toList());
    }

    /// Takes that a server has another certificate, which it cannot show, so that it goes on with
    /// the one before.
    public void refuse(String server, CertificateSource source, String reason) {
        findings.tell(
                about(server),
                List.of(
                        Diagnostic.of(
                                DiagnosticCode.UNUSABLE_CERTIFICATE,
                                origin(source),
                                "the %s goes on with the certificate before: %s"
                                        .formatted(server, reason),
                                "Put a certificate there with its own key")));
    }

    private static Origin origin(CertificateSource source) {
        return Origin.ofText(source.place(), Position.UNKNOWN);
    }

    private static String about(String server) {
        return "certificate of the " + server;
    }

    /// All that are shown, by server.
    public List<Own> all() {
        return List.copyOf(all.values());
    }
}

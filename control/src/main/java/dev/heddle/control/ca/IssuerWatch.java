package dev.heddle.control.ca;

import dev.heddle.model.Confined;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees when an issuer has changed: a command has moved a rotation on or revoked something, or
/// somebody has put other files in their place. What cannot be read leaves the authority as it is.
@Confined("ca-renewal")
final class IssuerWatch {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerWatch.class);

    private final IssuerPlace place;
    private final InstantSource clock;
    private final Consumer<CertificateAuthority> adopt;
    private String seen;
    private String told = "";

    /// @param seen what was there at first
    IssuerWatch(
            IssuerPlace place,
            InstantSource clock,
            String seen,
            Consumer<CertificateAuthority> adopt) {
        this.place = place;
        this.clock = clock;
        this.seen = seen;
        this.adopt = adopt;
    }

    /// Looks at once.
    synchronized void look() {
        String mark = "";
        try {
            mark = place.mark();
            if (mark.equals(seen)) {
                return;
            }
            CertificateAuthority next = place.authority(clock.instant());
            adopt.accept(next);
            // Not as it is by now: what has changed since is looked at next.
            seen = mark;
            LOG.info(
                    "certificate authority: it signs by {}, believes {} roots, and has {} lists of"
                            + " what was revoked",
                    CertificateHash.of(next.issuer().certificate()).substring(0, 16),
                    next.issuer().roots().size(),
                    next.issuer().revoked().lists().size());
        } catch (IOException | RuntimeException e) {
            if (!mark.equals(told)) {
                LOG.error("certificate authority: it stays as it is", e);
            }
            told = mark;
        }
    }
}

package dev.heddle.control.ca;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.model.Confined;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees when a command has moved a rotation on. What cannot be read leaves the authority as it is.
@Confined("ca-renewal")
final class RotationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(RotationWatch.class);

    private final Rotations rotations;
    private final Lives lives;
    private final InstantSource clock;
    private final Consumer<CertificateAuthority> adopt;
    private String seen;

    /// @param seen what was there at first
    RotationWatch(
            Rotations rotations,
            Lives lives,
            InstantSource clock,
            String seen,
            Consumer<CertificateAuthority> adopt) {
        this.rotations = rotations;
        this.lives = lives;
        this.clock = clock;
        this.seen = seen;
        this.adopt = adopt;
    }

    void look() {
        try {
            String mark = rotations.mark();
            if (mark.equals(seen)) {
                return;
            }
            CertificateAuthority next = rotations.authority(lives, clock.instant());
            adopt.accept(next);
            // Not as it is by now: what has changed since is looked at next.
            seen = mark;
            LOG.info(
                    "certificate authority: it signs by {}, and believes {} roots",
                    CertificateHash.of(next.issuer().certificate()).substring(0, 16),
                    next.issuer().roots().size());
        } catch (IOException | RuntimeException e) {
            LOG.error("certificate authority: it stays as it is", e);
        }
    }
}

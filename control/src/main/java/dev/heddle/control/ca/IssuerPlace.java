package dev.heddle.control.ca;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/// Where an authority has its issuer.
sealed interface IssuerPlace {
    /// What tells whether something has changed.
    String mark() throws IOException;

    /// The authority as it is there.
    ///
    /// @throws IOException when that cannot be used
    CertificateAuthority authority(Instant now) throws IOException;

    /// Its own, which is made if there is none.
    record Own(Rotations rotations, Lives lives) implements IssuerPlace {
        @Override
        public String mark() throws IOException {
            return rotations.mark();
        }

        @Override
        public CertificateAuthority authority(Instant now) throws IOException {
            return rotations.authority(lives, now);
        }
    }

    /// Somebody else's, in the layout of `cacerts`.
    record Plugged(Path directory, Lives lives) implements IssuerPlace {
        @Override
        public String mark() throws IOException {
            return IssuerFiles.mark(directory);
        }

        @Override
        public CertificateAuthority authority(Instant now) throws IOException {
            return new CertificateAuthority(IssuerFiles.read(directory, now), lives);
        }
    }
}

package dev.heddle.control.ca;

import dev.heddle.control.world.DurableFile;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Whom the mesh believes, as it tells other trust domains. Its number grows with each change and
/// with nothing else, also over restarts: the last one is kept beside the issuer.
///
/// @param directory of the authority
public record PublishedBundle(Path directory) {
    private static final String FILE = "bundle";

    /// A number, and the roots that it was given for.
    private record Numbered(long number, String roots) {
        String text() {
            return number + " " + roots + "\n";
        }

        static Optional<Numbered> parse(String text) {
            String[] parts = text.strip().split(" ", 2);
            try {
                return parts.length == 2
                        ? Optional.of(new Numbered(Long.parseLong(parts[0]), parts[1]))
                        : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }
    }

    /// The bundle with those roots.
    ///
    /// @param hint how often it should be read again; whole seconds
    /// @param now of which a new number is the seconds since 1970, or more
    /// @throws IOException when the number cannot be kept
    public SpiffeBundle of(List<X509Certificate> roots, Duration hint, Instant now)
            throws IOException {
        String hashes = roots.stream().map(CertificateHash::of).collect(Collectors.joining(","));
        Path file = directory.resolve(FILE);
        Optional<Numbered> last =
                Files.exists(file) ? Numbered.parse(Files.readString(file)) : Optional.empty();
        if (last.isEmpty() || !last.get().roots().equals(hashes)) {
            long next = last.map(it -> it.number() + 1).orElse(1L);
            last = Optional.of(new Numbered(Math.max(next, now.getEpochSecond()), hashes));
            DurableFile.write(file, last.get().text());
        }
        return new SpiffeBundle(roots, Optional.of(last.get().number()), Optional.of(hint));
    }
}

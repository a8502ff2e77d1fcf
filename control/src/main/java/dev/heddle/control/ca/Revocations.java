package dev.heddle.control.ca;

import dev.heddle.control.ca.IssuedCertificates.Line;
import dev.heddle.control.world.DurableFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What an authority of its own has revoked: a line for each certificate, from which the lists are
/// made that proxies are sent. A certificate that has ended anyway is forgotten at the next change.
///
/// @param rotations with whose issuers the lists are signed
public record Revocations(Rotations rotations) {
    /// Of a certificate that is not known the end is not known, either; none is good for longer.
    private static final Duration LONGEST = CertificateAuthority.Lives.NORMAL.longest();

    /// A certificate that is in use, or was revoked.
    ///
    /// @param number in hex
    /// @param of whose it is; `-` where that is not known
    /// @param isRevoked whether nobody shall believe it
    public record Certificate(String number, String of, Instant end, boolean isRevoked) {
        /// In a word: `in use` or `revoked`.
        public String state() {
            return isRevoked ? "revoked" : "in use";
        }

        private String text() {
            return String.join(" ", number, of, end.toString()) + "\n";
        }

        private static Certificate parse(String line) {
            String[] parts = line.split(" ", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("'" + line + "' (expected: NUMBER OWNER END)");
            }
            return new Certificate(parts[0], parts[1], Instant.parse(parts[2]), true);
        }
    }

    private Path file() {
        return rotations.directory().resolve("revoked");
    }

    /// Revokes one certificate by its number, whether or not it is known here.
    ///
    /// @param number in hex; colons between its bytes may be left out
    /// @return those that were not revoked before
    /// @throws IOException when it cannot be written, or is no number
    public List<Certificate> revokeNumber(String number, Instant now) throws IOException {
        BigInteger wanted;
        try {
            wanted = new BigInteger(number.replace(":", ""), 16);
        } catch (NumberFormatException _) {
            throw new IOException("'" + number + "' (expected: a serial number in hex)");
        }
        String text = wanted.toString(16);
        List<Certificate> known = matching(line -> line.number().equals(text), now);
        return revoke(
                known.isEmpty()
                        ? List.of(new Certificate(text, "-", now.plus(LONGEST), true))
                        : known,
                now);
    }

    /// Revokes all certificates of an identity that have not ended. It may have new ones.
    ///
    /// @param identity as in `spiffe://cluster.local/ns/default/sa/web`
    /// @return those that were not revoked before
    public List<Certificate> revokeIdentity(String identity, Instant now) throws IOException {
        var all = new ArrayList<Certificate>();
        List<Certificate> more;
        do {
            // Who asks by a revoked certificate gets none once that is written down; what was
            // signed just before is found by looking again.
            more = revoke(matching(line -> line.of().equals(identity), now), now);
            all.addAll(more);
        } while (!more.isEmpty());
        return all;
    }

    private List<Certificate> matching(Predicate<Line> such, Instant now) throws IOException {
        return rotations.issued().unended(now).stream()
                .filter(such)
                .map(line -> new Certificate(line.number(), line.of(), line.end(), true))
                .toList();
    }

    private List<Certificate> revoke(List<Certificate> wanted, Instant now) throws IOException {
        return rotations.alone(() -> revokeNow(wanted, now));
    }

    private List<Certificate> revokeNow(List<Certificate> wanted, Instant now) throws IOException {
        Map<String, Certificate> all = revoked(now);
        List<Certificate> more = wanted.stream().filter(c -> !all.containsKey(c.number())).toList();
        if (!more.isEmpty()) {
            var _ = rotations.issuers(now);
            more.forEach(c -> all.put(c.number(), c));
            DurableFile.write(
                    file(),
                    all.values().stream().map(Certificate::text).collect(Collectors.joining()));
            spread(now);
        }
        return more;
    }

    /// Finishes what somebody may have left half done: what is written down is in the lists.
    void settle(Instant now) throws IOException {
        rotations.alone(() -> {
            spread(now);
            return now;
        });
    }

    /// Makes the lists anew, by each authority that is believed, if anything was ever revoked. For
    /// who is alone with the files.
    void spread(Instant now) throws IOException {
        if (!Files.exists(file())) {
            return;
        }
        Map<String, Certificate> all = revoked(now);
        Path lists = rotations.directory().resolve(Revoked.FILE);
        if (all.isEmpty()) {
            DurableFile.delete(lists);
            return;
        }
        List<BigInteger> numbers =
                all.values().stream().map(c -> new BigInteger(c.number(), 16)).toList();
        var text = new StringBuilder();
        for (Issuer issuer : rotations.issuers(now)) {
            text.append(CertificateProfile.revocations(issuer, numbers, now));
        }
        DurableFile.write(lists, text.toString());
    }

    private Map<String, Certificate> revoked(Instant now) throws IOException {
        var all = new LinkedHashMap<String, Certificate>();
        if (Files.exists(file())) {
            for (String line : Files.readAllLines(file())) {
                try {
                    Certificate one = Certificate.parse(line);
                    if (one.end().isAfter(now)) {
                        all.put(one.number(), one);
                    }
                } catch (RuntimeException e) {
                    throw new IOException(file() + ": " + e.getMessage(), e);
                }
            }
        }
        return all;
    }

    /// The certificates that have not ended: those in use, and those that were revoked.
    public List<Certificate> all(Instant now) throws IOException {
        Map<String, Certificate> revoked = revoked(now);
        var all = new ArrayList<Certificate>(revoked.values());
        for (Line line : rotations.issued().inUse(now)) {
            if (!revoked.containsKey(line.number())) {
                all.add(
                        new Certificate(
                                line.number(),
                                line.of(),
                                line.end().truncatedTo(ChronoUnit.SECONDS),
                                false));
            }
        }
        return List.copyOf(all);
    }
}

package dev.heddle.control.ca;

import dev.heddle.control.world.DurableFile;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/// Which certificates are in use: of each proxy the last one, until it ends. A certificate that was
/// asked for by another takes that one's place, so each line is one proxy.
///
/// It is a file to which lines are added, so that a command can read it while the authority runs.
final class IssuedCertificates {
    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param file made with the first
    IssuedCertificates(Path file) {
        this.file = file;
    }

    /// A certificate that may be in use.
    ///
    /// @param number in hex
    /// @param of whose it is, as in `spiffe://cluster.local/ns/default/sa/web`
    /// @param by mark of who signed it
    /// @param roots marks of the roots that were given with it
    record Line(
            String number, String of, Instant issued, Instant end, String by, List<String> roots) {
        Line {
            roots = List.copyOf(roots);
        }

        private String text(String instead) {
            return String.join(
                            " ",
                            number,
                            of,
                            issued.toString(),
                            end.toString(),
                            by,
                            String.join(",", roots),
                            instead)
                    + "\n";
        }
    }

    /// What certificates are told apart by in this file.
    static String mark(X509Certificate certificate) {
        return CertificateHash.of(certificate).substring(0, 16);
    }

    /// Notes one.
    ///
    /// @param by who signed it
    /// @param instead whose place it takes; empty for a proxy that had none
    void add(
            Signing.Issued made,
            X509Certificate by,
            String of,
            Optional<X509Certificate> instead,
            Instant now)
            throws IOException {
        var line =
                new Line(
                        number(made.certificate()),
                        of,
                        now,
                        made.certificate().getNotAfter().toInstant(),
                        mark(by),
                        made.roots().stream().map(IssuedCertificates::mark).toList());
        lock.lock();
        try {
            // The last line may be half written, and must not take this one with it.
            Files.writeString(
                    file,
                    "\n" + line.text(instead.map(IssuedCertificates::number).orElse("-")),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } finally {
            lock.unlock();
        }
    }

    private static String number(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    /// Those that may be in use at that time, the oldest first.
    List<Line> inUse(Instant now) throws IOException {
        return read().stream().filter(line -> line.end().isAfter(now)).toList();
    }

    /// Forgets what has ended, so that the file stays small.
    void tidy(Instant now) throws IOException {
        lock.lock();
        try {
            if (Files.exists(file)) {
                DurableFile.write(
                        file,
                        inUse(now).stream()
                                .map(line -> line.text("-"))
                                .collect(Collectors.joining()));
            }
        } finally {
            lock.unlock();
        }
    }

    private Collection<Line> read() throws IOException {
        Map<String, Line> lines = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return List.of();
        }
        for (String text : Files.readAllLines(file)) {
            String[] parts = text.split(" ", -1);
            // A line may be empty or half written.
            if (parts.length == 7) {
                lines.remove(parts[6]);
                lines.put(
                        parts[0],
                        new Line(
                                parts[0],
                                parts[1],
                                Instant.parse(parts[2]),
                                Instant.parse(parts[3]),
                                parts[4],
                                List.of(parts[5].split(",", -1))));
            }
        }
        return lines.values();
    }
}

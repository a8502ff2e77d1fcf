package dev.heddle.control.ca;

import dev.heddle.control.world.DurableFile;
import dev.heddle.xds.secret.CertificateHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /// Those that have not ended, also those whose place another has taken: who has their key can
    /// still show them.
    List<Line> unended(Instant now) throws IOException {
        return noted().stream().map(Noted::line).filter(line -> line.end().isAfter(now)).toList();
    }

    /// Forgets what has ended, so that the file stays small.
    void tidy(Instant now) throws IOException {
        lock.lock();
        try {
            if (Files.exists(file)) {
                List<Noted> all = noted();
                // Who took another's place is kept as long as that, or it would count as in use.
                Set<String> kept =
                        all.stream()
                                .filter(n -> n.line().end().isAfter(now))
                                .map(n -> n.line().number())
                                .collect(Collectors.toSet());
                for (Noted noted : all) {
                    if (kept.contains(noted.instead())) {
                        kept.add(noted.line().number());
                    }
                }
                DurableFile.write(
                        file,
                        all.stream()
                                .filter(n -> kept.contains(n.line().number()))
                                .map(n -> n.line().text(n.instead()))
                                .collect(Collectors.joining()));
            }
        } finally {
            lock.unlock();
        }
    }

    private Collection<Line> read() throws IOException {
        Map<String, Line> lines = new LinkedHashMap<>();
        for (Noted noted : noted()) {
            lines.remove(noted.instead());
            lines.put(noted.line().number(), noted.line());
        }
        return lines.values();
    }

    /// A line with the number of the certificate whose place it took; `-` for none.
    private record Noted(Line line, String instead) {}

    private List<Noted> noted() throws IOException {
        var all = new ArrayList<Noted>();
        if (!Files.exists(file)) {
            return all;
        }
        for (String text : Files.readAllLines(file)) {
            String[] parts = text.split(" ", -1);
            // A line may be empty or half written.
            if (parts.length == 7) {
                all.add(
                        new Noted(
                                new Line(
                                        parts[0],
                                        parts[1],
                                        Instant.parse(parts[2]),
                                        Instant.parse(parts[3]),
                                        parts[4],
                                        List.of(parts[5].split(",", -1))),
                                parts[6]));
            }
        }
        return all;
    }
}

package dev.heddle.control.ca;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.IssuedCertificates.Line;
import dev.heddle.control.ca.RootRotation.Phase;
import dev.heddle.control.ca.RootRotation.Step;
import dev.heddle.control.world.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// An authority's own issuer on disk, and the one that is to follow it. A crash leaves the phase as
/// it was or as it shall be.
///
/// @param directory of the authority
/// @param trustDomain of a root that is made
public record Rotations(Path directory, String trustDomain) {
    private static final String FILE = "rotation";
    private static final String NEXT = "next";
    private static final ReentrantLock THREADS = new ReentrantLock(true);

    /// Where a rotation stands, for people.
    ///
    /// @param phase as in `announced`
    /// @param next what is done next, as in `sign`; empty for nothing
    /// @param missing proxies that stand against that, with the reason
    /// @param proxies that may have a certificate
    public record Standing(
            String phase, Instant since, Optional<String> next, List<String> missing, int proxies) {
        public Standing {
            missing = List.copyOf(missing);
        }
    }

    /// Something that must see no step half done.
    interface Alone<T> {
        T get() throws IOException;
    }

    /// Does it while nobody else does such a thing: the authority and a command look at the same
    /// files, and both put away what was retired.
    <T> T alone(Alone<T> what) throws IOException {
        if (!Files.isDirectory(directory)) {
            return what.get();
        }
        // Among processes the file tells; it cannot tell threads of one apart.
        THREADS.lock();
        try (FileChannel file =
                        FileChannel.open(
                                directory.resolve("rotation.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock _ = file.lock()) {
            return what.get();
        } finally {
            THREADS.unlock();
        }
    }

    private RootRotation state() throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return RootRotation.NONE;
        }
        return RootRotation.parse(Files.readString(file))
                .orElseThrow(() -> new IOException(file + " cannot be read"));
    }

    /// What tells whether something has changed.
    String mark() throws IOException {
        Path file = directory.resolve(FILE);
        return alone(() ->
                (Files.exists(file) ? Files.readString(file) : "")
                        + IssuerFiles.mark(directory, Revoked.FILE));
    }

    /// Who is believed: the signing one first. For who is [#alone].
    List<Issuer> issuers(Instant now) throws IOException {
        return switch (state().phase()) {
            case SETTLED -> List.of(IssuerFiles.read(directory, now));
            case ANNOUNCED ->
                    List.of(IssuerFiles.read(directory, now), IssuerFiles.read(next(), now));
            case SIGNING ->
                    List.of(IssuerFiles.read(next(), now), IssuerFiles.read(directory, now));
            case RETIRED -> List.of(IssuerFiles.read(next(), now));
        };
    }

    private Path next() {
        return directory.resolve(NEXT);
    }

    IssuedCertificates issued() {
        return new IssuedCertificates(directory.resolve("issued"));
    }

    /// The authority as the phase has it. An issuer is made if there is none.
    CertificateAuthority authority(Lives lives, Instant now) throws IOException {
        return alone(() -> authorityNow(lives, now));
    }

    private CertificateAuthority authorityNow(Lives lives, Instant now) throws IOException {
        RootRotation state = settled(now);
        Issuer own = CertificateAuthority.in(directory, trustDomain, lives, now).issuer();
        return new CertificateAuthority(
                switch (state.phase()) {
                    case SETTLED, RETIRED -> own;
                    case ANNOUNCED -> believing(own, IssuerFiles.read(next(), now), own.revoked());
                    case SIGNING -> believing(IssuerFiles.read(next(), now), own, own.revoked());
                },
                lives);
    }

    /// What was retired, and not yet put away, is put away.
    private RootRotation settled(Instant now) throws IOException {
        RootRotation state = state();
        if (state.phase() != Phase.RETIRED) {
            return state;
        }
        IssuerFiles.write(directory, IssuerFiles.read(next(), now));
        DurableFile.delete(directory.resolve(FILE));
        drop();
        return RootRotation.NONE;
    }

    private static Issuer believing(Issuer signing, Issuer other, Revoked revoked) {
        var roots = new ArrayList<X509Certificate>(signing.roots());
        other.roots().stream().filter(r -> !roots.contains(r)).forEach(roots::add);
        return new Issuer(signing.chain(), signing.key(), roots, revoked);
    }

    private void drop() throws IOException {
        if (Files.isDirectory(next())) {
            try (Stream<Path> files = Files.list(next())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(next());
        }
    }

    /// Where it stands, and what stands against the next step: before the new root signs, all must
    /// believe it; before the old one goes, nobody may show a certificate of it.
    public Standing standing(Instant now) throws IOException {
        return alone(() -> standingNow(now));
    }

    private Standing standingNow(Instant now) throws IOException {
        RootRotation state = state();
        List<Line> inUse = issued().inUse(now);
        List<String> missing =
                switch (state.phase()) {
                    case SETTLED, RETIRED -> List.of();
                    case ANNOUNCED -> {
                        String next = nextMark(now);
                        yield told(
                                inUse,
                                line -> !line.roots().contains(next),
                                "does not believe the new root");
                    }
                    case SIGNING -> {
                        String next = nextMark(now);
                        yield told(
                                inUse,
                                line -> !line.by().equals(next),
                                "has a certificate by the old root");
                    }
                };
        return new Standing(
                word(state.phase()),
                state.since(),
                state.next().map(Step::toString),
                missing,
                inUse.size());
    }

    private String nextMark(Instant now) throws IOException {
        return IssuedCertificates.mark(IssuerFiles.read(next(), now).certificate());
    }

    private static List<String> told(List<Line> lines, Predicate<Line> such, String what) {
        return lines.stream()
                .filter(such)
                .map(line ->
                        "%s %s, number %s of %s, good until %s"
                                .formatted(
                                        line.of(), what, line.number(), line.issued(), line.end()))
                .toList();
    }

    private static String word(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    /// Does a step. An authority that runs takes it within a second or so.
    ///
    /// @param step `announce`, `sign`, `retire` or `back`
    /// @param isForced whether proxies that stand against it are ignored
    /// @throws IOException when it cannot be done, with the reason
    public void step(String step, boolean isForced, Instant now) throws IOException {
        Step wanted = parse(step);
        alone(() -> {
            stepNow(wanted, isForced, now);
            return wanted;
        });
    }

    private void stepNow(Step wanted, boolean isForced, Instant now) throws IOException {
        RootRotation state = settled(now);
        RootRotation then =
                state.after(wanted, now)
                        .orElseThrow(() ->
                                new IOException(
                                        "the root is %s (expected for '%s': %s)"
                                                .formatted(
                                                        word(state.phase()),
                                                        wanted,
                                                        before(wanted))));
        List<String> missing =
                wanted == Step.BACK ? againstBack(then, now) : standingNow(now).missing();
        if (!missing.isEmpty() && !isForced) {
            throw new IOException(
                    "%d proxies are not ready for '%s': %s"
                            .formatted(missing.size(), wanted, missing.getFirst()));
        }
        if (wanted == Step.ANNOUNCE) {
            drop();
            IssuerFiles.make(next(), trustDomain, now);
        }
        if (then.phase() == Phase.SETTLED) {
            DurableFile.delete(directory.resolve(FILE));
            drop();
        } else {
            DurableFile.write(directory.resolve(FILE), then.text());
        }
        // A root that is believed needs a list before it signs; the last one's may stay.
        if (then.phase() != Phase.RETIRED) {
            new Revocations(this).spread(now);
        }
    }

    /// Who shows a certificate of the new root needs it to be believed.
    private List<String> againstBack(RootRotation then, Instant now) throws IOException {
        if (then.phase() != Phase.SETTLED) {
            return List.of();
        }
        String next = nextMark(now);
        return told(
                issued().inUse(now),
                line -> line.by().equals(next),
                "has a certificate by the new root");
    }

    private static Step parse(String step) throws IOException {
        try {
            return Step.valueOf(step.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw new IOException("'" + step + "' (expected: announce, sign, retire or back)");
        }
    }

    private static String before(Step step) {
        return switch (step) {
            case ANNOUNCE -> "settled";
            case SIGN -> "announced";
            case RETIRE -> "signing";
            case BACK -> "announced or signing";
        };
    }
}

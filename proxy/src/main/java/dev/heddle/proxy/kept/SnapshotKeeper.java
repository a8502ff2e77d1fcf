package dev.heddle.proxy.kept;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what a proxy runs, and knows what it must not run again.
///
/// Snapshots are read when a process starts and written beside it, by another thread. What is about
/// to be tried is noted before it is tried, so that it is known of a process that it killed.
@Confined("config thread")
public final class SnapshotKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

    static final String LATEST = "latest";
    static final String GOOD = "good";
    static final String ATTEMPTS = "attempts";
    static final String SUSPECTS = "suspects";

    /// An older snapshot is not believed, and one that is in force is written again long before.
    static final Duration MOST_AGE = Duration.ofDays(7);

    /// Clocks may differ so much.
    private static final Duration SKEW = Duration.ofDays(1);

    /// How long what is held back stays so.
    private static final Duration HELD_BACK = Duration.ofDays(1);

    private static final long MOST_ATTEMPT_BYTES = 4 << 20;

    /// How private keys begin in the only form that the proxy reads (RFC 7468).
    private static final byte[] PRIVATE_KEY =
            "PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);

    /// The messages by which routes say who has a password, or a key.
    private static final List<byte[]> CREDENTIALS =
            List.of(
                    "basic_auth.v3.BasicAuthPerRoute".getBytes(StandardCharsets.US_ASCII),
                    "api_key_auth.v3.ApiKeyAuthPerRoute".getBytes(StandardCharsets.US_ASCII));

    private final SnapshotFile files;
    private final String node;
    private final InstantSource clock;
    private final Executor disk;
    private final Executor owner;
    private final Set<Fingerprint> suspects = new HashSet<>();
    private final Set<String> heldClusters = new HashSet<>();
    private final AtomicInteger suspectCount = new AtomicInteger();
    private Set<Fingerprint> good = Set.of();
    private @Nullable Job next;
    private boolean isWriting;
    private long attemptBytes;
    private String lastFailure = "";

    /// What is to be written.
    ///
    /// @param isGood whether a process has lived under it for long
    private record Job(KeptSnapshot snapshot, boolean isGood) {}

    /// @param node id of this proxy; snapshots of others are not believed
    /// @param disk runs what blocks
    /// @param owner runs what belongs to this keeper's thread
    public SnapshotKeeper(
            Path directory, String node, InstantSource clock, Executor disk, Executor owner) {
        this(
                new SnapshotFile(directory.toAbsolutePath(), UnaryOperator.identity()),
                node,
                clock,
                disk,
                owner);
    }

    SnapshotKeeper(
            SnapshotFile files, String node, InstantSource clock, Executor disk, Executor owner) {
        this.files = files;
        this.node = node;
        this.clock = clock;
        this.disk = disk;
        this.owner = owner;
    }

    /// Learns how the processes before this one ended, and notes that this one began. Blocks.
    ///
    /// @return with what to begin at once, whether or not there is a control plane: something that
    ///   was tried before must not be tried again
    public Optional<Map<XdsType, List<XdsResource>>> begin() {
        Optional<KeptSnapshot> lastGood = read(GOOD);
        good = lastGood.map(KeptSnapshot::fingerprints).orElse(Set.of());
        Instant now = clock.instant();
        Attempts before = Attempts.read(text(ATTEMPTS));
        readSuspects(now);
        Set<Fingerprint> found = before.suspects(good, now);
        if (!found.isEmpty()) {
            if (lastGood.isPresent()) {
                suspects.addAll(found);
                writeSuspects(now);
            } else {
                LOG.error(
                        "{} processes ended within {} s after they had tried {}, and there is no"
                                + " good snapshot to go back to",
                        Attempts.CRASHES,
                        Attempts.WITHIN.toSeconds(),
                        lines(found));
            }
        }
        suspectCount.set(suspects.size());
        String soFar = before.last().text() + Attempts.startLine(now);
        attemptBytes = soFar.length();
        store(ATTEMPTS, soFar);
        if (suspects.isEmpty() || lastGood.isEmpty()) {
            suspects.clear();
            suspectCount.set(0);
            return Optional.empty();
        }
        LOG.error(
                "{} processes ended within {} s after they had tried what is in no good snapshot;"
                        + " going back to that of {}; held back for a day, or until {} is deleted:"
                        + " {}",
                Attempts.CRASHES,
                Attempts.WITHIN.toSeconds(),
                lastGood.get().writtenAt(),
                files.directory().resolve(SUSPECTS),
                lines(suspects));
        return lastGood.map(KeptSnapshot::resources);
    }

    /// With what to serve while there is no control plane: the latest snapshot that can be used,
    /// else the last good one. Blocks.
    public Optional<Map<XdsType, List<XdsResource>>> latest() {
        return read(LATEST)
                .filter(it -> it.fingerprints().stream().noneMatch(suspects::contains))
                .or(() -> read(GOOD))
                .map(it -> {
                    LOG.warn(
                            "no word of the control plane: serving what was in force at {}, from"
                                    + " {}",
                            it.writtenAt(),
                            files.directory());
                    return it.resources();
                });
    }

    private Optional<KeptSnapshot> read(String name) {
        try {
            Optional<byte[]> bytes = files.read(name);
            if (bytes.isEmpty()) {
                return Optional.empty();
            }
            KeptSnapshot kept = KeptSnapshot.read(bytes.get());
            if (!kept.node().equals(node)) {
                throw new Unusable(
                        "it is of node '%s' (expected: '%s')".formatted(kept.node(), node));
            }
            Instant now = clock.instant();
            if (kept.writtenAt().isBefore(now.minus(MOST_AGE))
                    || kept.writtenAt().isAfter(now.plus(SKEW))) {
                throw new Unusable(
                        "it is of %s (expected: of the last %d days)"
                                .formatted(kept.writtenAt(), MOST_AGE.toDays()));
            }
            return Optional.of(kept);
        } catch (IOException | Unusable e) {
            LOG.warn(
                    "snapshot {} is ignored: {}",
                    files.directory().resolve(name),
                    String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private String text(String name) {
        try {
            return files.read(name).map(it -> new String(it, StandardCharsets.UTF_8)).orElse("");
        } catch (IOException | Unusable e) {
            LOG.warn(
                    "{} is ignored: {}",
                    files.directory().resolve(name),
                    String.valueOf(e.getMessage()));
            return "";
        }
    }

    private void store(String name, String text) {
        try {
            files.write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            onFailure("cannot write " + files.directory().resolve(name) + ": " + e);
        }
    }

    private void readSuspects(Instant now) {
        Attempts kept = Attempts.read(text(SUSPECTS));
        for (Attempts.Run run : kept.runs()) {
            if (run.startedAt().isAfter(now.minus(HELD_BACK))) {
                suspects.addAll(run.tried());
            }
        }
    }

    private void writeSuspects(Instant now) {
        store(SUSPECTS, new Attempts(List.of(new Attempts.Run(now, suspects))).text());
    }

    private static String lines(Set<Fingerprint> all) {
        return all.stream()
                .map(it -> it.type().shortName() + " '" + it.name() + "'")
                .sorted()
                .limit(20)
                .collect(Collectors.joining(", "));
    }

    /// How many resources are held back. Callable from any thread.
    public int suspects() {
        return suspectCount.get();
    }

    /// Why a resource must not be tried; empty when it may be.
    public Optional<String> objection(XdsType type, XdsResource resource) {
        if (suspects.isEmpty() || type == XdsType.ENDPOINT) {
            return Optional.empty();
        }
        if (!suspects.contains(Fingerprint.of(type, resource))) {
            if (type == XdsType.CLUSTER) {
                heldClusters.remove(resource.name());
            }
            return Optional.empty();
        }
        if (type == XdsType.CLUSTER) {
            heldClusters.add(resource.name());
        }
        return Optional.of(
                "is held back, as %d processes of this proxy ended within %d s under it (expected:"
                                .formatted(Attempts.CRASHES, Attempts.WITHIN.toSeconds())
                        + " another version)");
    }

    /// Which of some clusters is held back, so that what names it is so, too; empty for none.
    public Optional<String> heldBack(Collection<String> clusters) {
        return clusters.stream().filter(heldClusters::contains).findFirst();
    }

    /// Notes what is about to be tried, before it is. A crash of the machine may lose it, one of
    /// the process does not.
    public void onTry(XdsType type, List<XdsResource> changed) {
        if (type == XdsType.ENDPOINT || attemptBytes > MOST_ATTEMPT_BYTES) {
            return;
        }
        var lines = new StringBuilder();
        for (XdsResource resource : changed) {
            Fingerprint it = Fingerprint.of(type, resource);
            if (!good.contains(it) && !suspects.contains(it)) {
                lines.append(it.line()).append('\n');
            }
        }
        if (lines.isEmpty()) {
            return;
        }
        attemptBytes += lines.length();
        try {
            Files.writeString(
                    files.directory().resolve(ATTEMPTS), lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            onFailure("cannot note what is tried: " + e);
        }
    }

    /// Has what is in force written; of several that wait, the last counts.
    ///
    /// @param isGood whether a process has lived under it for long
    public void keep(Map<XdsType, List<XdsResource>> resources, boolean isGood) {
        next = new Job(new KeptSnapshot(node, clock.instant(), resources), isGood);
        writeNext();
    }

    private void writeNext() {
        Job job = next;
        if (isWriting || job == null) {
            return;
        }
        next = null;
        isWriting = true;
        disk.execute(() -> {
            String failure = write(job);
            try {
                owner.execute(() -> onWritten(job, failure));
            } catch (RejectedExecutionException _) {
                // The process ends.
            }
        });
    }

    /// On the disk's thread.
    private String write(Job job) {
        Optional<String> secret = withSecret(job.snapshot());
        if (secret.isPresent()) {
            return secret.get()
                    + " has a private key, passwords or keys of clients in it, which are not kept"
                    + " on disk";
        }
        try {
            files.write(LATEST, job.snapshot()::write);
            if (job.isGood()) {
                files.write(GOOD, job.snapshot()::write);
            }
            return "";
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    private void onWritten(Job job, String failure) {
        isWriting = false;
        if (!failure.isEmpty()) {
            onFailure("no snapshot is kept in " + files.directory() + ": " + failure);
        } else {
            lastFailure = "";
            if (job.isGood()) {
                good = job.snapshot().fingerprints();
                // What is good is no suspect, so nothing of before counts any more.
                String fresh = Attempts.startLine(clock.instant());
                attemptBytes = fresh.length();
                store(ATTEMPTS, fresh);
            }
        }
        writeNext();
    }

    private void onFailure(String what) {
        if (!what.equals(lastFailure)) {
            lastFailure = what;
            LOG.warn("{}", what);
        }
    }

    private static boolean isSecret(byte[] body) {
        return contains(body, PRIVATE_KEY)
                || CREDENTIALS.stream().anyMatch(it -> contains(body, it));
    }

    private static Optional<String> withSecret(KeptSnapshot snapshot) {
        return snapshot.resources().entrySet().stream()
                .flatMap(ofType ->
                        ofType.getValue().stream()
                                .filter(it -> isSecret(it.body().bytes().toByteArray()))
                                .map(it -> ofType.getKey().shortName() + " '" + it.name() + "'"))
                .findFirst();
    }

    private static boolean contains(byte[] all, byte[] wanted) {
        for (int i = 0; i + wanted.length <= all.length; i++) {
            int at = 0;
            while (at < wanted.length && all[i + at] == wanted[at]) {
                at++;
            }
            if (at == wanted.length) {
                return true;
            }
        }
        return false;
    }

    /// The process ends as it was asked to: nothing that it tried is to blame.
    public void end() {
        try {
            files.delete(ATTEMPTS);
        } catch (IOException e) {
            LOG.warn("cannot delete {}: {}", files.directory().resolve(ATTEMPTS), e.toString());
        }
    }
}

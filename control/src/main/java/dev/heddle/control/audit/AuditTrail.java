package dev.heddle.control.audit;

import dev.heddle.control.access.Caller;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.Signature;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.FileChange;
import dev.heddle.control.world.VersionChange;
import dev.heddle.control.world.VersionChange.ResourceChange;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who changed what. A change of the mesh is found where it comes in force, whichever way it came:
/// what somebody applied is laid at the door of whoever did, everything else at that of the file
/// and its owner. One thread writes; callable from any.
///
/// What cannot be written waits, 10,000 entries of it; as long as it waits, nothing is changed
/// through the API. Who is further behind than that loses the newest, and says so.
public final class AuditTrail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final long LARGEST = 8 << 20;
    private static final int FILES = 8;
    private static final int MOST_WAITING = 10_000;
    private static final long PATIENCE_SECONDS = 5;

    private final AuditFiles files;
    private final Path config;
    private final InstantSource clock;
    private final AtomicReference<SourceState> known;
    private final Map<String, Claim> claims = new ConcurrentHashMap<>();
    private final ExecutorService writer =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MOST_WAITING),
                    Thread.ofPlatform().name("audit").daemon().factory(),
                    (_, _) ->
                            LOG.error(
                                    "audit log: it is {} changes behind; one is lost",
                                    MOST_WAITING));

    /// Of the writer's thread.
    private final List<AuditEntry> waiting = new ArrayList<>();

    /// Somebody is about to write that text into a file.
    private record Claim(String text, Signature by) {}

    private AuditTrail(AuditFiles files, Path config, InstantSource clock, SourceState known) {
        this.files = files;
        this.config = config;
        this.clock = clock;
        this.known = new AtomicReference<>(known);
    }

    /// Opens the log.
    ///
    /// @param directory where it is kept; made when it is not there
    /// @param config the directory of the files
    /// @param before the files as an earlier run knew them: what changed since is recorded too
    public static AuditTrail open(
            Path directory, Path config, List<SavedFile> before, InstantSource clock)
            throws IOException {
        var byName = new TreeMap<String, ConfigFile>();
        for (SavedFile file : before) {
            byName.put(file.name(), ConfigFile.of(file.name(), file.changed(), file.text()));
        }
        return new AuditTrail(
                new AuditFiles(directory, LARGEST, FILES),
                config,
                clock,
                new SourceState(byName, List.of()));
    }

    /// A world came in force. Called by whoever decides that, in order; does not wait.
    public void publish(Edition edition) {
        SourceState before = known.getAndSet(edition.source());
        for (var change : ResourceChanges.between(before, edition.source(), clock.instant())) {
            Optional<Claim> claim =
                    Optional.ofNullable(claims.remove(change.file()))
                            .filter(c -> c.text().equals(change.text()));
            writer.execute(() -> {
                Signature by = claim.map(Claim::by).orElseGet(() -> ofFile(change.file()));
                change.entries().forEach(e -> waiting.add(e.by(by.who(), by.from())));
                write();
            });
        }
    }

    /// Who makes that state of the one before, which is about to be in force. Called by whoever
    /// decides that, before [#publish].
    public VersionChange changeTo(SourceState next) {
        var who = new TreeSet<String>();
        var messages = new TreeSet<String>();
        var resources = new ArrayList<ResourceChange>();
        for (var change : ResourceChanges.between(known.get(), next, clock.instant())) {
            Signature by =
                    Optional.ofNullable(claims.get(change.file()))
                            .filter(c -> c.text().equals(change.text()))
                            .map(Claim::by)
                            .orElseGet(() -> ofFile(change.file()));
            who.add(by.who());
            if (!by.message().isEmpty()) {
                messages.add(by.message());
            }
            change.entries()
                    .forEach(e ->
                            resources.add(
                                    new ResourceChange(e.action(), e.resource(), e.namespace())));
        }
        return new VersionChange(
                List.copyOf(who), String.join("; ", messages), resources, resources.size());
    }

    private Signature ofFile(String name) {
        if (ConfigFile.isMade(name)) {
            return new Signature("the control plane", name, "");
        }
        String owner;
        try {
            owner = " of " + Files.getOwner(config.resolve(name)).getName();
        } catch (IOException | RuntimeException _) {
            owner = ""; // It is gone, or was no file of this directory.
        }
        return new Signature("file" + owner, name, "");
    }

    /// Somebody is about to write files.
    public void claim(FileChange change) {
        change.texts()
                .forEach((name, text) -> claims.put(name, new Claim(text.orElse(""), change.by())));
    }

    /// He did not after all.
    public void release(FileChange change) {
        change.texts().keySet().forEach(claims::remove);
    }

    /// Somebody did something that is no change of a resource, or was not let.
    public void record(Caller caller, String action, String namespace, String outcome) {
        record(new Signature(caller.name(), caller.from(), ""), action, namespace, outcome);
    }

    /// Something happened to what somebody had begun.
    public void record(Signature by, String action, String namespace, String outcome) {
        var entry =
                AuditEntry.call(clock.instant(), by.who(), by.from(), action, namespace, outcome);
        writer.execute(() -> {
            waiting.add(entry);
            write();
        });
    }

    /// Waits until all that happened is kept.
    ///
    /// @throws IOException when it cannot be
    public void flush() throws IOException {
        try {
            Optional<String> trouble =
                    writer.submit(this::write).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (trouble.isPresent()) {
                throw new IOException("the audit log cannot be written: " + trouble.get());
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("the audit log is not written in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the audit log was written", e);
        }
    }

    /// The last entries, the newest first, as they are kept.
    ///
    /// @param limit how many at most
    /// @param seen whether entries of a namespace are wanted; of the empty one are those of none
    /// @throws IOException when they cannot be read
    public List<Node.Mapping> last(int limit, Predicate<String> seen) throws IOException {
        return files.last(
                limit,
                entry ->
                        seen.test(
                                entry.get("namespace").orElse(Node.of(""))
                                                instanceof Node.Text(var namespace, _)
                                        ? namespace
                                        : ""));
    }

    private Optional<String> write() {
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        try {
            files.append(waiting.stream().map(e -> Json.compact(e.tree())).toList());
            waiting.clear();
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("the audit log cannot be written; {} entries wait", waiting.size(), e);
            while (waiting.size() > MOST_WAITING) {
                waiting.removeFirst();
            }
            return Optional.of(e.toString());
        }
    }

    /// Writes what there is, and ends.
    @Override
    public void close() {
        writer.close();
    }
}

package dev.heddle.control.world;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that changes the world: takes events, decides once for all that are waiting,
/// keeps the result, publishes it.
///
/// Its inbox holds 256 events; a source that is faster waits. Of several states of a source only
/// the last counts, so nothing is lost by deciding late.
@Confined("world loop")
public final class WorldLoop implements ConfigSource.Sink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorldLoop.class);

    /// Something that the loop learns.
    private sealed interface WorldEvent {
        /// A source holds something else than before.
        record Said(SourceState state, CompletableFuture<Long> inForce) implements WorldEvent {}

        /// Some proxies shall have a change first, or no longer.
        record Tried(Optional<Staged> staged, CompletableFuture<Optional<Trial>> done)
                implements WorldEvent {}

        /// Time has passed.
        record Looked(CompletableFuture<Boolean> isNew) implements WorldEvent {}

        /// Enough.
        record Stop() implements WorldEvent {}
    }

    /// How often dates are looked at though nothing changes.
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final BlockingQueue<WorldEvent> inbox = new ArrayBlockingQueue<>(256);
    private final WorldStore store;
    private final MeshSettings settings;
    private final InstantSource clock;
    private final Function<SourceState, VersionChange> author;
    private final BiConsumer<Edition, Optional<Trial>> subscriber;
    private final AtomicReference<Optional<Edition>> published;
    private final AtomicReference<Optional<Trial>> trial;
    private final Thread thread;
    private WorldStore.Last last;
    private Optional<String> trouble = Optional.empty();
    private StatusBook kept = StatusBook.EMPTY;
    private List<Diagnostic> dated = List.of();
    private long highest;
    private Optional<Staged> staged = Optional.empty();

    /// The files of the change that is staged; an empty one is not there.
    private Map<String, Optional<ConfigFile>> stagedFiles = Map.of();

    /// The edition that the trial was made of.
    private @Nullable Edition triedOn;

    /// @param last where an earlier run ended
    /// @param author says who made a state of the source that is about to be in force
    /// @param subscriber told of every edition on the loop's thread; must not wait
    public WorldLoop(
            WorldStore store,
            WorldStore.Last last,
            MeshSettings settings,
            InstantSource clock,
            Function<SourceState, VersionChange> author,
            BiConsumer<Edition, Optional<Trial>> subscriber) {
        this.store = store;
        this.last = last;
        this.settings = settings;
        this.clock = clock;
        this.author = author;
        this.subscriber = subscriber;
        this.published = new AtomicReference<>(Optional.empty());
        this.trial = new AtomicReference<>(Optional.empty());
        this.highest = last.highest();
        this.thread = Thread.ofPlatform().name("world-loop").unstarted(this::run);
    }

    /// Begins to take events.
    public void start() {
        thread.start();
    }

    /// What is in force; empty until the first source has said what it holds. Callable from any
    /// thread.
    public Optional<Edition> current() {
        return published.get();
    }

    /// What some proxies have before it is in force. Callable from any thread.
    public Optional<Trial> trial() {
        return trial.get();
    }

    /// Has some proxies have a change first, instead of the one before; an empty one takes it back.
    ///
    /// @return done once the proxies are being told: what they are given; empty for nothing, or as
    ///   long as no source has said what it holds
    public CompletableFuture<Optional<Trial>> stage(Optional<Staged> change) {
        var done = new CompletableFuture<Optional<Trial>>();
        try {
            inbox.put(new WorldEvent.Tried(change, done));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            done.completeExceptionally(e);
        }
        return done;
    }

    @Override
    public CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        var inForce = new CompletableFuture<Long>();
        inbox.put(new WorldEvent.Said(state, inForce));
        return inForce;
    }

    /// Looks whether certificates have come nearer to their end, as the loop does by itself.
    ///
    /// @return done once that is in force; whether there was anything to say
    CompletableFuture<Boolean> look() throws InterruptedException {
        var isNew = new CompletableFuture<Boolean>();
        inbox.put(new WorldEvent.Looked(isNew));
        return isNew;
    }

    /// Ends the loop once it has done what it has begun.
    @Override
    public void close() {
        try {
            inbox.put(new WorldEvent.Stop());
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            var batch = new ArrayList<WorldEvent>();
            boolean open = true;
            while (open) {
                WorldEvent event = inbox.poll(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                batch.add(event == null ? new WorldEvent.Looked(new CompletableFuture<>()) : event);
                inbox.drainTo(batch);
                open = onBatch(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean onBatch(List<WorldEvent> batch) {
        boolean open = true;
        WorldEvent.Said newest = null;
        var waiting = new ArrayList<CompletableFuture<Long>>();
        var looks = new ArrayList<CompletableFuture<Boolean>>();
        var tried = new ArrayList<CompletableFuture<Optional<Trial>>>();
        for (WorldEvent event : batch) {
            switch (event) {
                case WorldEvent.Said said -> {
                    newest = said;
                    waiting.add(said.inForce());
                }
                case WorldEvent.Tried(var change, var done) -> {
                    onStaged(change);
                    tried.add(done);
                }
                case WorldEvent.Looked(CompletableFuture<Boolean> isNew) -> looks.add(isNew);
                case WorldEvent.Stop() -> open = false;
            }
        }
        Optional<Edition> before = published.get();
        if (newest == null && !looks.isEmpty() && before.isPresent()) {
            boolean isNew =
                    !CertificateDates.check(before.get().world(), clock.instant()).equals(dated);
            if (isNew) {
                newest = new WorldEvent.Said(before.get().source(), new CompletableFuture<>());
            }
        }
        if (newest != null) {
            try {
                Edition edition = decide(newest.state());
                waiting.forEach(done -> done.complete(edition.version()));
            } catch (RuntimeException e) {
                // Ours to mend. The world that is in force stays, and the next event is another
                // try.
                LOG.error("no world could be made of what the sources say", e);
                waiting.forEach(done -> done.completeExceptionally(e));
            }
        }
        if (!tried.isEmpty()) {
            answer(tried, newest == null);
        }
        boolean wasNew = newest != null;
        looks.forEach(done -> done.complete(wasNew));
        return open;
    }

    private void onStaged(Optional<Staged> change) {
        if (!change.map(Staged::texts).equals(staged.map(Staged::texts))) {
            var files = new LinkedHashMap<String, Optional<ConfigFile>>();
            Instant now = clock.instant();
            change.map(Staged::texts)
                    .orElse(Map.of())
                    .forEach((name, text) ->
                            files.put(name, text.map(t -> ConfigFile.of(name, now, t))));
            stagedFiles = files;
            triedOn = null;
        }
        staged = change;
    }

    /// @param isUntold whether nobody was told yet
    private void answer(List<CompletableFuture<Optional<Trial>>> waiting, boolean isUntold) {
        try {
            Optional<Edition> now = published.get();
            if (isUntold && now.isPresent()) {
                trial.set(tryOn(now.get()));
                subscriber.accept(now.get(), trial.get());
            }
            waiting.forEach(done -> done.complete(trial.get()));
        } catch (RuntimeException e) {
            LOG.error("no world could be made with the change in stages", e);
            waiting.forEach(done -> done.completeExceptionally(e));
        }
    }

    /// What some proxies shall have where that is in force.
    @SuppressWarnings("ReferenceEquality") // each decision makes an edition of its own
    private Optional<Trial> tryOn(Edition edition) {
        if (staged.isEmpty()) {
            triedOn = null;
            return Optional.empty();
        }
        Edition change = trial.get().map(Trial::edition).orElse(null);
        if (change == null || edition != triedOn) {
            var files = new TreeMap<String, ConfigFile>(edition.source().files());
            stagedFiles.forEach((name, file) ->
                    file.ifPresentOrElse(f -> files.put(name, f), () -> files.remove(name)));
            change =
                    WorldBuilder.next(
                            Optional.of(edition),
                            numbers(edition.hash(), edition.version()),
                            new SourceState(files, edition.source().findings()),
                            settings,
                            clock.instant());
            reserve(change.version());
            triedOn = edition;
        }
        return Optional.of(new Trial(change, staged.get().proxies(), staged.get().everybody()));
    }

    private Numbers numbers(String hash, long version) {
        var known = new HashMap<String, Long>();
        trial.get().ifPresent(t -> known.put(t.edition().hash(), t.edition().version()));
        known.put(hash, version);
        return new Numbers(known, highest);
    }

    private void reserve(long number) {
        if (number > highest) {
            highest = number;
            try {
                store.reserve(number);
            } catch (IOException e) {
                LOG.error("a restart would not know that {} is the number of a version", number, e);
            }
        }
    }

    private Edition decide(SourceState state) {
        Instant now = clock.instant();
        Numbers numbers = numbers(last.hash(), last.version());
        Optional<Edition> before = published.get();
        Edition next = WorldBuilder.next(before, numbers, state, settings, now);
        if (before.isEmpty()) {
            next = remembered(next, now);
        }
        highest = Math.max(highest, next.version());
        boolean changed = !next.hash().equals(last.hash());
        if (!changed) {
            next = since(next, last.since());
        }
        if (changed || trouble.isPresent() || !next.statuses().equals(kept)) {
            trouble = store.keep(next, changed ? author.apply(state) : VersionChange.UNKNOWN);
            kept = next.statuses();
        }
        tell(CertificateDates.check(next.world(), now));
        Edition edition = trouble.isPresent() ? with(next, trouble.get()) : next;
        last = new WorldStore.Last(next.version(), next.hash(), next.since(), List.of());
        published.set(Optional.of(edition));
        trial.set(tryOn(edition));
        subscriber.accept(edition, trial.get());
        return edition;
    }

    /// Logs what is new of dates, also for those who look at no findings.
    private void tell(List<Diagnostic> now) {
        now.stream()
                .filter(finding -> !dated.contains(finding))
                .forEach(finding -> LOG.warn("certificates: {}", finding));
        dated = now;
    }

    /// The first edition of a run, with what an earlier run knew of statuses.
    private Edition remembered(Edition e, Instant now) {
        return new Edition(
                e.world(),
                e.analysis(),
                e.hash(),
                e.inForce(),
                e.findings(),
                e.since(),
                store.statuses().next(e.world(), now));
    }

    private static Edition since(Edition e, Instant since) {
        return new Edition(
                e.world(), e.analysis(), e.hash(), e.inForce(), e.findings(), since, e.statuses());
    }

    private static Edition with(Edition e, String trouble) {
        var findings = new Diagnostics();
        findings.addAll(e.findings());
        findings.add(
                Diagnostic.of(
                        DiagnosticCode.UNREADABLE,
                        Origin.ofText("", Position.UNKNOWN),
                        "the data directory cannot be written: " + trouble,
                        "The mesh runs on, but a restart would not know this version"));
        return new Edition(
                e.world(),
                e.analysis(),
                e.hash(),
                e.inForce(),
                findings.toList(),
                e.since(),
                e.statuses());
    }
}

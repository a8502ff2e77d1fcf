package dev.heddle.control.stage;

import dev.heddle.control.access.Caller;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.hits.Answers;
import dev.heddle.control.hits.RuleHits;
import dev.heddle.control.push.ProxyStatus;
import dev.heddle.control.push.PushReport;
import dev.heddle.control.push.Pusher;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.stage.Evidence.Seen;
import dev.heddle.control.stage.StageState.Holding;
import dev.heddle.control.stage.StageState.Promoted;
import dev.heddle.control.stage.StageState.Promoting;
import dev.heddle.control.stage.StageState.Reverted;
import dev.heddle.control.stage.StageState.Waiting;
import dev.heddle.control.world.ContentHash;
import dev.heddle.control.world.DurableFile;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.FileChange;
import dev.heddle.control.world.Staged;
import dev.heddle.control.world.Trial;
import dev.heddle.control.world.WorldLoop;
import dev.heddle.model.Confined;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings one change at a time to proxies in stages, and takes it back by itself. Callable from any
/// thread; one thread decides.
@Confined("stages")
public final class Stages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stages.class);
    private static final Duration PACE = Duration.ofMillis(50);
    private static final long PATIENCE_SECONDS = 15;

    /// How long proxies may take to come back after a restart of the control plane.
    private static final Duration RETURN = Duration.ofSeconds(30);

    /// Puts a change in force for good.
    public interface Promotion {
        /// @return the version in force
        long write(FileChange change) throws IOException;
    }

    /// Nobody could be watched.
    public static final class NobodyToWatch extends IOException {
        NobodyToWatch() {
            super("no proxy is connected that runs the version in force, so none can go first");
        }
    }

    private final Path file;
    private final WorldLoop worlds;
    private final Pusher pusher;
    private final RuleHits hits;
    private final AuditTrail audit;
    private final InstantSource clock;
    private final ErrorWatch errors = new ErrorWatch();
    private final ScheduledExecutorService thread;
    private @Nullable StageRecord record;

    /// Every number that the change had: what is in force changes meanwhile, too.
    private final Set<String> numbers = new HashSet<>();

    private Stages(
            Path file,
            WorldLoop worlds,
            Pusher pusher,
            RuleHits hits,
            AuditTrail audit,
            InstantSource clock) {
        this.file = file;
        this.worlds = worlds;
        this.pusher = pusher;
        this.hits = hits;
        this.audit = audit;
        this.clock = clock;
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("stages").daemon().factory());
    }

    /// Goes on where an earlier run ended: its stage begins anew, with the same proxies. Called
    /// before the files are read, so that none of them is told to go back meanwhile.
    ///
    /// @param data the data directory
    /// @throws IOException when what is kept cannot be read
    public static Stages open(
            Path data,
            WorldLoop worlds,
            Pusher pusher,
            RuleHits hits,
            AuditTrail audit,
            InstantSource clock)
            throws IOException {
        Path file = data.resolve("state").resolve("stage");
        var stages = new Stages(file, worlds, pusher, hits, audit, clock);
        try {
            Optional<StageRecord> kept =
                    StageRecord.parse(Files.readString(file), clock.instant().plus(RETURN));
            if (kept.isEmpty()) {
                LOG.error("{} is damaged; the change in it is forgotten", file);
            }
            kept.ifPresent(stages::resume);
        } catch (NoSuchFileException _) {
            LOG.debug("{} is not there: nothing was ever rolled out in stages", file);
        }
        return stages;
    }

    /// Begins to decide.
    ///
    /// @param promotion for changes whose last stage is over
    public void start(Promotion promotion) {
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> onTurn(promotion),
                        PACE.toMillis(),
                        PACE.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void resume(StageRecord kept) {
        record = kept;
        numbers.add(Long.toString(kept.version()));
        if (!kept.state().isOver()) {
            LOG.info("the change in stages that was version {} goes on", kept.version());
            var _ = worlds.stage(Optional.of(staged(kept)));
        }
    }

    /// The change under way, or the last that was; empty when there never was one.
    public Optional<StageView> view() throws IOException {
        return ask(() -> Optional.ofNullable(record).map(this::view));
    }

    /// Begins a change.
    ///
    /// @return its version
    /// @throws NobodyToWatch when no proxy could go first
    /// @throws IOException when it cannot be kept
    public long begin(FileChange change, StagePlan plan) throws IOException {
        return ask(() -> onBegin(change, plan));
    }

    /// Ends the change under way, for the worse or for the better.
    ///
    /// @param promotes whether all proxies shall have it now, without waiting any longer
    /// @return the change as it was ended; empty when none is under way
    public Optional<StageView> end(Caller caller, boolean promotes) throws IOException {
        return ask(() -> {
            StageRecord now = record;
            if (now == null || now.state().isOver()) {
                return Optional.empty();
            }
            go(
                    now,
                    promotes
                            ? new Promoting()
                            : new Reverted("aborted by " + caller.name(), clock.instant()));
            return Optional.ofNullable(record).map(this::view);
        });
    }

    private <T> T ask(Callable<T> question) throws IOException {
        try {
            return thread.submit(question).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException why) {
                throw why;
            }
            throw new IOException("the change in stages failed; see the control plane's log", e);
        } catch (TimeoutException e) {
            throw new IOException("no answer in time; see 'heddle stage'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private long onBegin(FileChange change, StagePlan plan) throws IOException {
        Edition now =
                worlds.current()
                        .orElseThrow(() -> new IOException("the configuration is not read yet"));
        Evidence evidence = evidence(0, Optional.empty());
        Waiting first =
                StageDecision.first(plan, evidence, clock.instant())
                        .orElseThrow(NobodyToWatch::new);
        var before = new HashMap<String, String>();
        change.texts().keySet().forEach(name -> before.put(name, hash(now, name)));
        numbers.clear();
        errors.clear();
        keep(new StageRecord(0, plan, change, before, first));
        try {
            settle(put());
        } catch (IOException e) {
            go(recordNow(), new Reverted(String.valueOf(e.getMessage()), clock.instant()));
            throw e;
        }
        StageRecord begun = recordNow();
        LOG.info(
                "version {} goes to {} of {} proxies first: {}",
                begun.version(),
                first.proxies().size(),
                evidence.proxies().size(),
                first.proxies());
        return begun.version();
    }

    private StageRecord recordNow() {
        StageRecord now = record;
        if (now == null) {
            throw new IllegalStateException("no change is under way");
        }
        return now;
    }

    private static String hash(Edition edition, String name) {
        @Nullable ConfigFile there = edition.source().files().get(name);
        return there == null ? "" : ContentHash.of(there.text());
    }

    private static Staged staged(StageRecord record) {
        return switch (record.state()) {
            case Waiting(int stage, var proxies, _, _) -> staged(record, stage, proxies);
            case Holding(int stage, var proxies, _, _) -> staged(record, stage, proxies);
            case Promoting _, Promoted _, Reverted _ ->
                    staged(record, record.plan().last(), Set.of());
        };
    }

    private static Staged staged(StageRecord record, int stage, Set<String> proxies) {
        return new Staged(record.change().texts(), proxies, stage == record.plan().last());
    }

    private CompletableFuture<Optional<Trial>> put() {
        return worlds.stage(Optional.of(staged(recordNow())));
    }

    private void settle(CompletableFuture<Optional<Trial>> trial) throws IOException {
        try {
            trial.get(PATIENCE_SECONDS, TimeUnit.SECONDS).ifPresent(this::number);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the change cannot be kept: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void number(Trial trial) {
        StageRecord now = recordNow();
        long number = trial.edition().version();
        if (numbers.add(Long.toString(number)) || now.version() != number) {
            record = now.numbered(number);
        }
    }

    private void onTurn(Promotion promotion) {
        try {
            StageRecord now = record;
            if (now == null || now.state().isOver()) {
                return;
            }
            worlds.trial().ifPresent(this::number);
            now = recordNow();
            if (now.state() instanceof Promoting) {
                promote(now, promotion);
                return;
            }
            Optional<String> objection = objection(now).or(this::errors);
            StageState next =
                    StageDecision.next(
                            now.state(),
                            now.plan(),
                            evidence(now.version(), objection),
                            clock.instant());
            if (!next.equals(now.state())) {
                go(now, next);
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("a change in stages could not go on; it is tried again", e);
        }
    }

    /// Somebody has edited a file of the change meanwhile: what he wants is not known.
    private Optional<String> objection(StageRecord now) {
        return worlds.current()
                .flatMap(edition ->
                        now.before().entrySet().stream()
                                .filter(e -> !hash(edition, e.getKey()).equals(e.getValue()))
                                .map(e -> e.getKey() + " was edited meanwhile")
                                .findFirst());
    }

    private Optional<String> errors() {
        StageRecord now = recordNow();
        Set<String> proxies =
                switch (now.state()) {
                    case Waiting waiting -> waiting.proxies();
                    case Holding holding -> holding.proxies();
                    case Promoting _, Promoted _, Reverted _ -> Set.of();
                };
        Map<String, Answers> answers =
                hits.answers().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        return errors.look(answers, proxies, now.plan().errorJump());
    }

    private void go(StageRecord from, StageState to) throws IOException {
        keep(from.with(to));
        switch (to) {
            case Waiting(int stage, var proxies, _, _) -> {
                LOG.info(
                        "version {} goes on to {}, {} proxies",
                        from.version(),
                        StagePlan.text(from.plan().percents().get(stage)),
                        proxies.size());
                settle(put());
            }
            case Holding(int stage, _, _, _) ->
                    LOG.info(
                            "version {} is acknowledged by all proxies of stage {}, and held for"
                                    + " {} s",
                            from.version(),
                            stage + 1,
                            from.plan().hold().toSeconds());
            case Promoting() -> LOG.info("version {} is to be in force", from.version());
            case Reverted(String reason, _) -> {
                LOG.warn("version {} is reverted: {}", from.version(), reason);
                forget();
                note(from, "reverted: " + reason);
            }
            case Promoted _ -> {
                forget();
                note(from, "");
            }
        }
    }

    /// Its proxies go on with it until the files are in force, which then have its number.
    private void promote(StageRecord from, Promotion promotion) throws IOException {
        StageState next;
        try {
            long version = promotion.write(from.change());
            LOG.info("version {} is in force", version);
            next = new Promoted(clock.instant());
        } catch (IOException e) {
            next = new Reverted("it cannot be written: " + e.getMessage(), clock.instant());
        }
        go(from, next);
    }

    private void forget() throws IOException {
        settle(worlds.stage(Optional.empty()));
    }

    private void note(StageRecord from, String outcome) {
        String what = "version %d in stages".formatted(from.version());
        audit.record(from.change().by(), what, "", outcome);
    }

    /// Before anything follows from it, so that a crash finds it.
    private void keep(StageRecord next) throws IOException {
        DurableFile.write(file, next.print());
        record = next;
    }

    private Evidence evidence(long version, Optional<String> objection) throws IOException {
        PushReport report;
        try {
            report = pusher.report().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the pusher does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        String inForce = worlds.current().map(e -> Long.toString(e.version())).orElse("");
        var proxies = new HashMap<String, Seen>();
        report.proxies().stream()
                .filter(p -> p.disconnected().isEmpty())
                .forEach(p -> proxies.put(p.id(), seen(p, inForce, Long.toString(version))));
        return new Evidence(version, proxies, objection);
    }

    private Seen seen(ProxyStatus p, String inForce, String change) {
        Optional<String> refusal =
                p.types().entrySet().stream()
                        .flatMap(type ->
                                type.getValue().nack().stream()
                                        .filter(n -> numbers.contains(n.version()))
                                        .map(n ->
                                                "refuses %s of version %s: %s"
                                                        .formatted(
                                                                type.getKey().shortName(),
                                                                n.version(),
                                                                n.text())))
                        .findFirst();
        return new Seen(
                p.cluster().isEmpty() ? p.id() : p.cluster(),
                p.role().equals("gateway"),
                p.runs(inForce),
                p.runs(change),
                refusal);
    }

    private StageView view(StageRecord now) {
        StageState state = now.state();
        return switch (state) {
            case Waiting(int stage, var proxies, var awaited, var since) ->
                    view(now, "waiting", stage, proxies, missing(now, awaited), since, "");
            case Holding(int stage, var proxies, _, var since) ->
                    view(now, "holding", stage, proxies, Set.of(), since, "");
            case Promoting() ->
                    view(
                            now,
                            "promoting",
                            now.plan().last(),
                            Set.of(),
                            Set.of(),
                            clock.instant(),
                            "");
            case Promoted(var at) ->
                    view(now, "promoted", now.plan().last(), Set.of(), Set.of(), at, "");
            case Reverted(var reason, var at) ->
                    view(now, "reverted", now.plan().last(), Set.of(), Set.of(), at, reason);
        };
    }

    private Set<String> missing(StageRecord now, Set<String> awaited) {
        try {
            Map<String, Seen> proxies = evidence(now.version(), Optional.empty()).proxies();
            var missing = new TreeSet<String>(awaited);
            missing.removeIf(id -> {
                Seen seen = proxies.get(id);
                return seen != null && seen.runsChange();
            });
            return missing;
        } catch (IOException e) {
            LOG.debug("who has acknowledged is not known", e);
            return awaited;
        }
    }

    private static StageView view(
            StageRecord now,
            String state,
            int stage,
            Set<String> proxies,
            Set<String> missing,
            Instant since,
            String reason) {
        return new StageView(
                now.version(),
                now.change().by().who(),
                now.change().by().message(),
                now.plan().stages(),
                state,
                stage + 1,
                StagePlan.text(now.plan().percents().get(stage)),
                List.copyOf(new TreeSet<>(proxies)),
                List.copyOf(new TreeSet<>(missing)),
                now.plan().hold(),
                since,
                reason);
    }

    /// Lets it decide what it is deciding; the change does not end with it: the next start goes on.
    @Override
    public void close() {
        thread.shutdown();
        try {
            var _ = thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

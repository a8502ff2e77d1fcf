package dev.heddle.control.hits;

import dev.heddle.compiler.select.RuleNames;
import dev.heddle.compiler.select.RuleNames.Rule;
import dev.heddle.control.world.DurableFile;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Confined;
import dev.heddle.xds.server.HitsHandler;
import dev.heddle.xds.server.HitsStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts how often each rule in force is chosen, over all proxies and over restarts.
///
/// ```
///   report ──▶ counted, if its number is new ──▶ file, within a second ──▶ the proxy is told
/// ```
///
/// A proxy is told that its report was taken when the file with it is safe, and says it again as
/// long as it is not. So each hit that a proxy could say counts once, whenever this or the proxy's
/// connection ends; where the file cannot be written, everything goes on in memory, and proxies
/// hold back what comes later.
///
/// Before the first world nothing is counted: its rules are what the reports are about.
@Confined("rule hits")
public final class RuleHits implements HitsHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleHits.class);
    private static final long SAVE_MILLIS = 1_000;

    private sealed interface Event {
        record Published(RuleNames rules) implements Event {}

        record Opened(HitsStream stream) implements Event {}

        record Reported(HitsStream stream, Report report) implements Event {}

        record Closed(HitsStream stream) implements Event {}

        record Asked(CompletableFuture<HitCounts> answer) implements Event {}

        record AskedAnswers(CompletableFuture<Map<String, Answers>> answer) implements Event {}

        record Stop() implements Event {}
    }

    /// Bounded by its senders: there are so many streams at most, and each waits for an answer
    /// before it says more; worlds come at the pace of the debounce.
    private final BlockingQueue<Event> inbox = new LinkedBlockingQueue<>();

    private final Path file;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Thread thread;
    private final HitTable table = new HitTable();
    private final Map<Long, HitsStream> streams = new HashMap<>();

    /// Reports that came before the first world: one of a stream at most.
    private final List<Event.Reported> early = new ArrayList<>();

    /// The numbers of the reports that are counted and not safe yet, by stream.
    private final Map<Long, Long> unsaved = new HashMap<>();

    /// How requests ended since the start, by node; who reported last stands last.
    private final LinkedHashMap<String, Answers> answers = new LinkedHashMap<>();

    private boolean isWorldThere;
    private boolean isDirty;
    private long savedAt;
    private @Nullable String trouble;

    /// @param data the data directory, which is there
    public RuleHits(Path data, InstantSource clock, LongSupplier nanos) {
        this.file = data.resolve("state").resolve("rule-hits");
        this.clock = clock;
        this.nanos = nanos;
        this.thread = Thread.ofPlatform().name("rule-hits").unstarted(this::run);
    }

    /// Reads what an earlier run counted, and begins to take events.
    public void start() {
        try {
            HitsRecord.parse(Files.readString(file))
                    .ifPresentOrElse(
                            table::restore,
                            () -> LOG.error("{} is damaged; hits of rules begin at 0", file));
        } catch (NoSuchFileException _) {
            LOG.debug("{} is not there yet", file);
        } catch (CharacterCodingException e) {
            LOG.error("{} is damaged; hits of rules begin at 0", file);
        } catch (IOException e) {
            LOG.error("{} cannot be read; hits of rules begin at 0", file, e);
        }
        savedAt = nanos.getAsLong();
        thread.start();
    }

    /// Takes the rules of a new edition. Callable from any thread; returns at once.
    public void publish(Edition edition) {
        inbox.add(new Event.Published(edition.world().index().ruleNames()));
    }

    /// What is known now. Callable from any thread.
    public CompletableFuture<HitCounts> counts() {
        var answer = new CompletableFuture<HitCounts>();
        inbox.add(new Event.Asked(answer));
        return answer;
    }

    /// How requests ended since the start, by node, as far as proxies say. Callable from any
    /// thread.
    public CompletableFuture<Map<String, Answers>> answers() {
        var answer = new CompletableFuture<Map<String, Answers>>();
        inbox.add(new Event.AskedAnswers(answer));
        return answer;
    }

    @Override
    public void onOpened(HitsStream stream) {
        inbox.add(new Event.Opened(stream));
    }

    @Override
    public void onReport(HitsStream stream, Report report) {
        inbox.add(new Event.Reported(stream, report));
    }

    @Override
    public void onClosed(HitsStream stream) {
        inbox.add(new Event.Closed(stream));
    }

    /// Ends the thread once everything is safe, or cannot be.
    @Override
    public void close() {
        inbox.add(new Event.Stop());
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Event event =
                        isDirty ? inbox.poll(untilSave(), TimeUnit.MILLISECONDS) : inbox.take();
                if (event instanceof Event.Stop) {
                    break;
                }
                if (event != null) {
                    onEvent(event);
                }
                if (isDirty && untilSave() == 0) {
                    save();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (isDirty) {
            save();
        }
    }

    private long untilSave() {
        long passed = TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - savedAt);
        return Math.clamp(SAVE_MILLIS - passed, 0, SAVE_MILLIS);
    }

    private void onEvent(Event event) {
        switch (event) {
            case Event.Published(var rules) -> onRules(rules.all());
            case Event.Opened(var stream) -> streams.put(stream.id(), stream);
            case Event.Reported reported -> {
                if (isWorldThere) {
                    onReported(reported);
                } else {
                    early.add(reported);
                }
            }
            case Event.Closed(var stream) -> {
                streams.remove(stream.id());
                unsaved.remove(stream.id());
                early.removeIf(it -> it.stream().id() == stream.id());
            }
            case Event.Asked(var answer) -> answer.complete(now());
            case Event.AskedAnswers(var answer) -> answer.complete(Map.copyOf(answers));
            case Event.Stop() -> throw new AssertionError("the loop ends before");
        }
    }

    private void onRules(Collection<Rule> rules) {
        isDirty |= table.inForce(rules, clock.instant());
        isWorldThere = true;
        early.forEach(this::onReported);
        early.clear();
    }

    private void onReported(Event.Reported reported) {
        HitsStream stream = reported.stream();
        if (table.take(stream.run(), reported.report(), clock.instant())) {
            isDirty = true;
            add(stream.node(), reported.report());
        }
        unsaved.put(stream.id(), reported.report().sequence());
        if (!isDirty) {
            tell();
        }
    }

    private void add(String node, Report report) {
        Answers before = answers.remove(node);
        answers.put(
                node,
                (before == null ? Answers.NONE : before)
                        .plus(Answers.said(report.answers(), report.errors())));
        if (answers.size() > HitTable.MOST_RUNS) {
            answers.pollFirstEntry();
        }
    }

    private HitCounts now() {
        var reporters = new HashSet<String>();
        streams.values().forEach(it -> reporters.add(it.node()));
        return new HitCounts(clock.instant(), table.shown(), reporters, table.unknown());
    }

    /// Trouble is said once; what cannot be kept counts all the same, and is tried again.
    private void save() {
        savedAt = nanos.getAsLong();
        try {
            DurableFile.write(file, table.record().print());
            isDirty = false;
            if (trouble != null) {
                LOG.info("{} can be written again", file);
            }
            trouble = null;
            tell();
        } catch (IOException e) {
            if (trouble == null) {
                LOG.error("{} cannot be written; a restart would not know the last hits", file, e);
            }
            trouble = String.valueOf(e.getMessage());
        }
    }

    private void tell() {
        unsaved.forEach((id, sequence) -> {
            HitsStream stream = streams.get(id);
            if (stream != null) {
                stream.taken(sequence);
            }
        });
        unsaved.clear();
    }
}

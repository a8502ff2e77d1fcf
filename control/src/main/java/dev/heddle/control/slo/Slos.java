package dev.heddle.control.slo;

import dev.heddle.control.slo.Burning.Change;
import dev.heddle.control.slo.Burning.Turn;
import dev.heddle.control.slo.CallCounts.Count;
import dev.heddle.control.slo.SloStatus.Burn;
import dev.heddle.model.Confined;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks again and again at how it stands with all objectives, on a thread of its own (`slos`).
///
/// Each time that objectives look back is counted anew after a sixtieth of it, but no sooner than
/// after ten seconds and no later than after five minutes: a month does not change in a minute. It
/// does so while objectives are new, so none of them is counted later than after as long as they
/// have been known.
@Confined("slos")
public final class Slos implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Slos.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration SELDOM = Duration.ofMinutes(5);

    /// Workloads that answered within this time are those whose proxies somebody may ask.
    private static final Duration LATELY = Duration.ofMinutes(15);

    /// More objectives are left alone, and said to be.
    private static final int MOST = 1_000;

    private final Supplier<Optional<List<Objective>>> objectives;
    private final CallCounts counts;
    private final Function<List<String>, List<String>> proxies;
    private final List<Burning> listeners;
    private final SloRecord file;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final AtomicReference<View> view = new AtomicReference<>(View.NOTHING);

    private final Map<String, Burn> burns;
    private final Map<Duration, Counted> counted = new HashMap<>();
    private List<Objective> known = List.of();
    private Instant knownSince = Instant.EPOCH;
    private Map<String, SloStatus> last = Map.of();
    private boolean isTroubled;
    private boolean isTooMany;

    private record Counted(Instant at, List<Count> counts) {}

    /// How it stands with all objectives.
    ///
    /// @param at when that was looked at; empty before the first time
    /// @param statuses ordered by the objectives' names
    public record View(Optional<Instant> at, List<SloStatus> statuses) {
        private static final View NOTHING = new View(Optional.empty(), List.of());

        public View {
            statuses = List.copyOf(statuses);
        }
    }

    /// @param objectives those in force; empty as long as that is not known
    /// @param proxies ids of connected nodes, by names of workloads as in `reviews-v1.default`
    /// @param data the data directory, which is there
    Slos(
            Supplier<Optional<List<Objective>>> objectives,
            CallCounts counts,
            Function<List<String>, List<String>> proxies,
            List<Burning> listeners,
            Path data,
            InstantSource clock) {
        this.objectives = objectives;
        this.counts = counts;
        this.proxies = proxies;
        this.listeners = List.copyOf(listeners);
        this.file = new SloRecord(data);
        this.clock = clock;
        this.burns = file.read();
        this.timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("slos").daemon().factory());
    }

    /// Looks at objectives from now on, until it is closed.
    ///
    /// @param objectives those in force; empty as long as that is not known
    /// @param proxies ids of connected nodes, by names of workloads as in `reviews-v1.default`
    /// @param listeners who wants to know what burns
    /// @param data the data directory, which is there
    public static Slos start(
            Supplier<Optional<List<Objective>>> objectives,
            CallCounts counts,
            Function<List<String>, List<String>> proxies,
            List<Burning> listeners,
            Path data,
            InstantSource clock) {
        var slos = new Slos(objectives, counts, proxies, listeners, data, clock);
        var _ =
                slos.timer.scheduleWithFixedDelay(
                        slos::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return slos;
    }

    /// How it stood when it was looked at last. Callable from any thread.
    public View view() {
        return view.get();
    }

    /// Looks once. What is not known now leaves everything as it was.
    void look() {
        try {
            onLook(clock.instant().truncatedTo(ChronoUnit.SECONDS));
            if (isTroubled) {
                LOG.info("objectives are looked at again");
            }
            isTroubled = false;
        } catch (RuntimeException e) {
            if (!isTroubled) {
                LOG.error("how it stands with objectives is not known", e);
            }
            isTroubled = true;
        }
    }

    private void onLook(Instant now) {
        Optional<List<Objective>> inForce = objectives.get();
        if (inForce.isEmpty()) {
            return;
        }
        List<Objective> all = bounded(inForce.get());
        if (!all.equals(known)) {
            known = all;
            knownSince = now;
            counted.clear();
        }
        count(now);
        var statuses = new LinkedHashMap<String, SloStatus>();
        for (int i = 0; i < known.size(); i++) {
            var mine = new HashMap<Duration, Count>();
            int at = i;
            counted.forEach((length, it) -> mine.put(length, it.counts().get(at)));
            String name = known.get(i).id().toString();
            Optional<Burn> before = Optional.ofNullable(burns.get(name));
            statuses.put(name, SloStatus.of(known.get(i), mine, before, now));
        }
        view.set(new View(Optional.of(now), List.copyOf(new TreeMap<>(statuses).values())));
        changes(statuses, now);
        last = statuses;
    }

    private List<Objective> bounded(List<Objective> all) {
        boolean isNow = all.size() > MOST;
        if (isNow && !isTooMany) {
            LOG.error(
                    "{} objectives (expected: at most {}); the rest is left alone",
                    all.size(),
                    MOST);
        }
        isTooMany = isNow;
        return isNow ? List.copyOf(all.subList(0, MOST)) : all;
    }

    private void count(Instant now) {
        var lengths = new TreeSet<Duration>();
        for (Objective objective : known) {
            lengths.add(objective.window());
            for (BurnRule rule : BurnRule.of(objective)) {
                lengths.add(rule.over());
                lengths.add(rule.lately());
            }
        }
        Duration age = longer(EVERY, Duration.between(knownSince, now));
        for (Duration length : lengths) {
            Counted before = counted.get(length);
            Duration patience = shorter(patience(length), age);
            if (before == null || !now.isBefore(before.at().plus(patience))) {
                counted.put(length, new Counted(now, counts.counts(known, now.minus(length), now)));
            }
        }
    }

    private static Duration patience(Duration length) {
        return shorter(longer(EVERY, length.dividedBy(60)), SELDOM);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private void changes(Map<String, SloStatus> statuses, Instant now) {
        var changes = new ArrayList<Change>();
        statuses.forEach((name, status) -> {
            Optional<Burn> before = Optional.ofNullable(burns.get(name));
            turn(before, status.burn()).ifPresent(turn -> changes.add(change(turn, status, now)));
            status.burn().ifPresentOrElse(burn -> burns.put(name, burn), () -> burns.remove(name));
        });
        for (String name : List.copyOf(burns.keySet())) {
            if (!statuses.containsKey(name)) {
                burns.remove(name);
                Optional.ofNullable(last.get(name))
                        .ifPresent(it -> changes.add(change(Turn.CEASES, it, now)));
            }
        }
        if (!changes.isEmpty()) {
            file.write(burns);
            changes.forEach(this::tell);
        }
    }

    static Optional<Turn> turn(Optional<Burn> before, Optional<Burn> after) {
        if (before.isEmpty() || after.isEmpty()) {
            return before.isPresent() ? Optional.of(Turn.CEASES) : after.map(_ -> Turn.BEGINS);
        }
        return after.get().urgency().compareTo(before.get().urgency()) > 0
                ? Optional.of(Turn.WORSENS)
                : Optional.empty();
    }

    private Change change(Turn turn, SloStatus status, Instant now) {
        List<String> workloads = counts.workloads(status.objective(), now.minus(LATELY), now);
        return new Change(turn, status, now, workloads, proxies.apply(workloads));
    }

    private void tell(Change change) {
        SloStatus status = change.status();
        switch (change.turn()) {
            case BEGINS ->
                    LOG.warn("{} begins to burn: {}", status.objective().id(), status.text());
            case WORSENS -> LOG.warn("{} burns faster: {}", status.objective().id(), status.text());
            case CEASES ->
                    LOG.info("{} no longer burns: {}", status.objective().id(), status.text());
        }
        for (Burning listener : listeners) {
            try {
                listener.onChange(change);
            } catch (RuntimeException e) {
                LOG.error("somebody failed to hear of {}", status.objective().id(), e);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}

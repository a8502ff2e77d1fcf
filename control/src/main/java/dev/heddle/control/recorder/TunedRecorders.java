package dev.heddle.control.recorder;

import dev.heddle.control.push.Pusher;
import dev.heddle.control.push.TunedProxy;
import dev.heddle.control.push.Tuning;
import dev.heddle.model.Confined;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks by a value of the runtime: a proxy of Heddle tells whenever it becomes another one.
@Confined("its own lock")
public final class TunedRecorders implements FlightRecorders {
    /// What proxies look at.
    public static final String KEY = "heddle.flight_recorder.dump";

    private static final Logger LOG = LoggerFactory.getLogger(TunedRecorders.class);
    private static final long PATIENCE_SECONDS = 5;

    /// For so long the value stays, so that a proxy that connects again meanwhile hears it, too.
    private static final long ASKS_SECONDS = 10;

    /// From here on seconds are counted, so that they fit into an `int` for long.
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private static final int MOST_REMEMBERED = 10_000;

    private final Pusher pusher;
    private final InstantSource clock;
    private final BiConsumer<Long, Runnable> later;
    private final Map<Workload, Last> last = new HashMap<>();
    private int lastId;

    private record Last(Instant at, Dump dump) {}

    /// @param clock for numbers that are others after a restart, too
    public TunedRecorders(Pusher pusher, InstantSource clock) {
        this(pusher, clock, TunedRecorders::after);
    }

    /// @param later does something after so many seconds
    TunedRecorders(Pusher pusher, InstantSource clock, BiConsumer<Long, Runnable> later) {
        this.pusher = pusher;
        this.clock = clock;
        this.later = later;
    }

    private static void after(long seconds, Runnable task) {
        Executor delayed = CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
        delayed.execute(task);
    }

    @Override
    public synchronized Dump dump(Workload which, String why) {
        Instant now = clock.instant();
        last.values().removeIf(it -> !now.isBefore(it.at().plus(PAUSE)));
        Last before = last.get(which);
        if (before != null) {
            Dump dump = before.dump();
            return new Dump(dump.id(), false, dump.asked(), dump.without());
        }
        if (last.size() == MOST_REMEMBERED) {
            throw new IllegalStateException(
                    MOST_REMEMBERED + " workloads were asked within " + PAUSE);
        }
        lastId = (int) Math.max(lastId + 1L, now.getEpochSecond() - BEGIN.getEpochSecond());
        Tuning tuning =
                pusher.tune(
                        it ->
                                it.namespace().equals(which.namespace())
                                        && it.workload().equals(which.name()),
                        KEY,
                        lastId);
        later.accept(ASKS_SECONDS, tuning::close);
        List<TunedProxy> connected =
                tuning.connected().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        var dump = new Dump(lastId, true, ids(connected, true), ids(connected, false));
        LOG.info("{} is asked for its flight recorder, dump {}: {}", which, lastId, why);
        last.put(which, new Last(now, dump));
        return dump;
    }

    private static List<String> ids(List<TunedProxy> proxies, boolean areHeddles) {
        return proxies.stream()
                .filter(it -> it.kind().equals("heddle") == areHeddles)
                .map(TunedProxy::id)
                .toList();
    }
}

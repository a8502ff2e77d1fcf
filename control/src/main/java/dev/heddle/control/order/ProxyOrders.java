package dev.heddle.control.order;

import dev.heddle.control.push.Pusher;
import dev.heddle.control.push.Tuning;
import dev.heddle.model.Confined;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Orders for single proxies, given by values of their runtime: a proxy of Heddle does as these say
/// for as long as it has them, also after it connected again. They are nowhere but in memory: a
/// restart of the control plane takes all of them back.
@Confined("its own lock")
public final class ProxyOrders {
    /// From which level on a proxy logs: 1 (trace) to 7 (off).
    public static final String LEVEL = "heddle.log.level";

    /// Whether a proxy says that it fails, so that nobody sends it new requests: 1.
    public static final String FAIL = "heddle.healthcheck.fail";

    private static final Logger LOG = LoggerFactory.getLogger(ProxyOrders.class);
    private static final int MOST = 1_000;
    private static final long PATIENCE_SECONDS = 5;

    /// Does something after so many seconds.
    @FunctionalInterface
    public interface Later {
        void after(long seconds, Runnable task);
    }

    /// What a proxy was ordered.
    ///
    /// @param level from which it logs; empty for what it was started with
    /// @param levelUntil when that ends by itself; empty without a level
    /// @param isDraining whether it is drained
    public record Orders(
            Optional<LogLevel> level, Optional<Instant> levelUntil, boolean isDraining) {
        /// Nothing.
        public static final Orders NONE = new Orders(Optional.empty(), Optional.empty(), false);
    }

    private record Level(LogLevel level, Instant until, Tuning tuning) {}

    private final Pusher pusher;
    private final InstantSource clock;
    private final Later later;
    private final Map<String, Level> levels = new HashMap<>();
    private final Map<String, Tuning> drains = new HashMap<>();

    /// @param clock for when a level ends
    public ProxyOrders(Pusher pusher, InstantSource clock) {
        this(
                pusher,
                clock,
                (seconds, task) ->
                        CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(task));
    }

    ProxyOrders(Pusher pusher, InstantSource clock, Later later) {
        this.pusher = pusher;
        this.clock = clock;
        this.later = later;
    }

    /// What a proxy is ordered now.
    ///
    /// @param id of its node
    public synchronized Orders of(String id) {
        Level level = levels.get(id);
        return new Orders(
                Optional.ofNullable(level).map(Level::level),
                Optional.ofNullable(level).map(Level::until),
                drains.containsKey(id));
    }

    /// Has a proxy log from a level on, for some time.
    ///
    /// @param id of its node
    /// @param level empty for what it was started with
    /// @param life how long, in whole seconds
    /// @throws IllegalStateException when too many proxies have orders, or it was not told in time
    public synchronized Orders log(String id, Optional<LogLevel> level, Duration life) {
        Level before = levels.get(id);
        if (level.isPresent()) {
            if (before == null) {
                checkRoom(levels);
            }
            Tuning tuning = told(id, LEVEL, level.get().number());
            levels.put(id, new Level(level.get(), clock.instant().plus(life), tuning));
            later.after(life.toSeconds(), () -> end(id, tuning));
        } else {
            levels.remove(id);
        }
        if (before != null) {
            before.tuning().close();
        }
        LOG.info("{} logs from {}", id, level.map(LogLevel::word).orElse("its own level"));
        return of(id);
    }

    private synchronized void end(String id, Tuning tuning) {
        Level now = levels.get(id);
        if (now != null && now.tuning() == tuning) {
            levels.remove(id);
        }
        tuning.close();
    }

    /// Has a proxy drain, or takes that back.
    ///
    /// @param id of its node
    /// @throws IllegalStateException when too many proxies have orders, or it was not told in time
    public synchronized Orders drain(String id, boolean drains) {
        if (drains && !this.drains.containsKey(id)) {
            checkRoom(this.drains);
            this.drains.put(id, told(id, FAIL, 1));
        }
        if (!drains && this.drains.containsKey(id)) {
            this.drains.remove(id).close();
        }
        LOG.info("{} {}", id, drains ? "drains" : "takes requests");
        return of(id);
    }

    private static void checkRoom(Map<String, ?> orders) {
        if (orders.size() >= MOST) {
            throw new IllegalStateException(MOST + " proxies have orders; take one back first");
        }
    }

    private Tuning told(String id, String key, int value) {
        Tuning tuning = pusher.tune(it -> it.id().equals(id), key, value);
        try {
            tuning.connected().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            tuning.close();
            throw new IllegalStateException("'" + id + "' was not told in time", e);
        }
        return tuning;
    }
}

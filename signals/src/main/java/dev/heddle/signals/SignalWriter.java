package dev.heddle.signals;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.Counted;
import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.ProcessPoint;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.record.Told;
import dev.heddle.signals.rollup.Rollups;
import dev.heddle.signals.rollup.Usages;
import dev.heddle.signals.search.SignalIndex;
import dev.heddle.xds.Confined;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.lucene.store.AlreadyClosedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that writes: it takes what waits, and makes it safe once a second.
@Confined("signals writer")
final class SignalWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SignalWriter.class);
    private static final Duration TIDY_EVERY = Duration.ofMinutes(1);
    private static final long TRY_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Intake intake;
    private final SignalIndex index;
    private final Rollups rollups;
    private final Usages usages;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final long commitNanos;
    private final Thread thread;

    private long committedAt;
    private long tidiedAt;
    private long refused;

    /// Since when the index cannot be written; 0 while it can.
    private long troubledAt;

    SignalWriter(
            Intake intake,
            SignalIndex index,
            Rollups rollups,
            Usages usages,
            SignalsBootstrap bootstrap) {
        this.intake = intake;
        this.index = index;
        this.rollups = rollups;
        this.usages = usages;
        this.clock = bootstrap.clock();
        this.nanos = bootstrap.nanos();
        this.commitNanos = bootstrap.commitEvery().toNanos();
        this.committedAt = nanos.getAsLong();
        this.tidiedAt = committedAt;
        this.thread = Thread.ofPlatform().name("signals-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Intake.Event event = intake.next(untilCommit());
                if (event instanceof Intake.Event.Stop) {
                    break;
                }
                if (event != null) {
                    onEvent(event);
                }
                if (untilCommit() == 0) {
                    onCommit();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        onCommit();
    }

    private long untilCommit() {
        long left = commitNanos - (nanos.getAsLong() - committedAt);
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(left));
    }

    private void onEvent(Intake.Event event) {
        switch (event) {
            case Intake.Event.Came came -> {
                Instant now = clock.instant();
                came.told().forEach(told -> onTold(told, now));
                intake.written(came);
            }
            case Intake.Event.Asked(Runnable question) -> question.run();
            case Intake.Event.Stop() -> throw new AssertionError("the loop ends before");
        }
    }

    private void onTold(Told told, Instant now) {
        switch (told) {
            case RequestLog log -> {
                rollups.add(log, now);
                keep(log, Kind.LOG);
            }
            case Span span -> keep(span, Kind.SPAN);
            case FlightEntry entry -> keep(entry, Kind.LOG);
            case MetricPoint point -> rollups.add(point, now);
            case Counted counted -> rollups.expect(counted, now);
            case ProcessPoint point -> usages.add(point, now);
        }
    }

    private void keep(Signal signal, Kind kind) {
        if (troubledAt != 0) {
            intake.dropped(kind, Reason.STORAGE, 1);
            return;
        }
        try {
            index.add(signal);
        } catch (IOException | AlreadyClosedException e) {
            intake.dropped(kind, Reason.STORAGE, 1);
            troubled(e);
        }
    }

    private void troubled(Exception e) {
        if (troubledAt == 0) {
            LOG.error("logs and spans cannot be written, and are dropped until they can", e);
        }
        troubledAt = nanos.getAsLong();
    }

    private void onCommit() {
        committedAt = nanos.getAsLong();
        rollups.flush();
        usages.flush();
        long nowRefused = rollups.refused();
        intake.dropped(Kind.METRIC, Reason.TOO_MANY_SERIES, nowRefused - refused);
        refused = nowRefused;
        boolean isTime = committedAt - tidiedAt >= TIDY_EVERY.toNanos();
        if (troubledAt != 0 && committedAt - troubledAt < TRY_AGAIN_NANOS) {
            return;
        }
        try {
            if (troubledAt != 0) {
                index.restart(clock.instant());
                troubledAt = 0;
                LOG.info("logs and spans can be written again");
            }
            index.commit();
            index.tidy(clock.instant());
        } catch (IOException | AlreadyClosedException e) {
            troubled(e);
        }
        if (isTime) {
            tidiedAt = committedAt;
            rollups.tidy(clock.instant());
            usages.tidy(clock.instant());
        }
    }

    /// Writes what waits and ends.
    @Override
    public void close() {
        intake.stop();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        rollups.close();
        usages.close();
        index.close();
    }
}

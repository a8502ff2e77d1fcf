package dev.heddle.proxy;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.linux.MappedFiles;
import dev.heddle.proxy.runtime.linux.ProcessTime;
import java.util.function.LongSupplier;

/// Gives memory back once the process has come to rest: what is garbage on the heap, which a
/// collector would leave until the heap is full, and pages of files that a start or a burst of
/// requests has needed.
///
/// Both cost a pause or a few faults, so a process that works is left alone. One that rests is
/// collected once; its pages are looked at for a minute, because what still goes on brings some
/// back, and then once a minute. What looking costs is no work: it would keep a slow machine's
/// process from its rest.
@Confined("main thread")
final class IdleMemory {
    /// How often [#look] is to be called.
    static final long INTERVAL_SECONDS = 5;

    /// A fiftieth of a processor.
    private static final long QUIET_MILLIS = INTERVAL_SECONDS * 1000 / 50;

    private static final int LOOKS_A_MINUTE = (int) (60 / INTERVAL_SECONDS);

    /// Not worth a collection.
    private static final long LITTLE_BYTES = 1 << 20;

    private final LongSupplier processMillis;
    private final Runnable giveBack;
    private final Runtime runtime = Runtime.getRuntime();
    private long usedMillis;
    private long live;

    /// Looks in a row that found the process at rest.
    private int quietLooks;

    /// Of this process.
    IdleMemory() {
        this(ProcessTime::millis, new MappedFiles()::giveBack);
    }

    /// @param processMillis how long the process has had processors
    /// @param giveBack gives pages of files back
    IdleMemory(LongSupplier processMillis, Runnable giveBack) {
        this.processMillis = processMillis;
        this.giveBack = giveBack;
        this.usedMillis = processMillis.getAsLong();
    }

    /// Cleans up if the process has rested since the last look.
    void look() {
        boolean isQuiet = processMillis.getAsLong() - usedMillis <= QUIET_MILLIS;
        if (isQuiet) {
            cleanUp();
        } else {
            quietLooks = 0;
        }
        usedMillis = processMillis.getAsLong();
    }

    private void cleanUp() {
        if (quietLooks == 0) {
            collect();
        }
        if (quietLooks < LOOKS_A_MINUTE || quietLooks % LOOKS_A_MINUTE == 0) {
            giveBack.run();
        }
        quietLooks++;
    }

    private void collect() {
        if (used() > live + Math.max(LITTLE_BYTES, live / 10)) {
            runtime.gc();
            live = used();
        }
    }

    private long used() {
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import java.util.LinkedHashSet;

/// The handshakes of one worker: how many begin at a time, and how many there may be.
///
/// One costs the worker from 0.2 ms to several (an RSA signature, a client's chain), in which it
/// serves nobody else, so that a thousand clients that come at once would hold up every request for
/// a second. Therefore few begin in a tick, and between two ticks the loop serves what is ready.
///
/// ```
///   enter ──few began in this tick──▶ RUNNING ──leave──▶ gone
///     │                                 ▲  └──[#MOST] run, and it is the oldest──▶ shed
///     ├──else──▶ WAITING ──next tick────┘
///     └──[#MOST] wait──▶ shed
/// ```
///
/// Of those that run the oldest is shed, not the newest: a client that means it needs a round trip
/// or two, and one that does not must not keep its place. (Fault catalogue, D07.)
@Confined("worker")
final class Handshakes {
    /// Handshakes that begin within a tick: eight thousand a second, which is more than a core can
    /// do.
    static final int PER_TICK = 8;

    static final long TICK_NANOS = 1_000_000;

    /// So many run at most, and as many wait. A running one holds some 50 KB outside of the heap.
    static final int MOST = 1_024;

    private final Worker worker;
    private final Deadline tick;
    private final LinkedHashSet<Entry> running = new LinkedHashSet<>();
    private final LinkedHashSet<Entry> waiting = new LinkedHashSet<>();
    private long tickNanos = Long.MIN_VALUE;
    private int begun;

    /// One handshake.
    interface Entry {
        /// It is its turn.
        void start();

        /// It has to go.
        void shed();
    }

    Handshakes(Worker worker) {
        this.worker = worker;
        this.tick = worker.deadline(this::onTick);
    }

    /// Begins it, now or in one of the next ticks.
    ///
    /// @return false when so many wait that it is not taken
    boolean enter(Entry entry) {
        if (waiting.isEmpty() && hasRoom()) {
            begin(entry);
            return true;
        }
        if (waiting.size() >= MOST) {
            return false;
        }
        waiting.add(entry);
        if (!tick.isSet()) {
            tick.set(TICK_NANOS);
        }
        return true;
    }

    /// It is over, however it ended.
    void leave(Entry entry) {
        if (!running.remove(entry)) {
            waiting.remove(entry);
        }
    }

    int running() {
        return running.size();
    }

    int waiting() {
        return waiting.size();
    }

    private boolean hasRoom() {
        long now = worker.nanos();
        if (tickNanos == Long.MIN_VALUE || now - tickNanos >= TICK_NANOS) {
            tickNanos = now;
            begun = 0;
        }
        return begun < PER_TICK;
    }

    private void begin(Entry entry) {
        begun++;
        if (running.size() >= MOST) {
            Entry oldest = running.removeFirst();
            oldest.shed();
        }
        running.add(entry);
        entry.start();
    }

    private void onTick() {
        while (!waiting.isEmpty() && hasRoom()) {
            begin(waiting.removeFirst());
        }
        if (!waiting.isEmpty()) {
            tick.set(TICK_NANOS);
        }
    }
}

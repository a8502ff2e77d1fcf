package dev.heddle.proxy.listener;

import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import java.util.Collection;
import java.util.function.Supplier;

/// Asks clients to go who have no answer to be told with: one by one, in the last third of a drain,
/// so that they don't all come back at once.
@Confined("worker")
final class OneByOne {
    private static final long LOOKS = 20;
    private static final long LEAST_NANOS = 1_000_000;

    private final Worker worker;
    private final Drain drain;
    private final Supplier<Collection<ClientConnection>> present;
    private final Deadline next;
    private final long everyNanos;

    /// @param present gives those that there are in the moment, in a copy
    OneByOne(Worker worker, Drain drain, Supplier<Collection<ClientConnection>> present) {
        this.worker = worker;
        this.drain = drain;
        this.present = present;
        this.next = worker.deadline(this::look);
        this.everyNanos = Math.max(LEAST_NANOS, (drain.endNanos() - drain.askFromNanos()) / LOOKS);
    }

    void begin() {
        next.set(Math.max(LEAST_NANOS, drain.askFromNanos() - worker.nanos()));
    }

    private void look() {
        long now = worker.nanos();
        Collection<ClientConnection> connections = present.get();
        for (ClientConnection connection : connections) {
            if (drain.asks(now, connection.grace(), everyNanos, worker.random())) {
                connection.leave();
            }
        }
        if (now < drain.endNanos() && !connections.isEmpty()) {
            next.set(everyNanos);
        } else {
            next.discard();
        }
    }
}

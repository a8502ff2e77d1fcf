package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// How long an upstream leaves idle connections open, learned from those that it closed.
///
/// A server with a keep-alive timeout closes a connection just when the next request is on its way,
/// and nobody can tell whether it saw that request. So a pool that has watched a server close gives
/// its connections up a little earlier than the server does. One close proves nothing, as servers
/// are restarted: it takes [#ENOUGH], and what was learned is unlearned again, one observation each
/// [#MEMORY_NANOS], so that a server whose timeout grew gets its long connections back.
@Confined("worker")
final class IdleLimit {
    /// Closes that make a habit.
    static final int ENOUGH = 3;

    static final long MEMORY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int MOST = 16;

    private final ArrayDeque<Long> observed = new ArrayDeque<>();
    private long forgottenAt;

    /// The upstream closed a connection that had been idle for that long.
    void onClosed(long idleNanos, long now) {
        if (observed.isEmpty() || observed.size() == MOST) {
            forgottenAt = now;
        }
        if (observed.size() == MOST) {
            observed.removeFirst();
        }
        observed.addLast(idleNanos);
    }

    /// How long a connection may stay idle: three quarters of the shortest time after which the
    /// upstream closed one, if that is less than what is configured.
    ///
    /// @param configuredNanos zero for no limit
    /// @return zero for no limit
    long nanos(long configuredNanos, long now) {
        while (!observed.isEmpty() && now - forgottenAt >= MEMORY_NANOS) {
            observed.removeFirst();
            forgottenAt += MEMORY_NANOS;
        }
        if (observed.size() < ENOUGH) {
            return configuredNanos;
        }
        long shortest = Long.MAX_VALUE;
        for (long each : observed) {
            shortest = Math.min(shortest, each);
        }
        long learned = Math.max(1, shortest / 4 * 3);
        return configuredNanos == 0 ? learned : Math.min(configuredNanos, learned);
    }
}

package dev.heddle.proxy.filter.localratelimit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A bucket of tokens that come steadily, of which each request takes one
/// (`envoy.type.v3.TokenBucket`). Full at first. All workers share it.
///
/// What is kept is not how many tokens there are but when the bucket would have been empty: a token
/// that is taken moves that on by the time in which one comes.
final class TokenBucket {
    private static final long FULL = Long.MIN_VALUE;
    private static final long LONGEST = Long.MAX_VALUE / 4;

    private final String name;
    private final long most;

    /// In nanoseconds; a time of many slow tokens would be too long in these, so of tokens that
    /// come less than once a second it is a millisecond.
    private final long tick;

    private final long ticksPerToken;
    private final long ticksToFill;
    private final AtomicLong emptyAt = new AtomicLong(FULL);

    /// @param name of what is limited, for the log; empty for everything
    /// @param most tokens that there can be; at least 1
    /// @param tokens that come in an interval; at least 1
    /// @param interval more than zero
    TokenBucket(String name, long most, long tokens, Duration interval) {
        long nanos = Math.max(1, interval.toNanos() / tokens);
        this.name = name;
        this.most = most;
        this.tick = nanos > TimeUnit.SECONDS.toNanos(1) ? TimeUnit.MILLISECONDS.toNanos(1) : 1;
        this.ticksPerToken = nanos / tick;
        this.ticksToFill = most > LONGEST / ticksPerToken ? LONGEST : most * ticksPerToken;
    }

    /// Takes one; false where there is none.
    ///
    /// @param nanos of any clock that only goes on
    boolean take(long nanos) {
        long now = ticks(nanos);
        while (true) {
            long was = emptyAt.get();
            long from = from(was, now);
            if (now - from < ticksPerToken) {
                return false;
            }
            if (emptyAt.compareAndSet(was, from + ticksPerToken)) {
                return true;
            }
        }
    }

    private long ticks(long nanos) {
        return Math.floorDiv(nanos, tick);
    }

    private long from(long emptyAt, long now) {
        long earliest = now - ticksToFill;
        return emptyAt == FULL || emptyAt - earliest < 0 ? earliest : emptyAt;
    }

    String name() {
        return name;
    }

    /// Tokens that there can be.
    long most() {
        return most;
    }

    /// Tokens that there are.
    long left(long nanos) {
        long now = ticks(nanos);
        return Math.clamp((now - from(emptyAt.get(), now)) / ticksPerToken, 0, most);
    }

    /// In which time there is one, in nanoseconds; 0 where there is one.
    long nextNanos(long nanos) {
        long now = ticks(nanos);
        return Math.max(0, ticksPerToken - (now - from(emptyAt.get(), now))) * tick;
    }

    /// In which time one comes, in nanoseconds: the longer, the stricter.
    long nanosPerToken() {
        return ticksPerToken * tick;
    }
}

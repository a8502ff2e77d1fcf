package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import org.jspecify.annotations.Nullable;

/// Which requests of a worker's clients hold most memory, in eight classes by powers of two as
/// Envoy's `buffer_factory_config` says: the first of those with at least 2^exponent bytes and less
/// than twice as much, the last of those with 128 times as much and more.
///
/// What a stream holds is what its client has not read yet, and what it sent and nobody has taken
/// yet. A stream moves between classes as that changes, so finding the largest costs nothing.
@Confined("worker")
public final class StreamAccounts {
    /// No class: the stream holds less than is watched.
    static final int NONE = -1;

    private static final int CLASSES = 8;

    /// How many are reset at a time, so that a worker is not kept from its work; Envoy's number.
    private static final int MOST_AT_A_TIME = 50;

    private final @Nullable Http2Stream[] first = new Http2Stream[CLASSES];

    /// Of the smallest stream that is watched; the largest number there is where none is.
    private long least = Long.MAX_VALUE;

    private int exponent;

    /// Begins to watch. To be called before there are streams.
    ///
    /// @param powerOfTwo what the smallest stream that is watched holds, from 0 to 56
    public void watch(int powerOfTwo) {
        if (powerOfTwo < 0 || powerOfTwo > 56) {
            throw new IllegalArgumentException(
                    "powerOfTwo: " + powerOfTwo + " (expected: 0 to 56)");
        }
        exponent = powerOfTwo;
        least = 1L << powerOfTwo;
    }

    /// What a stream holds may have changed.
    void update(Http2Stream stream) {
        long bytes = (long) stream.queuedBytes + stream.unconsumed;
        int now = bytes < least ? NONE : classOf(bytes);
        if (now != stream.memoryClass) {
            leave(stream);
            enter(stream, now);
        }
    }

    private int classOf(long bytes) {
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes);
        return Math.min(CLASSES - 1, power - exponent);
    }

    private void enter(Http2Stream stream, int now) {
        stream.memoryClass = now;
        if (now == NONE) {
            return;
        }
        Http2Stream after = first[now];
        stream.smaller = after;
        if (after != null) {
            after.larger = stream;
        }
        first[now] = stream;
    }

    /// The stream is over.
    void leave(Http2Stream stream) {
        if (stream.memoryClass == NONE) {
            return;
        }
        Http2Stream before = stream.larger;
        Http2Stream after = stream.smaller;
        if (before == null) {
            first[stream.memoryClass] = after;
        } else {
            before.smaller = after;
        }
        if (after != null) {
            after.larger = before;
        }
        stream.memoryClass = NONE;
        stream.larger = null;
        stream.smaller = null;
    }

    /// Resets streams, the largest class first, at most fifty: those of the last class as soon as
    /// there is any pressure, and with each eighth of it those of one class more.
    ///
    /// @param pressure from above 0 to 1
    /// @return how many were reset
    public int reset(double pressure) {
        int classes = Math.min(CLASSES, (int) (pressure * CLASSES) + 1);
        int done = 0;
        for (int at = CLASSES - 1; at >= CLASSES - classes; at--) {
            for (Http2Stream next = first[at];
                    next != null && done < MOST_AT_A_TIME;
                    next = first[at]) {
                next.connection().resetForMemory(next);
                done++;
            }
        }
        return done;
    }
}

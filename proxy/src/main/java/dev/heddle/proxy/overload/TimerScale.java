package dev.heddle.proxy.overload;

import java.time.Duration;

/// How far a timeout shrinks under pressure (`reduce_timeouts`): to a length, or to a share of what
/// it is.
///
/// @param least it is never shorter; zero leaves that to the share
/// @param share from 0 to 1 of what it is; 0 leaves that to the length
public record TimerScale(Duration least, double share) {
    public TimerScale {
        if (least.isNegative() || !(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "least, share: " + least + ", " + share + " (expected: >= 0, 0 to 1)");
        }
    }

    /// What a timeout is now.
    ///
    /// @param nanos of the timeout without pressure; zero is none, and stays none
    /// @param value of the action, from 0 to 1
    public long nanos(long nanos, double value) {
        long shortest = Math.min(nanos, Math.max(least.toNanos(), (long) (nanos * share)));
        return value <= 0 ? nanos : shortest + (long) ((nanos - shortest) * (1 - value));
    }
}

package dev.heddle.proxy.export;

import java.time.Duration;

/// When a batch is sent, and how much may wait.
///
/// @param batch how many items make a batch that is sent at once
/// @param interval how long an item waits at most for others
/// @param waiting how many items may wait for a call to end; what comes then is dropped
public record BatchLimits(int batch, Duration interval, int waiting) {
    public BatchLimits {
        if (batch < 1) {
            throw new IllegalArgumentException("batch: " + batch + " (expected: >= 1)");
        }
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: > 0)");
        }
        if (waiting < batch) {
            throw new IllegalArgumentException(
                    "waiting: " + waiting + " (expected: >= " + batch + ")");
        }
    }
}

package dev.heddle.console.api;

import dev.heddle.model.Confined;
import java.util.concurrent.TimeUnit;

/// Lets so many through in a second, and that many at once after a while of silence.
@Confined("whoever asks it")
final class Pace {
    private final long nanosEach;
    private final long most;

    /// When what was let through is paid for, at the rate.
    private long paidAt;

    private long refused;

    /// @param perSecond at least 1
    /// @param now nanoseconds of any clock that never goes back
    Pace(int perSecond, long now) {
        this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.most = TimeUnit.SECONDS.toNanos(1);
        this.paidAt = now - most;
    }

    /// Whether one more may pass.
    boolean takes(long now) {
        if (now - paidAt > most) {
            paidAt = now - most;
        }
        if (now - paidAt < nanosEach) {
            refused++;
            return false;
        }
        paidAt += nanosEach;
        return true;
    }

    /// How many did not pass.
    long refused() {
        return refused;
    }
}

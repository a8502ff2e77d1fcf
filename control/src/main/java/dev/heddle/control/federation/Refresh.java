package dev.heddle.control.federation;

import java.time.Duration;
import java.util.Optional;

/// When a bundle is read again.
final class Refresh {
    private static final Duration USUAL = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Refresh() {}

    /// After what its hint says, an hour at most, so that a root that was taken back is not
    /// believed for days.
    static Duration after(Optional<Duration> hint) {
        return hint.filter(said -> said.compareTo(LONGEST) < 0)
                .orElse(hint.isPresent() ? LONGEST : USUAL);
    }
}

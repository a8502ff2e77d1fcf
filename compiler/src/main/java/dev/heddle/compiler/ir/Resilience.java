package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Optional;

/// How long and how hard a proxy tries.
///
/// @param timeout for the whole response; zero for no limit, as Istio's default is
/// @param retry empty for one attempt
public record Resilience(Duration timeout, Optional<Retry> retry) {
    /// No limits, and one attempt.
    public static final Resilience NONE = new Resilience(Duration.ZERO, Optional.empty());

    public Resilience {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
        }
    }
}

package dev.heddle.compiler.ir;

import java.time.Duration;

/// How long and how hard a proxy tries.
///
/// @param timeout for the whole response; zero for no limit, as Istio's default is
public record Resilience(Duration timeout) {
    /// No limits.
    public static final Resilience NONE = new Resilience(Duration.ZERO);

    public Resilience {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
        }
    }
}

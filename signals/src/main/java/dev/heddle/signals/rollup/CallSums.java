package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Edge;
import java.util.function.Predicate;

/// Who knows what calls add up to: the control plane itself, or a Prometheus. Callable from any
/// thread; may wait for a moment.
public interface CallSums {
    /// What is known of a time.
    ///
    /// @param from its first second, since 1970; more may be known than was asked for, and nothing
    ///   less
    /// @param to the second after the last
    /// @param wanted of which edges it is to be known; of others it may be
    /// @throws java.io.UncheckedIOException when it cannot be known now; the message says why
    Rollups.Known known(long from, long to, Predicate<Edge> wanted);
}

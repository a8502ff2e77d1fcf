package dev.heddle.proxy.tracing;

import java.time.Duration;
import java.util.Optional;

/// Which requests are told of in the end, though none of the decisions at their beginning chose
/// them. Each proxy on a request's way decides for itself; where they look at the same outcome they
/// decide alike, and what they tell belongs to one trace, as its ids were handed on.
///
/// @param errors whether those that failed are: an answer of 5xx, or none
/// @param slow whether those that took at least that long are
public record TailKeep(boolean errors, Optional<Duration> slow) {
    /// Whether one is.
    ///
    /// @param status 0 for none
    boolean keeps(int status, long nanos) {
        return (errors && (status == 0 || status >= 500))
                || (slow.isPresent() && nanos >= slow.get().toNanos());
    }
}

package dev.heddle.proxy.upstream.health;

import java.net.InetSocketAddress;
import java.util.Optional;

/// A host that something is held against, for those who are told of it. Times are those of the
/// clock of the workers, in nanoseconds.
///
/// @param ejected empty where it is not
/// @param check empty where health checks hold nothing against it
public record Unwell(
        String cluster,
        InetSocketAddress address,
        Optional<Ejected> ejected,
        Optional<Checked> check) {

    /// It is ejected as an outlier.
    ///
    /// @param by what it was found by, as in `consecutive_5xx`
    /// @param untilNanos when it comes back at the earliest
    /// @param times how often it was ejected
    public record Ejected(String by, long sinceNanos, long untilNanos, long times) {}

    /// What health checks say of it.
    ///
    /// @param since when and why checks failed; empty where none did
    public record Checked(State state, Optional<FailedCheck> since) {}

    /// When checks began to fail.
    ///
    /// @param why the last one did
    public record FailedCheck(HostCheck.Failure why, long sinceNanos) {}

    /// What health checks hold against a host.
    public enum State {
        /// They fail.
        FAILED,
        /// There was none yet.
        UNCHECKED,
        /// They say that it works badly.
        DEGRADED,
        /// It said itself that they fail, and is left out until one passes.
        EXCLUDED
    }
}

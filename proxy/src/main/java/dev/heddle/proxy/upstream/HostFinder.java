package dev.heddle.proxy.upstream;

import org.jspecify.annotations.Nullable;

/// Finds the host of a cluster that has no hosts of its own, but those that requests name (Envoy's
/// dynamic forward proxy). Belongs to one worker.
public interface HostFinder {
    /// What became of a look-up.
    enum Outcome {
        /// The host is there to be picked.
        FOUND,
        /// The name has no address.
        UNKNOWN,
        /// There are too many names already.
        OVERFLOW
    }

    /// Who waits for a look-up.
    interface Asker {
        /// The look-up is over; told on the same worker.
        void onOutcome(Outcome outcome);
    }

    /// Has a host be there for the next pick.
    ///
    /// @param name a host's name or address, with its port or without
    /// @param asker told the outcome where it takes time
    /// @return the outcome, if it is known; null when the asker is told
    @Nullable Outcome find(String name, Asker asker);
}

package dev.heddle.control.stage;

import java.util.Map;
import java.util.Optional;

/// What is known when it is decided how a change in stages goes on.
///
/// @param version of the change, as people call it
/// @param proxies connected ones, by id
/// @param objection to going on, whatever proxies say; empty for none
record Evidence(long version, Map<String, Seen> proxies, Optional<String> objection) {

    /// One proxy.
    ///
    /// @param workload that it belongs to
    /// @param runsInForce whether it runs all of the version in force
    /// @param runsChange whether it runs all of the change
    /// @param refusal of the change, in its words
    record Seen(
            String workload,
            boolean isGateway,
            boolean runsInForce,
            boolean runsChange,
            Optional<String> refusal) {}

    Evidence {
        proxies = Map.copyOf(proxies);
    }
}

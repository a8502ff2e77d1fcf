package dev.heddle.proxy.drain;

import java.util.Optional;

/// What of the whole proxy is drained at one moment.
///
/// @param isFailing whether an operator has the proxy say that it fails (`/healthcheck/fail`)
/// @param inbound the drain of listeners towards the workload
/// @param all the drain of all listeners
public record DrainState(boolean isFailing, Optional<Drain> inbound, Optional<Drain> all) {
    /// Nothing is.
    public static final DrainState NONE = new DrainState(false, Optional.empty(), Optional.empty());

    /// The same, failing or not.
    public DrainState failing(boolean fails) {
        return new DrainState(fails, inbound, all);
    }

    /// The same with one drain more; the first of a kind stays.
    ///
    /// @param inboundOnly which listeners it is of
    public DrainState with(Drain drain, boolean inboundOnly) {
        return new DrainState(
                isFailing,
                inbound.or(() -> Optional.of(drain)),
                inboundOnly ? all : all.or(() -> Optional.of(drain)));
    }

    /// Whether such listeners are drained already.
    public boolean drains(boolean inboundOnly) {
        return inboundOnly ? inbound.isPresent() : all.isPresent();
    }

    /// The drain that the connections of a listener are part of.
    public Optional<Drain> of(boolean isInbound) {
        return isInbound ? inbound : all;
    }
}

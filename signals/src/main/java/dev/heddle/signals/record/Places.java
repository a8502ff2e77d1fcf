package dev.heddle.signals.record;

import java.util.Optional;

/// Says who is at an address, for proxies that do not know whom they called. Callable from any
/// thread; returns at once.
public interface Places {
    /// Knows nobody.
    Places NOWHERE = _ -> Optional.empty();

    /// Who is there.
    ///
    /// @param address as in `10.1.2.3:9080`
    Optional<Party> at(String address);

    /// Where a resource was written, for proxies that are told its name and not its line: they
    /// would lose connections whenever somebody writes something above it.
    ///
    /// @param resource as in `PeerAuthentication default/strict`
    /// @return as in `mesh.yaml:12`; empty where that is not known
    default Optional<String> source(String resource) {
        return Optional.empty();
    }
}

package dev.heddle.xds.server;

import dev.heddle.xds.identity.SpiffeId;
import java.util.Optional;

/// The other end of a stream.
///
/// @param address for people to read
/// @param proven who it has proved to be by its certificate; empty on connections that prove
///   nothing
public record Peer(String address, Optional<SpiffeId> proven) {
    /// Somebody who proves nothing.
    public static Peer at(String address) {
        return new Peer(address, Optional.empty());
    }

    @Override
    public String toString() {
        return proven.map(id -> address + " (" + id + ")").orElse(address);
    }
}

package dev.heddle.bench.peer;

import dev.heddle.bench.system.Child;

/// A running proxy that a control plane configures.
///
/// @param peer whose it is
/// @param process itself
/// @param plainPort where it listens in cleartext
/// @param securedPort where it listens with TLS
public record Sidecar(Peer peer, Child process, int plainPort, int securedPort) {}

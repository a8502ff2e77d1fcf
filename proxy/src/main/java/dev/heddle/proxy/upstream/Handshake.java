package dev.heddle.proxy.upstream;

import dev.heddle.proxy.tls.PeerName;

import java.util.List;

/// What a connection asks for in its handshake, if it has one.
///
/// @param alpn the protocols that may be spoken, the preferred one first, which are offered unless
///   the cluster says what to offer; none: any
/// @param name that the host is expected to have
public record Handshake(List<String> alpn, PeerName name) {
    /// Nothing in particular.
    public static final Handshake ANY = new Handshake(List.of(), PeerName.ANY);

    public Handshake {
        alpn = List.copyOf(alpn);
    }
}

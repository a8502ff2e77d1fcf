/// TLS: what is shown to peers, which peers are believed, and the contexts that do the work.
///
/// Everything here is configuration or a decision about it: immutable, without threads. A
/// [PeerVerifier] decides whether a peer is who it must be, [TlsContexts] turns configuration into
/// what a connection is secured with ([TlsServer], [TlsClient]), and a [TlsSession] is what became
/// of a handshake. Only [TlsContexts] and its two products know the library underneath.
@NullMarked
package dev.heddle.proxy.tls;

import org.jspecify.annotations.NullMarked;

package dev.heddle.proxy.tls;

import java.util.Optional;

/// What became of a handshake.
///
/// @param version as `TLSv1.3`
/// @param cipher by its OpenSSL name
/// @param alpn the protocol that was agreed on; empty for none
/// @param serverName what the client asked for; empty for nothing
/// @param sessionId in hex; empty where there is none
/// @param isResumed whether an older session was taken up
/// @param local what we showed
/// @param peer what the peer showed
/// @param isPeerBelieved whether it was verified, and not merely tolerated
public record TlsSession(
        String version,
        String cipher,
        String alpn,
        String serverName,
        String sessionId,
        boolean isResumed,
        Optional<ShownCertificate> local,
        Optional<ShownCertificate> peer,
        boolean isPeerBelieved) {}

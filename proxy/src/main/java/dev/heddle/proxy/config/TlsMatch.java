package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.TlsSession;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A condition on the certificate of the client's connection. What is empty may be either way.
///
/// @param presented whether there is one
/// @param validated whether it was verified, and not merely tolerated
public record TlsMatch(Optional<Boolean> presented, Optional<Boolean> validated) {
    /// Anything goes.
    public static final TlsMatch ANY = new TlsMatch(Optional.empty(), Optional.empty());

    /// Whether it holds for a connection; null for one without TLS.
    public boolean test(@Nullable TlsSession session) {
        boolean isThere = session != null && session.peer().isPresent();
        boolean isBelieved = isThere && session != null && session.isPeerBelieved();
        return presented.orElse(isThere) == isThere && validated.orElse(isBelieved) == isBelieved;
    }
}

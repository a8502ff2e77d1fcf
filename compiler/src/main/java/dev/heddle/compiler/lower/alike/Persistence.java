package dev.heddle.compiler.lower.alike;

import dev.heddle.compiler.ir.HttpFeature.SessionKey;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.model.gatewayapi.RouteDuration;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.SessionPersistence.Cookie;
import dev.heddle.model.gatewayapi.SessionPersistence.Lifetime;
import java.time.Duration;
import java.util.Optional;

/// Lowers how a client stays with an endpoint.
public final class Persistence {
    /// Of the cookie, where nobody names it.
    static final String COOKIE = "heddle-session";

    private Persistence() {}

    /// The session that is said. A client whose endpoint is gone gets another one.
    public static StatefulSession lower(SessionPersistence said) {
        Optional<SessionKey> header =
                said.type() == SessionPersistence.Type.Header
                        ? said.header().map(h -> new SessionKey.Header(h.name()))
                        : Optional.empty();
        return new StatefulSession(header.orElseGet(() -> cookie(said)), false);
    }

    private static SessionKey cookie(SessionPersistence said) {
        Optional<Cookie> cookie = said.cookie();
        boolean isPermanent =
                cookie.map(Cookie::lifetimeType).filter(l -> l == Lifetime.Permanent).isPresent();
        Duration ttl =
                isPermanent
                        ? said.absoluteTimeout().map(RouteDuration::length).orElse(Duration.ZERO)
                        : Duration.ZERO;
        return new SessionKey.Cookie(
                cookie.flatMap(Cookie::name).orElse(COOKIE),
                cookie.flatMap(Cookie::path).orElse("/"),
                Duration.ofSeconds(ttl.toSeconds()));
    }
}

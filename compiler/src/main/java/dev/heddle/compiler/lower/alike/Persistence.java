package dev.heddle.compiler.lower.alike;

import dev.heddle.compiler.ir.HttpFeature.SessionKey;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.SessionPersistence.Cookie;
import java.time.Duration;

/// Lowers how a client stays with an endpoint.
public final class Persistence {
    /// Of the cookie, or of the header, where nobody names it.
    static final String NAME = "heddle-session";

    private Persistence() {}

    /// The session that is said. A client whose endpoint is gone gets another one.
    public static StatefulSession lower(SessionPersistence said) {
        String name = said.name().filter(n -> !n.isEmpty()).orElse(NAME);
        return new StatefulSession(
                switch (said.type()) {
                    case Cookie -> cookie(name, said);
                    case Header -> new SessionKey.Header(name);
                },
                false);
    }

    /// A cookie's time is one of whole seconds; none would be for as long as the browser runs.
    private static SessionKey cookie(String name, SessionPersistence said) {
        long seconds =
                said.absoluteTimeout()
                        .filter(_ -> said.isPermanent())
                        .map(it -> Math.max(1, it.length().toSeconds()))
                        .orElse(0L);
        return new SessionKey.Cookie(
                name, said.cookie().flatMap(Cookie::path).orElse("/"), Duration.ofSeconds(seconds));
    }
}

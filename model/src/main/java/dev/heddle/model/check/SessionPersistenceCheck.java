package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.SessionPersistence.Lifetime;

/// Looks at sessions.
final class SessionPersistenceCheck {
    private SessionPersistenceCheck() {}

    static void check(SessionPersistence session, FieldPath path, Findings findings) {
        boolean isCookie = session.type() == SessionPersistence.Type.Cookie;
        String type = session.type().name();
        HttpRouteFilterCheck.only(isCookie, "cookie", type, session.cookie(), path, findings);
        HttpRouteFilterCheck.only(!isCookie, "header", type, session.header(), path, findings);
        session.header()
                .ifPresent(h ->
                        GatewayTexts.token(h.name(), path.field("header").field("name"), findings));
        session.cookie()
                .ifPresent(c -> {
                    FieldPath at = path.field("cookie");
                    c.name().ifPresent(n -> GatewayTexts.token(n, at.field("name"), findings));
                    c.path()
                            .ifPresent(
                                    p -> GatewayTexts.longest(p, 1024, at.field("path"), findings));
                    if (c.lifetimeType() == Lifetime.Permanent
                            && session.absoluteTimeout().isEmpty()) {
                        findings.missing(
                                path.field("absoluteTimeout"),
                                "a permanent cookie needs 'absoluteTimeout'");
                    }
                });
    }
}

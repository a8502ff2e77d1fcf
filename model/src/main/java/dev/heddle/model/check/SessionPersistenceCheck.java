package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.SessionPersistence.Lifetime;

/// Looks at sessions.
final class SessionPersistenceCheck {
    private SessionPersistenceCheck() {}

    static void check(SessionPersistence session, FieldPath path, Findings findings) {
        var union = new Union(session.type().name(), path, findings);
        union.only("Cookie", session.cookie());
        union.only("Header", session.header());
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

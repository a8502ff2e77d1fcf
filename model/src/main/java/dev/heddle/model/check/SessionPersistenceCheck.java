package dev.heddle.model.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.SessionPersistence;
import java.util.Optional;

/// Looks at sessions.
final class SessionPersistenceCheck {
    private SessionPersistenceCheck() {}

    static void check(SessionPersistence session, FieldPath path, Findings findings) {
        only(SessionPersistence.Type.Cookie, "cookie", session.cookie(), session, path, findings);
        only(
                SessionPersistence.Type.Cookie,
                "cookieConfig",
                session.cookieConfig(),
                session,
                path,
                findings);
        only(SessionPersistence.Type.Header, "header", session.header(), session, path, findings);
        either("cookie", session.cookie(), session, path, findings);
        either("header", session.header(), session, path, findings);
        session.sessionName()
                .filter(n -> !n.isEmpty())
                .ifPresent(n -> {
                    GatewayTexts.longest(n, 128, path.field("sessionName"), findings);
                    GatewayTexts.token(n, path.field("sessionName"), findings);
                });
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
                });
        FieldPath timeout = path.field("absoluteTimeout");
        if (session.isPermanent() && session.absoluteTimeout().isEmpty()) {
            findings.missing(timeout, "a permanent cookie needs 'absoluteTimeout'");
        }
        if (!session.isPermanent() && session.absoluteTimeout().isPresent()) {
            findings.warn(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    timeout,
                    "a session without a permanent cookie ends with its client, and no sooner",
                    "Say 'lifetimeType: Permanent', or remove it");
        }
    }

    private static void only(
            SessionPersistence.Type type,
            String field,
            Optional<?> said,
            SessionPersistence session,
            FieldPath path,
            Findings findings) {
        if (said.isPresent() && session.type() != type) {
            findings.error(
                    path.field(field), "not with type " + session.type() + " (expected: none)");
        }
    }

    /// What is said in the words of one version is not said in those of another one.
    private static void either(
            String field,
            Optional<?> said,
            SessionPersistence session,
            FieldPath path,
            Findings findings) {
        if (said.isPresent()) {
            session.sessionName().ifPresent(_ -> findings.exclusive(path, field, "sessionName"));
            session.cookieConfig().ifPresent(_ -> findings.exclusive(path, field, "cookieConfig"));
        }
    }
}

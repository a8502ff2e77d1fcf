package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.session.SessionConfig;
import dev.heddle.proxy.filter.session.SessionConfig.State;
import dev.heddle.proxy.filter.session.SessionFilter;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.HashPolicy.NewCookie;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import java.util.List;
import java.util.Set;

/// Sessions as a filter (`envoy.extensions.filters.http.stateful_session.v3.StatefulSession`), of
/// which routes may have others, or none
/// (`envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute`).
final class SessionType implements HttpFilterType<SessionConfig> {

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3"
                + ".StatefulSession";
    }

    @Override
    public boolean isRouted() {
        return true;
    }

    @Override
    public SessionConfig parse(Any config) {
        return Findings.read(
                config,
                StatefulSession.getDefaultInstance(),
                (session, findings) -> session(findings, "", session));
    }

    @Override
    public String routeTypeUrl() {
        return typeUrl() + "PerRoute";
    }

    @Override
    public SessionConfig parseRoute(Any config) {
        return Findings.read(
                config, StatefulSessionPerRoute.getDefaultInstance(), SessionType::route);
    }

    @Override
    public HttpFilter create(SessionConfig config, FilterContext context) {
        return new SessionFilter(config);
    }

    private static SessionConfig route(StatefulSessionPerRoute route, Findings findings) {
        findings.fields("", route, Set.of("disabled", "stateful_session"));
        return switch (route.getOverrideCase()) {
            case DISABLED -> {
                if (!route.getDisabled()) {
                    findings.reject("disabled", "false (expected: true)");
                }
                yield SessionConfig.OFF;
            }
            case STATEFUL_SESSION ->
                    session(findings, "stateful_session", route.getStatefulSession());
            case OVERRIDE_NOT_SET -> {
                findings.reject("", "neither disabled nor stateful_session");
                yield SessionConfig.OFF;
            }
        };
    }

    private static SessionConfig session(Findings findings, String path, StatefulSession session) {
        findings.fields(path, session, Set.of("session_state", "strict"));
        if (!session.hasSessionState()) {
            return SessionConfig.OFF;
        }
        String at = join(path, "session_state");
        return new SessionConfig(
                state(findings, at, session.getSessionState().getTypedConfig()),
                session.getStrict());
    }

    private static State state(Findings findings, String path, Any config) {
        if (config.holds(CookieBasedSessionState.getDefaultInstance())) {
            var state = config.unpack(CookieBasedSessionState.getDefaultInstance());
            findings.fields(path, state, Set.of("cookie"));
            var cookie = state.getCookie();
            String at = join(path, "cookie");
            findings.fields(at, cookie, Set.of("name", "ttl", "path"));
            findings.required(join(at, "name"), cookie.getName());
            findings.headerValue(join(at, "name"), cookie.getName());
            findings.headerValue(join(at, "path"), cookie.getPath());
            return new State.Cookie(
                    cookie.getName(),
                    new NewCookie(
                            findings.duration(join(at, "ttl"), cookie.getTtl()),
                            cookie.getPath(),
                            List.of()));
        }
        if (config.holds(HeaderBasedSessionState.getDefaultInstance())) {
            var state = config.unpack(HeaderBasedSessionState.getDefaultInstance());
            findings.fields(path, state, Set.of("name"));
            try {
                return new State.Header(HeaderName.of(state.getName()));
            } catch (IllegalArgumentException e) {
                findings.reject(join(path, "name"), String.valueOf(e.getMessage()));
                return new State.None();
            }
        }
        findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
        return new State.None();
    }
}

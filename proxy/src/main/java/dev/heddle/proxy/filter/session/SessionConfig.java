package dev.heddle.proxy.filter.session;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.HashPolicy.NewCookie;

/// What requests say which host they are for, and how clients learn what to say
/// (`envoy.extensions.filters.http.stateful_session.v3.StatefulSession`).
///
/// @param state what holds the host's address
/// @param isStrict whether a request whose host is gone is answered 503, rather than going anywhere
public record SessionConfig(State state, boolean isStrict) {
    /// No sessions.
    public static final SessionConfig OFF = new SessionConfig(new State.None(), false);

    /// What holds the address of a session's host.
    public sealed interface State {
        /// Nothing.
        record None() implements State {}

        /// A header, of requests and of responses.
        record Header(HeaderName name) implements State {}

        /// A cookie.
        ///
        /// @param made how it is made; its path, unless it is empty or `/`, is the one that
        ///   requests must be below
        record Cookie(String name, NewCookie made) implements State {
            /// Whether requests of that path have sessions: `/foo` is for `/foo`, `/foo/bar` and
            /// `/foo?bar`, and `/foo/` for what is below it.
            boolean isFor(String requestPath) {
                String path = made.path();
                if (path.isEmpty() || path.equals("/")) {
                    return true;
                }
                if (!requestPath.startsWith(path)) {
                    return false;
                }
                if (path.endsWith("/") || requestPath.length() == path.length()) {
                    return true;
                }
                char next = requestPath.charAt(path.length());
                return next == '/' || next == '?' || next == '#';
            }
        }
    }
}

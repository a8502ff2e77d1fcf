package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// How a client stays with the endpoint that it was with first.
///
/// @param type by which its requests are known
/// @param cookie with Cookie
/// @param header with Header
/// @param absoluteTimeout after which it may get another one; never when absent
public record SessionPersistence(
        Type type,
        Optional<Cookie> cookie,
        Optional<Header> header,
        Optional<RouteDuration> absoluteTimeout) {

    /// By which requests of a session are known.
    public enum Type {
        /// A cookie.
        Cookie,
        /// A header, of responses and of requests.
        Header
    }

    /// A cookie.
    ///
    /// @param name one of the implementation's when absent
    /// @param path of requests that have it; `/` when absent
    public record Cookie(Optional<String> name, Lifetime lifetimeType, Optional<String> path) {}

    /// How long a client keeps a cookie.
    public enum Lifetime {
        /// As long as the browser runs.
        Session,
        /// Until the session's absolute timeout.
        Permanent
    }

    /// A header.
    public record Header(@Required String name) {}
}

package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// How a client stays with the endpoint that it was with first. Version 1.7 of the API says by
/// `cookie` and `header` what version 1.6 does by `sessionName` and `cookieConfig`.
///
/// @param type by which its requests are known
/// @param cookie with Cookie
/// @param header with Header
/// @param sessionName of the cookie, or of the header
/// @param cookieConfig with Cookie
/// @param absoluteTimeout after which it may get another one; never when absent
public record SessionPersistence(
        Type type,
        Optional<Cookie> cookie,
        Optional<Header> header,
        Optional<String> sessionName,
        Optional<CookieConfig> cookieConfig,
        Optional<RouteDuration> absoluteTimeout) {

    /// The name of the cookie or the header; empty for one of the implementation's.
    public Optional<String> name() {
        return switch (type) {
            case Cookie -> cookie.flatMap(Cookie::name).or(this::sessionName);
            case Header -> header.map(Header::name).or(this::sessionName);
        };
    }

    /// Whether clients keep a cookie until [#absoluteTimeout].
    public boolean isPermanent() {
        return type == Type.Cookie
                && cookie.map(Cookie::lifetimeType)
                        .or(() -> cookieConfig.map(CookieConfig::lifetimeType))
                        .filter(lifetime -> lifetime == Lifetime.Permanent)
                        .isPresent();
    }

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

    /// A cookie, of which another field has the name.
    public record CookieConfig(Lifetime lifetimeType) {}

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

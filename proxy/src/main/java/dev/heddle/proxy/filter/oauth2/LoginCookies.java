package dev.heddle.proxy.filter.oauth2;

import java.time.Duration;

/// The cookies in which browsers keep what they were given.
///
/// @param domain whose hosts get them; empty for the host that was asked
/// @param csrfLifetime how long somebody may take to log in
/// @param verifierLifetime likewise, of the cookie with the code's verifier
public record LoginCookies(
        Kind access,
        Kind id,
        Kind refresh,
        Kind hmac,
        Kind expires,
        Kind nonce,
        Kind verifier,
        String domain,
        Duration csrfLifetime,
        Duration verifierLifetime) {

    /// One of them.
    ///
    /// @param path below which it is sent
    /// @param sameSite `Strict`, `Lax`, `None`, or empty for what the browser does by itself
    /// @param partitioned whether it is another one below each site
    public record Kind(String name, String path, String sameSite, boolean partitioned) {

        /// Its name in one attempt to log in, as several may be under way.
        String of(String flow) {
            return name + "." + flow;
        }

        /// Whether a cookie is this one, of whichever attempt.
        boolean isNamed(String other) {
            return other.equals(name)
                    || (other.length() > name.length() + 1 && other.startsWith(name + "."));
        }
    }

    /// Has the browser keep one.
    ///
    /// @param name of the cookie, which is of that kind
    /// @param seconds for how long
    String set(Kind kind, String name, String value, long seconds) {
        return name
                + "="
                + value
                + domain(";domain=")
                + ";path="
                + kind.path()
                + ";Max-Age="
                + seconds
                + ";secure;HttpOnly"
                + (kind.sameSite().isEmpty() ? "" : ";SameSite=" + kind.sameSite())
                + (kind.partitioned() ? ";Partitioned" : "");
    }

    /// Has the browser forget one. Names that promise to be secure must be deleted so.
    String delete(Kind kind, String name) {
        boolean isPromise = name.startsWith("__Secure-") || name.startsWith("__Host-");
        return name
                + "=deleted; path="
                + kind.path()
                + "; expires=Thu, 01 Jan 1970 00:00:00 GMT"
                + domain(";domain=")
                + (isPromise ? "; Secure" : "");
    }

    private String domain(String before) {
        return domain.isEmpty() ? "" : before + domain;
    }
}

package dev.heddle.proxy.filter.basicauth;

import dev.heddle.proxy.http.HeaderName;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/// Who may pass (`envoy.extensions.filters.http.basic_auth.v3.BasicAuth`). Prints without hashes.
///
/// @param users SHA-1 of passwords by name; names are bytes, each a character
/// @param told header that gets the name of who passes; empty for none
/// @param asked header that has name and password
/// @param realm that callers are told; empty for the address that they asked for
public record BasicAuthConfig(
        Map<String, Hash> users, Optional<HeaderName> told, HeaderName asked, String realm) {

    /// The hash of a password. Prints without it.
    public static final class Hash {
        private final byte[] sha1;

        public Hash(byte[] sha1) {
            this.sha1 = sha1.clone();
        }

        /// Compares in constant time.
        boolean is(byte[] other) {
            return MessageDigest.isEqual(sha1, other);
        }

        @Override
        public String toString() {
            return "Hash[redacted]";
        }
    }

    public BasicAuthConfig {
        users = Map.copyOf(users);
    }

    /// The same for those who may pass on a route.
    ///
    /// @param said by the route
    public BasicAuthConfig with(BasicAuthConfig said) {
        return new BasicAuthConfig(
                said.users, told, asked, said.realm.isEmpty() ? realm : said.realm);
    }
}

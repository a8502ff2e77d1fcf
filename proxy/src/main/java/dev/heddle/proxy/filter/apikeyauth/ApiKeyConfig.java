package dev.heddle.proxy.filter.apikeyauth;

import dev.heddle.proxy.http.HeaderName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose keys are good (`envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth`). Of the keys
/// only hashes are kept, and nothing prints them.
///
/// @param clients by their keys; none: not said
/// @param sources where keys are looked for, in order; none: not said
/// @param allowed clients that may pass; none for all
/// @param forwarding what services are told; empty: not said
public record ApiKeyConfig(
        Map<KeyHash, String> clients,
        List<KeySource> sources,
        Set<String> allowed,
        Optional<Forwarding> forwarding) {

    public ApiKeyConfig {
        clients = Map.copyOf(clients);
        sources = List.copyOf(sources);
        allowed = Set.copyOf(allowed);
    }

    /// What a route says, and else what its filter does; but for what services are told, which is
    /// what the route says or nothing, as with Envoy.
    public ApiKeyConfig in(ApiKeyConfig filter) {
        return new ApiKeyConfig(
                clients.isEmpty() ? filter.clients : clients,
                sources.isEmpty() ? filter.sources : sources,
                allowed,
                forwarding);
    }

    /// The SHA-256 of a key, by which it is looked up: how long that takes tells nothing of the
    /// keys. Prints without it.
    public static final class KeyHash {
        private final byte[] sha256;

        private KeyHash(byte[] sha256) {
            this.sha256 = sha256;
        }

        /// @param key its bytes
        public static KeyHash of(byte[] key) {
            try {
                return new KeyHash(MessageDigest.getInstance("SHA-256").digest(key));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KeyHash hash && MessageDigest.isEqual(sha256, hash.sha256);
        }

        @Override
        public int hashCode() {
            return sha256[0] << 24 | (sha256[1] & 0xff) << 16 | (sha256[2] & 0xff) << 8 | sha256[3];
        }

        @Override
        public String toString() {
            return "KeyHash[redacted]";
        }
    }

    /// Where a key is looked for.
    public sealed interface KeySource {
        /// A header, behind `Bearer ` if it begins so.
        record Header(HeaderName name) implements KeySource {}

        /// A parameter of the query.
        record Parameter(String name) implements KeySource {}

        record Cookie(String name) implements KeySource {}
    }

    /// What services are told.
    ///
    /// @param client header that gets the client; empty for none
    /// @param hidesKey whether the key stays here
    public record Forwarding(Optional<HeaderName> client, boolean hidesKey) {}
}

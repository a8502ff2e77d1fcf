package dev.heddle.control.access;

import dev.heddle.control.world.ContentHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// A token as it is kept: without its secret part, of which 256 bits of chance are hashed.
///
/// @param id public: it names the token
/// @param account whose rights it has
/// @param hash of the secret part, SHA-256 in hexadecimal digits
/// @param label what its owner calls it
public record ApiToken(
        String id, String account, String hash, String label, Instant made, Instant expires) {
    private static final String PREFIX = "heddle-api";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
    private static final SecureRandom RANDOM = new SecureRandom();

    public ApiToken {
        if (label.length() > 100) {
            throw new IllegalArgumentException(
                    "label: of %d characters (expected: up to 100)".formatted(label.length()));
        }
    }

    /// A text of a new token, which is nowhere else.
    static String text() {
        var id = new byte[8];
        var secret = new byte[32];
        RANDOM.nextBytes(id);
        RANDOM.nextBytes(secret);
        return String.join(
                ".",
                PREFIX,
                HexFormat.of().formatHex(id),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /// A token's text taken apart.
    record Parts(String id, String secret) {
        /// Empty when it is none.
        static Optional<Parts> of(String text) {
            String[] parts = text.strip().split("\\.", -1);
            return parts.length == 3 && parts[0].equals(PREFIX) && ID.matcher(parts[1]).matches()
                    ? Optional.of(new Parts(parts[1], parts[2]))
                    : Optional.empty();
        }

        /// What is kept of the secret part.
        String hash() {
            return ContentHash.of(secret);
        }
    }

    /// Whether somebody who knows that hash and comes at that time is let in. Takes as long
    /// wherever hashes differ.
    boolean fits(String said, Instant now) {
        return MessageDigest.isEqual(
                        said.getBytes(StandardCharsets.US_ASCII),
                        hash.getBytes(StandardCharsets.US_ASCII))
                && now.isBefore(expires);
    }
}

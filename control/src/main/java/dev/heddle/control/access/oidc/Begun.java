package dev.heddle.control.access.oidc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/// A login that somebody began.
///
/// @param state by which the provider's answer is known
/// @param secret of the tab that began it, so that nobody ends it in another's name
/// @param nonce that the provider's token must have
/// @param verifier that shows to the provider who began it (PKCE, RFC 7636)
/// @param to where the page goes afterwards
/// @param way how the provider's answer comes back
/// @param until when it must have ended
record Begun(
        String state,
        String secret,
        String nonce,
        String verifier,
        String to,
        Way way,
        Instant until) {
    /// How the provider's answer comes back.
    sealed interface Way {
        /// A browser brings a code to that address.
        record Redirect(String uri) implements Way {}

        /// The provider is asked again and again, by a code that it gave.
        ///
        /// @param next when it may be asked again
        record Device(String code, Duration interval, Instant next) implements Way {
            /// Secrets are for nobody to read.
            @Override
            public String toString() {
                return "Device[" + interval + " " + next + "]";
            }
        }
    }

    /// How long somebody may take at the provider.
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    static Begun now(String to, String redirect, Instant now) {
        return new Begun(
                text(), text(), text(), text(), to, new Way.Redirect(redirect), now.plus(PATIENCE));
    }

    static Begun onDevice(Way.Device way, Instant until) {
        return new Begun(text(), text(), "", "", "/", way, until);
    }

    /// The same, asked again later.
    Begun with(Way.Device next) {
        return new Begun(state, secret, nonce, verifier, to, next, until);
    }

    private static String text() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return base64(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// What the provider is shown first: only who has the verifier can have made it.
    String challenge() {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return base64(sha.digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }

    /// Secrets are for nobody to read.
    @Override
    public String toString() {
        return "Begun[" + to + " " + until + "]";
    }
}

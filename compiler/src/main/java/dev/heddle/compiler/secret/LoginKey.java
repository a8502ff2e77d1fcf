package dev.heddle.compiler.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heddle.model.core.Secret;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The key from which the keys of all logins are made, so that one secret is kept and a login of
/// one policy is none of another. Prints without it.
public final class LoginKey {
    /// The Secret of the mesh's root namespace that has it. The control plane makes one where
    /// nobody has written one.
    public static final String SECRET = "heddle-login-key";

    /// Its entry with the key.
    public static final String ENTRY = "key";

    /// Shorter ones could be guessed.
    public static final int LEAST_BYTES = 32;

    private static final String HMAC = "HmacSHA256";

    private final byte[] key;

    private LoginKey(byte[] key) {
        this.key = key;
    }

    /// Reads one; empty where there is none that is long enough.
    public static Optional<LoginKey> of(Secret secret) {
        return secret.text(ENTRY)
                .map(text -> text.strip().getBytes(UTF_8))
                .filter(bytes -> bytes.length >= LEAST_BYTES)
                .map(LoginKey::new);
    }

    /// The key of a policy's logins, in base64url: another one for another policy, provider or
    /// client.
    ///
    /// @param policy as in `default/staff`
    public String seal(String policy, String issuer, String client) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            byte[] made =
                    mac.doFinal(String.join("\n", "oidc", policy, issuer, client).getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(made);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "LoginKey[redacted]";
    }
}

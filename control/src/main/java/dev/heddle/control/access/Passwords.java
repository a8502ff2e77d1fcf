package dev.heddle.control.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Passwords as they are kept: PBKDF2 with HMAC-SHA-512 (RFC 8018), 210,000 rounds as OWASP
/// recommends, written as `pbkdf2-sha512$ROUNDS$SALT$HASH`, so that the rounds can be raised. About
/// a quarter of a second each.
final class Passwords {
    /// How short one may be.
    static final int SHORTEST = 12;

    /// Longer ones are somebody's mistake.
    static final int LONGEST = 256;

    private static final String NAME = "pbkdf2-sha512";
    private static final int ROUNDS = 210_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Compared with where there is no password, so that this takes as long.
    private static final String NOBODY =
            String.join("$", NAME, Integer.toString(ROUNDS), text(new byte[16]), "");

    private Passwords() {}

    /// One that nobody guesses: 144 bits.
    static String random() {
        var bytes = new byte[18];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// What to keep of one.
    ///
    /// @throws IllegalArgumentException when it is too short or too long
    static String hash(String password) {
        if (password.length() < SHORTEST || password.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "password: of %d characters (expected: %d to %d)"
                            .formatted(password.length(), SHORTEST, LONGEST));
        }
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return String.join(
                "$",
                NAME,
                Integer.toString(ROUNDS),
                text(salt),
                text(derive(password, salt, ROUNDS)));
    }

    /// Whether it is that one. Takes as long whatever is wrong.
    ///
    /// @param hash empty where there is none
    static boolean fits(String password, String hash) {
        boolean sane = password.length() <= LONGEST;
        String[] parts = (hash.isEmpty() ? NOBODY : hash).split("\\$", -1);
        if (parts.length != 4 || !parts[0].equals(NAME)) {
            throw new IllegalStateException("a password is kept in a way that is not known");
        }
        byte[] said =
                derive(
                        sane ? password : "",
                        Base64.getDecoder().decode(parts[2]),
                        Integer.parseInt(parts[1]));
        return MessageDigest.isEqual(said, Base64.getDecoder().decode(parts[3])) && sane;
    }

    private static byte[] derive(String password, byte[] salt, int rounds) {
        var wish = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BYTES * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(wish)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA512", e);
        } finally {
            wish.clearPassword();
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}

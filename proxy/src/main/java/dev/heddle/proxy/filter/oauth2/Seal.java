package dev.heddle.proxy.filter.oauth2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Signs and encrypts what browsers keep, exactly as Envoy does, so that a login made through one
/// proxy is good in the other: signatures are HMAC-SHA-256; ciphers are AES-256-GCM under the key's
/// SHA-256, with `gcm.` and the initialization vector in front.
///
/// Envoy reads those and, unless `envoy.reloadable_features.oauth2_use_gcm_encryption` is set,
/// writes AES-256-CBC without that beginning, which is read here, too. CBC proves nothing of who
/// encrypted, and who can tell a good padding from a bad one can decrypt (CVE-2026-47775): so what
/// was decrypted is believed only where a signature covers it, and whatever is wrong has the same
/// answer.
///
/// Texts are bytes, each a character. Prints without the key.
final class Seal {
    private static final String MARK = "gcm.";
    private static final int GCM_IV = 12;
    private static final int GCM_TAG_BITS = 128;
    private static final int BLOCK = 16;
    private static final String HMAC = "HmacSHA256";

    private final byte[] key;
    private final RandomGenerator random;

    /// @param random that nobody can guess
    Seal(byte[] key, RandomGenerator random) {
        this.key = key.clone();
        this.random = random;
    }

    /// What the browser shows of a login.
    ///
    /// @param expires in seconds since 1970
    /// @param refresh empty where there is none, as with the other tokens
    record Login(String domain, String expires, String access, String id, String refresh) {
        private String text() {
            return String.join("\n", domain, expires, access, id, refresh);
        }

        @Override
        public String toString() {
            return "Login[" + domain + ", " + expires + ", redacted]";
        }
    }

    /// The signature of a login, in base64.
    String sign(Login login) {
        return Base64.getEncoder().encodeToString(hmac(login.text()));
    }

    /// Whether a signature is that of a login; in base64, or of hex in base64 as older Envoys make
    /// it. Takes as long for a wrong one as for a right one.
    boolean isSigned(Login login, String signature) {
        byte[] hmac = hmac(login.text());
        String plain = Base64.getEncoder().encodeToString(hmac);
        String hex =
                Base64.getEncoder()
                        .encodeToString(HexFormat.of().formatHex(hmac).getBytes(ISO_8859_1));
        boolean isPlain = isSame(plain, signature);
        boolean isHex = isSame(hex, signature);
        return isPlain || isHex;
    }

    /// A token that only this key's owners can have made: the nonce and its signature.
    String csrfToken(String nonce) {
        return nonce + "." + Base64.getEncoder().encodeToString(hmac(nonce));
    }

    /// Whether it is such a token.
    boolean isCsrfToken(String token) {
        int dot = token.indexOf('.');
        return dot >= 0 && isSame(csrfToken(token.substring(0, dot)), token);
    }

    /// Compares in constant time.
    static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(ISO_8859_1), other.getBytes(ISO_8859_1));
    }

    /// Encrypts a text, in base64url.
    String encrypt(String text) {
        var iv = new byte[GCM_IV];
        random.nextBytes(iv);
        byte[] cipher =
                aes(
                                "AES/GCM/NoPadding",
                                Cipher.ENCRYPT_MODE,
                                new GCMParameterSpec(GCM_TAG_BITS, iv),
                                text.getBytes(ISO_8859_1),
                                0)
                        .orElseThrow();
        var both = new byte[GCM_IV + cipher.length];
        System.arraycopy(iv, 0, both, 0, GCM_IV);
        System.arraycopy(cipher, 0, both, GCM_IV, cipher.length);
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(both);
    }

    /// What was encrypted; empty for what was not so with this key, as far as that shows.
    Optional<String> decrypt(String text) {
        boolean isMarked = text.startsWith(MARK);
        byte[] both;
        try {
            both = Base64.getUrlDecoder().decode(isMarked ? text.substring(MARK.length()) : text);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        if (both.length <= BLOCK) {
            return Optional.empty();
        }
        Optional<byte[]> plain =
                isMarked
                        ? aes(
                                "AES/GCM/NoPadding",
                                Cipher.DECRYPT_MODE,
                                new GCMParameterSpec(GCM_TAG_BITS, both, 0, GCM_IV),
                                both,
                                GCM_IV)
                        : aes(
                                "AES/CBC/PKCS5Padding",
                                Cipher.DECRYPT_MODE,
                                new IvParameterSpec(both, 0, BLOCK),
                                both,
                                BLOCK);
        return plain.map(bytes -> new String(bytes, ISO_8859_1));
    }

    /// A number that nobody can guess, in hex as Envoy writes it.
    String nonce() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }

    /// Something to prove that who exchanges a code is who had it made (RFC 7636, 4.1).
    String verifier() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// What is shown of that beforehand (RFC 7636, 4.2).
    static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(sha256(verifier.getBytes(ISO_8859_1)));
    }

    private Optional<byte[]> aes(
            String how, int mode, AlgorithmParameterSpec parameters, byte[] text, int from) {
        try {
            Cipher cipher = Cipher.getInstance(how);
            cipher.init(mode, new SecretKeySpec(sha256(key), "AES"), parameters);
            return Optional.of(cipher.doFinal(text, from, text.length - from));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private byte[] hmac(String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text.getBytes(ISO_8859_1));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Seal[redacted]";
    }
}

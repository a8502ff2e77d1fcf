package dev.heddle.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;

/// Somebody who signs tokens (JSON Web Tokens), with a key pair of its own.
///
/// @param algorithm as in `ES256`
/// @param keyId that tokens name; empty for none
public record TokenSigner(String algorithm, String keyId, KeyPair keys) {

    /// One with a new key pair.
    ///
    /// @param algorithm one of `RS…`, `PS…`, `ES…` and `EdDSA`
    public static TokenSigner of(String algorithm, String keyId) {
        try {
            return new TokenSigner(algorithm, keyId, generator(algorithm).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(algorithm + ": no such algorithm", e);
        }
    }

    private static KeyPairGenerator generator(String algorithm) throws GeneralSecurityException {
        if (algorithm.startsWith("ES")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            String curve =
                    switch (algorithm) {
                        case "ES384" -> "secp384r1";
                        case "ES512" -> "secp521r1";
                        default -> "secp256r1";
                    };
            generator.initialize(new ECGenParameterSpec(curve));
            return generator;
        }
        if (algorithm.equals("EdDSA")) {
            return KeyPairGenerator.getInstance("Ed25519");
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        return generator;
    }

    /// A token of those claims.
    ///
    /// @param claims JSON
    public String token(String claims) {
        String kid = keyId.isEmpty() ? "" : ",\"kid\":\"" + keyId + "\"";
        return signed("{\"alg\":\"" + algorithm + "\"" + kid + "}", claims);
    }

    /// A token with that header, whatever it says.
    public String signed(String header, String claims) {
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + base64(sign(signed.getBytes(StandardCharsets.UTF_8)));
    }

    private byte[] sign(byte[] bytes) {
        try {
            Signature signature = signature();
            signature.initSign(keys.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm, e);
        }
    }

    private Signature signature() throws GeneralSecurityException {
        String bits = algorithm.substring(2);
        if (algorithm.equals("EdDSA")) {
            return Signature.getInstance("Ed25519");
        }
        if (algorithm.startsWith("ES")) {
            return Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
        }
        if (algorithm.startsWith("RS")) {
            return Signature.getInstance("SHA" + bits + "withRSA");
        }
        Signature signature = Signature.getInstance("RSASSA-PSS");
        String digest = "SHA-" + bits;
        signature.setParameter(
                new PSSParameterSpec(
                        digest,
                        "MGF1",
                        new MGF1ParameterSpec(digest),
                        Integer.parseInt(bits) / 8,
                        PSSParameterSpec.TRAILER_FIELD_BC));
        return signature;
    }

    /// The key set that tokens are verified with.
    public String keySet() {
        return "{\"keys\":[" + key() + "]}";
    }

    /// The key in it.
    public String key() {
        String kid = keyId.isEmpty() ? "" : "\"kid\":\"" + keyId + "\",";
        PublicKey key = keys.getPublic();
        return switch (key) {
            case RSAPublicKey rsa ->
                    "{\"kty\":\"RSA\","
                            + kid
                            + "\"n\":\""
                            + base64(bytes(rsa.getModulus(), rsa.getModulus().bitLength() / 8))
                            + "\",\"e\":\"AQAB\"}";
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                int length = (bits + 7) / 8;
                yield "{\"kty\":\"EC\","
                        + kid
                        + "\"crv\":\"P-"
                        + bits
                        + "\",\"x\":\""
                        + base64(bytes(ec.getW().getAffineX(), length))
                        + "\",\"y\":\""
                        + base64(bytes(ec.getW().getAffineY(), length))
                        + "\"}";
            }
            case EdECPublicKey ed -> {
                byte[] big = bytes(ed.getPoint().getY(), 32);
                byte[] little = new byte[32];
                for (int i = 0; i < 32; i++) {
                    little[i] = big[31 - i];
                }
                if (ed.getPoint().isXOdd()) {
                    little[31] |= (byte) 0x80;
                }
                yield "{\"kty\":\"OKP\","
                        + kid
                        + "\"crv\":\"Ed25519\",\"x\":\""
                        + base64(little)
                        + "\"}";
            }
            default -> throw new IllegalStateException(key.getAlgorithm());
        };
    }

    /// Base64url without padding.
    public static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(BigInteger number, int length) {
        byte[] all = number.toByteArray();
        byte[] bytes = new byte[length];
        int some = Math.min(all.length, length);
        System.arraycopy(all, all.length - some, bytes, length - some, some);
        return bytes;
    }
}

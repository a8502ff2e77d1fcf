package dev.heddle.xds.token;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A key that tokens may be signed with (JWK, RFC 7517 and 7518). What kind of key it is decides
/// which algorithms it is for: a token has no say in that.
///
/// @param id empty for none
/// @param algorithm the only one it is for; empty for all of its kind
record Key(String id, String algorithm, Material material) {

    private static final int LEAST_RSA_BITS = 1_024;
    private static final int MOST_RSA_BITS = 8_192;
    private static final int ED25519_BYTES = 32;
    private static final int ED25519_SIGNATURE = 64;

    /// What verifies.
    sealed interface Material {
        record Rsa(PublicKey key) implements Material {}

        /// @param algorithm the one that its curve is for
        /// @param bytes of each half of a signature
        record Ec(PublicKey key, String algorithm, int bytes) implements Material {}

        record Ed25519(PublicKey key) implements Material {}

        record Secret(SecretKeySpec key) implements Material {}
    }

    /// Reads a key; empty for one that cannot be used.
    static Optional<Key> of(Map<?, ?> fields) {
        String id = text(fields, "kid");
        String algorithm = text(fields, "alg");
        try {
            return material(fields, algorithm)
                    .map(material -> new Key(id, algorithm, material))
                    .filter(key -> algorithm.isEmpty() || key.takes(algorithm));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    private static byte[] bytes(Map<?, ?> fields, String name) {
        byte[] bytes = Token.decoded(text(fields, name)).orElse(new byte[0]);
        if (bytes.length == 0) {
            throw new IllegalArgumentException(name + ": no base64url (expected: some)");
        }
        return bytes;
    }

    private static BigInteger number(Map<?, ?> fields, String name) {
        return new BigInteger(1, bytes(fields, name));
    }

    private static Optional<Material> material(Map<?, ?> fields, String algorithm)
            throws GeneralSecurityException {
        return switch (text(fields, "kty")) {
            case "RSA" -> rsa(number(fields, "n"), number(fields, "e"));
            case "EC" -> ec(fields, algorithm);
            case "OKP" -> ed25519(fields);
            case "oct" ->
                    Optional.of(new Material.Secret(new SecretKeySpec(bytes(fields, "k"), "HMAC")));
            default -> Optional.empty();
        };
    }

    /// Other exponents than the two that everybody has are an attack or a mistake.
    private static Optional<Material> rsa(BigInteger modulus, BigInteger exponent)
            throws GeneralSecurityException {
        boolean isUsual =
                exponent.equals(BigInteger.valueOf(3))
                        || exponent.equals(BigInteger.valueOf(65_537));
        boolean isLongEnough =
                modulus.bitLength() >= LEAST_RSA_BITS && modulus.bitLength() <= MOST_RSA_BITS;
        if (!isUsual || !isLongEnough || !modulus.testBit(0)) {
            return Optional.empty();
        }
        return Optional.of(
                new Material.Rsa(
                        KeyFactory.getInstance("RSA")
                                .generatePublic(new RSAPublicKeySpec(modulus, exponent))));
    }

    private static Optional<Material> ec(Map<?, ?> fields, String algorithm)
            throws GeneralSecurityException {
        String said = text(fields, "crv");
        String curve =
                !said.isEmpty()
                        ? said
                        : switch (algorithm) {
                            case "ES384" -> "P-384";
                            case "ES512" -> "P-521";
                            default -> "P-256";
                        };
        return switch (curve) {
            case "P-256" -> ec(fields, "secp256r1", "ES256", 32);
            case "P-384" -> ec(fields, "secp384r1", "ES384", 48);
            case "P-521" -> ec(fields, "secp521r1", "ES512", 66);
            default -> Optional.empty();
        };
    }

    private static Optional<Material> ec(
            Map<?, ?> fields, String curve, String algorithm, int bytes)
            throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve));
        ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
        var point = new ECPoint(number(fields, "x"), number(fields, "y"));
        if (!isOn(spec, point)) {
            return Optional.empty();
        }
        PublicKey key =
                KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, spec));
        return Optional.of(new Material.Ec(key, algorithm, bytes));
    }

    private static boolean isOn(ECParameterSpec spec, ECPoint point) {
        if (!(spec.getCurve().getField() instanceof ECFieldFp field)) {
            return false;
        }
        BigInteger p = field.getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right =
                x.pow(3).add(spec.getCurve().getA().multiply(x)).add(spec.getCurve().getB()).mod(p);
        return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
    }

    private static Optional<Material> ed25519(Map<?, ?> fields) throws GeneralSecurityException {
        byte[] raw = bytes(fields, "x");
        if (!text(fields, "crv").equals("Ed25519") || raw.length != ED25519_BYTES) {
            return Optional.empty();
        }
        boolean isOdd = (raw[ED25519_BYTES - 1] & 0x80) != 0;
        byte[] big = new byte[ED25519_BYTES];
        for (int i = 0; i < ED25519_BYTES; i++) {
            big[i] = raw[ED25519_BYTES - 1 - i];
        }
        big[0] &= 0x7f;
        var point = new EdECPoint(isOdd, new BigInteger(1, big));
        return Optional.of(
                new Material.Ed25519(
                        KeyFactory.getInstance("Ed25519")
                                .generatePublic(
                                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, point))));
    }

    /// Whether a token may be meant for it, by its name and by what it says of the algorithm.
    boolean isFor(Token token) {
        boolean isNamed = token.keyId().isEmpty() || id.isEmpty() || id.equals(token.keyId());
        return isNamed && (algorithm.isEmpty() || algorithm.equals(token.algorithm()));
    }

    private boolean takes(String wanted) {
        return switch (material) {
            case Material.Rsa _ -> wanted.startsWith("RS") || wanted.startsWith("PS");
            case Material.Ec ec -> wanted.equals(ec.algorithm());
            case Material.Ed25519 _ -> wanted.equals("EdDSA");
            case Material.Secret _ -> wanted.startsWith("HS");
        };
    }

    /// Whether this key has signed a token.
    JwtStatus verify(Token token) {
        if (!takes(token.algorithm())) {
            return JwtStatus.VERIFICATION_FAILS;
        }
        byte[] signature = Token.decoded(token.signature()).orElse(new byte[0]);
        byte[] signed = token.signed().getBytes(StandardCharsets.ISO_8859_1);
        try {
            return switch (material) {
                case Material.Rsa(PublicKey key) -> rsa(key, token.algorithm(), signed, signature);
                case Material.Ec ec ->
                        signature.length == 2 * ec.bytes()
                                ? verified(
                                        "SHA%swithECDSAinP1363Format"
                                                .formatted(ec.algorithm().substring(2)),
                                        ec.key(),
                                        signed,
                                        signature)
                                : JwtStatus.VERIFICATION_FAILS;
                case Material.Ed25519(PublicKey key) ->
                        signature.length == ED25519_SIGNATURE
                                ? verified("Ed25519", key, signed, signature)
                                : JwtStatus.WRONG_ED25519_LENGTH;
                case Material.Secret(SecretKeySpec key) ->
                        secret(key, token.algorithm(), signed, signature);
            };
        } catch (GeneralSecurityException e) {
            // A signature that is no signature is a wrong one.
            return JwtStatus.VERIFICATION_FAILS;
        }
    }

    private static JwtStatus rsa(PublicKey key, String algorithm, byte[] signed, byte[] signature)
            throws GeneralSecurityException {
        String bits = algorithm.substring(2);
        if (algorithm.startsWith("RS")) {
            return verified("SHA" + bits + "withRSA", key, signed, signature);
        }
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        String digest = "SHA-" + bits;
        verifier.setParameter(
                new PSSParameterSpec(
                        digest,
                        "MGF1",
                        new MGF1ParameterSpec(digest),
                        Integer.parseInt(bits) / Byte.SIZE,
                        PSSParameterSpec.TRAILER_FIELD_BC));
        return verified(verifier, key, signed, signature);
    }

    private static JwtStatus verified(String name, PublicKey key, byte[] signed, byte[] signature)
            throws GeneralSecurityException {
        return verified(Signature.getInstance(name), key, signed, signature);
    }

    private static JwtStatus verified(
            Signature verifier, PublicKey key, byte[] signed, byte[] signature)
            throws GeneralSecurityException {
        verifier.initVerify(key);
        verifier.update(signed);
        return verifier.verify(signature) ? JwtStatus.OK : JwtStatus.VERIFICATION_FAILS;
    }

    private static JwtStatus secret(
            SecretKeySpec key, String algorithm, byte[] signed, byte[] signature)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA" + algorithm.substring(2));
        mac.init(key);
        return MessageDigest.isEqual(mac.doFinal(signed), signature)
                ? JwtStatus.OK
                : JwtStatus.VERIFICATION_FAILS;
    }

    /// Without the material, which may be a secret.
    @Override
    public String toString() {
        return "Key[" + id + " " + algorithm + "]";
    }
}

package dev.heddle.xds.secret;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/// Reads private keys: PKCS #8, and the two older forms that `openssl` still writes, RSA's own
/// (PKCS #1) and that of elliptic curves (SEC 1), which are wrapped into PKCS #8 for the JDK.
final class PrivateKeyText {
    private static final byte[] RSA_ALGORITHM = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    /// `id-ecPublicKey`; the curve follows.
    private static final byte[] EC_ALGORITHM = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    private PrivateKeyText() {}

    /// The first private key of a text.
    static PrivateKey read(String text) throws UnusableMaterial {
        for (PemText.Block block : PemText.blocks(text)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return key(block.bytes());
                }
                case "RSA PRIVATE KEY" -> {
                    return key(wrapped(RSA_ALGORITHM, block.bytes()));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] curve = curveOf(block.bytes());
                    return key(wrapped(Der.sequence(EC_ALGORITHM, curve), block.bytes()));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                        throw new UnusableMaterial(
                                "is encrypted, which is not implemented (expected: a key without a"
                                        + " password)");
                default -> {
                    // EC PARAMETERS, or the certificate in the same file.
                }
            }
        }
        throw new UnusableMaterial("has no private key (expected: PEM, BEGIN PRIVATE KEY)");
    }

    private static PrivateKey key(byte[] pkcs8) throws UnusableMaterial {
        var spec = new PKCS8EncodedKeySpec(pkcs8);
        for (String algorithm : new String[] {"EC", "RSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException _) {
                // The other one, or neither: said below, without what the provider quotes.
            }
        }
        throw new UnusableMaterial("is no key of RSA or of an elliptic curve");
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return Der.sequence(VERSION_0, algorithm, Der.element(0x04, key));
    }

    /// The curve's name in SEC 1's `[0]`: an object identifier right behind that tag.
    private static byte[] curveOf(byte[] sec1) throws UnusableMaterial {
        for (int i = 0; i + 4 < sec1.length; i++) {
            if ((sec1[i] & 0xff) == 0xa0
                    && sec1[i + 2] == 0x06
                    && sec1[i + 1] == sec1[i + 3] + 2
                    && i + 4 + sec1[i + 3] <= sec1.length) {
                return Arrays.copyOfRange(sec1, i + 2, i + 4 + sec1[i + 3]);
            }
        }
        throw new UnusableMaterial("does not name its curve (expected: a named curve)");
    }
}

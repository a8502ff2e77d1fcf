package dev.heddle.xds.identity;

import dev.heddle.xds.secret.Der;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/// What is sent to an authority to get a certificate (PKCS #10, RFC 2986): a key on P-256 and a
/// signature that proves who holds it.
///
/// It says nothing of who asks. Who that is the authority finds out by itself, so a request that
/// claimed it could only be wrong. This is so little DER that no library is loaded for it.
public final class SigningRequest {
    private static final int SEQUENCE = 0x30;
    private static final byte[] VERSION = {2, 1, 0};
    private static final byte[] NO_NAME = {SEQUENCE, 0};
    private static final byte[] NO_ATTRIBUTES = {(byte) 0xa0, 0};

    /// ecdsa-with-SHA256, 1.2.840.10045.4.3.2.
    private static final byte[] ALGORITHM = {
        SEQUENCE, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2
    };

    private SigningRequest() {}

    /// A new key on P-256.
    public static KeyPair newKey() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /// The request for that key, in PEM.
    ///
    /// @param key on P-256
    public static String of(KeyPair key) {
        try {
            byte[] info =
                    Der.sequence(VERSION, NO_NAME, key.getPublic().getEncoded(), NO_ATTRIBUTES);
            var signs = Signature.getInstance("SHA256withECDSA");
            signs.initSign(key.getPrivate());
            signs.update(info);
            byte[] request = Der.sequence(info, ALGORITHM, bits(signs.sign()));
            return pem("CERTIFICATE REQUEST", request);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("key: " + e.getMessage(), e);
        }
    }

    /// DER as text.
    ///
    /// @param label as `PRIVATE KEY`
    public static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der),
                        label);
    }

    private static byte[] bits(byte[] value) {
        var content = new ByteArrayOutputStream();
        content.write(0);
        content.writeBytes(value);
        return Der.element(3, content.toByteArray());
    }
}

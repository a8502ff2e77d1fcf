package dev.heddle.xds.secret;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;

/// A certificate with its chain and its key, checked to belong together. Prints without the key.
///
/// @param chain the leaf first
public record TlsCertificate(List<X509Certificate> chain, PrivateKey key) {

    private static final int LEAST_RSA_BITS = 2048;

    /// As Envoy: smaller curves are no better than small RSA keys.
    private static final List<Integer> CURVE_BITS = List.of(256, 384, 521);

    public TlsCertificate {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("chain: [] (expected: at least the leaf)");
        }
        chain = List.copyOf(chain);
    }

    /// Reads both from PEM.
    ///
    /// @throws UnusableMaterial when one cannot be read, is too weak, or is not the other's
    public static TlsCertificate parse(String chainText, String keyText) throws UnusableMaterial {
        List<X509Certificate> chain;
        try {
            chain = PemText.certificates(chainText);
        } catch (UnusableMaterial e) {
            throw new UnusableMaterial("certificate_chain " + e.getMessage());
        }
        PrivateKey key;
        try {
            key = PrivateKeyText.read(keyText);
        } catch (UnusableMaterial e) {
            throw new UnusableMaterial("private_key " + e.getMessage());
        }
        checkStrength(chain.getFirst());
        if (!isPair(chain.getFirst(), key)) {
            throw new UnusableMaterial("private_key is not the one of certificate_chain");
        }
        return new TlsCertificate(chain, key);
    }

    private static void checkStrength(X509Certificate leaf) throws UnusableMaterial {
        switch (leaf.getPublicKey()) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() < LEAST_RSA_BITS ->
                    throw new UnusableMaterial(
                            "certificate_chain has an RSA key of "
                                    + rsa.getModulus().bitLength()
                                    + " bits (expected: at least "
                                    + LEAST_RSA_BITS
                                    + ")");
            case RSAPublicKey _ -> {}
            case ECPublicKey ec when CURVE_BITS.contains(ec.getParams().getOrder().bitLength()) -> {
                // P-256, P-384 or P-521.
            }
            default ->
                    throw new UnusableMaterial(
                            "certificate_chain has a key of "
                                    + leaf.getPublicKey().getAlgorithm()
                                    + " (expected: RSA, or ECDSA on P-256, P-384 or P-521)");
        }
    }

    private static boolean isPair(X509Certificate leaf, PrivateKey key) {
        if (leaf.getPublicKey() instanceof RSAPublicKey shown
                && key instanceof RSAPrivateKey held) {
            // Signing with it would take a millisecond.
            return shown.getModulus().equals(held.getModulus());
        }
        try {
            String algorithm = "SHA256withECDSA";
            byte[] text = {1, 2, 3};
            var signs = Signature.getInstance(algorithm);
            signs.initSign(key);
            signs.update(text);
            var checks = Signature.getInstance(algorithm);
            checks.initVerify(leaf.getPublicKey());
            checks.update(text);
            return checks.verify(signs.sign());
        } catch (GeneralSecurityException e) {
            // Keys of different kinds.
            return false;
        }
    }

    /// What a peer sees first.
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /// Whether the key is of an elliptic curve; otherwise it is of RSA.
    public boolean isElliptic() {
        return key instanceof ECPrivateKey;
    }

    @Override
    public String toString() {
        return "TlsCertificate[" + leaf().getSubjectX500Principal() + "]";
    }
}

package dev.heddle.control.ca;

import dev.heddle.xds.token.JsonText;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whom a trust domain believes, for other trust domains: a JWK set as SPIFFE has it (SPIFFE Trust
/// Domain and Bundle, section 4; RFC 7517).
public final class SpiffeBundle {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private SpiffeBundle() {}

    /// As JSON.
    ///
    /// @param hint how often it should be read again; whole seconds
    /// @param now of which `spiffe_sequence` is the seconds since 1970: a later one is greater
    public static String json(List<X509Certificate> roots, Duration hint, Instant now) {
        Map<String, @Nullable Object> bundle = new LinkedHashMap<>();
        bundle.put("keys", roots.stream().map(SpiffeBundle::key).toList());
        bundle.put("spiffe_sequence", now.getEpochSecond());
        bundle.put("spiffe_refresh_hint", hint.toSeconds());
        return JsonText.write(bundle) + "\n";
    }

    private static Map<String, @Nullable Object> key(X509Certificate root) {
        Map<String, @Nullable Object> key = new LinkedHashMap<>();
        key.put("use", "x509-svid");
        switch (root.getPublicKey()) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                int bytes = (bits + 7) / 8;
                key.put("kty", "EC");
                key.put("crv", "P-" + bits);
                key.put("x", text(ec.getW().getAffineX(), bytes));
                key.put("y", text(ec.getW().getAffineY(), bytes));
            }
            case RSAPublicKey rsa -> {
                key.put("kty", "RSA");
                key.put("n", text(rsa.getModulus(), (rsa.getModulus().bitLength() + 7) / 8));
                key.put(
                        "e",
                        text(
                                rsa.getPublicExponent(),
                                (rsa.getPublicExponent().bitLength() + 7) / 8));
            }
            default ->
                    throw new IllegalArgumentException(
                            "root: " + root.getPublicKey().getAlgorithm() + " (expected: EC, RSA)");
        }
        try {
            key.put("x5c", List.of(Base64.getEncoder().encodeToString(root.getEncoded())));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
        return key;
    }

    /// As many bytes as that, the greatest first (RFC 7518, sections 6.2.1.2 and 2).
    private static String text(BigInteger number, int bytes) {
        byte[] all = number.toByteArray();
        byte[] text = new byte[bytes];
        int length = Math.min(bytes, all.length);
        System.arraycopy(all, all.length - length, text, bytes - length, length);
        return URL.encodeToString(text);
    }
}

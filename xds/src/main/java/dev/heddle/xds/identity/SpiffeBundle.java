package dev.heddle.xds.identity;

import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.token.JsonText;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Whom a trust domain believes, as it tells other trust domains: a JWK set as SPIFFE has it
/// (SPIFFE Trust Domain and Bundle, section 4; RFC 7517). Keys for tokens, and keys of kinds that
/// nobody here knows, are passed over, as the standard asks.
///
/// @param roots at least one, each once
/// @param sequence grows with every change of a domain's bundle; empty where it is not said
/// @param refreshHint how often it should be read again, whole seconds; empty where it is not said
public record SpiffeBundle(
        List<X509Certificate> roots, Optional<Long> sequence, Optional<Duration> refreshHint) {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final String X509 = "x509-svid";
    private static final String X5C = "x5c";
    private static final String USE = "use";
    private static final String SEQUENCE = "spiffe_sequence";
    private static final String HINT = "spiffe_refresh_hint";
    private static final int LONGEST = 1 << 20;
    private static final int MOST_KEYS = 100;

    /// JSON's numbers are whole up to here.
    private static final double LARGEST = 1L << 53;

    public SpiffeBundle {
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("roots: [] (expected: one or more)");
        }
        roots = List.copyOf(new LinkedHashSet<>(roots));
    }

    /// Reads what somebody else has written.
    ///
    /// @throws UnusableMaterial when it is no bundle, or has no root, with the entry
    public static SpiffeBundle parse(String text) throws UnusableMaterial {
        if (text.length() > LONGEST) {
            throw new UnusableMaterial(
                    "bundle of %d letters (expected: at most %d)"
                            .formatted(text.length(), LONGEST));
        }
        Map<String, @Nullable Object> document =
                JsonText.object(text)
                        .orElseThrow(() ->
                                new UnusableMaterial(
                                        "bundle is no JSON object (expected: a JWK set, with no"
                                                + " key twice)"));
        return of(document);
    }

    /// Reads several, of one document: `{"trust_domains": {NAME: BUNDLE}}`, as Envoy takes them.
    ///
    /// @throws UnusableMaterial when it is none, or one of them is not usable
    public static Map<String, SpiffeBundle> parseMap(String text) throws UnusableMaterial {
        Object said = JsonText.object(text).map(it -> it.get("trust_domains")).orElse(null);
        if (!(said instanceof Map<?, ?> domains) || domains.isEmpty()) {
            throw new UnusableMaterial("is no JSON object with trust_domains");
        }
        var all = new LinkedHashMap<String, SpiffeBundle>();
        for (Map.Entry<?, ?> entry : domains.entrySet()) {
            String name = String.valueOf(entry.getKey());
            if (!(entry.getValue() instanceof Map<?, ?> bundle)) {
                throw new UnusableMaterial("trust_domains." + name + " is no JSON object");
            }
            all.put(name, of(bundle));
        }
        return all;
    }

    private static SpiffeBundle of(Map<?, ?> document) throws UnusableMaterial {
        if (!(document.get("keys") instanceof List<?> keys)) {
            throw new UnusableMaterial("bundle has no list 'keys'");
        }
        if (keys.size() > MOST_KEYS) {
            throw new UnusableMaterial(
                    "bundle has %d keys (expected: at most %d)".formatted(keys.size(), MOST_KEYS));
        }
        var roots = new LinkedHashSet<X509Certificate>();
        for (int i = 0; i < keys.size(); i++) {
            if (!(keys.get(i) instanceof Map<?, ?> key)) {
                throw new UnusableMaterial("keys[%d] is no JSON object".formatted(i));
            }
            if (X509.equals(key.get(USE)) && isKnown(key.get("kty"))) {
                roots.add(root("keys[%d]".formatted(i), key));
            }
        }
        if (roots.isEmpty()) {
            throw new UnusableMaterial(
                    "bundle has no root (expected: a key with use 'x509-svid' and kty EC or RSA)");
        }
        return new SpiffeBundle(
                List.copyOf(roots),
                whole(document, SEQUENCE),
                whole(document, HINT).filter(s -> s > 0).map(Duration::ofSeconds));
    }

    private static boolean isKnown(@Nullable Object kind) {
        return "EC".equals(kind) || "RSA".equals(kind);
    }

    private static Optional<Long> whole(Map<?, ?> document, String name) throws UnusableMaterial {
        Object said = document.get(name);
        if (said == null) {
            return Optional.empty();
        }
        if (!(said instanceof Double number)
                || number < 0
                || number > LARGEST
                || number != Math.rint(number)) {
            throw new UnusableMaterial(
                    "%s: %s (expected: a whole number from 0 to 2^53)".formatted(name, said));
        }
        return Optional.of(number.longValue());
    }

    private static X509Certificate root(String at, Map<?, ?> key) throws UnusableMaterial {
        if (!(key.get(X5C) instanceof List<?> chain)
                || chain.size() != 1
                || !(chain.getFirst() instanceof String base64)) {
            throw new UnusableMaterial(at + ".x5c (expected: exactly one certificate)");
        }
        X509Certificate root;
        try {
            root =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(
                                                    Base64.getDecoder().decode(base64)));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new UnusableMaterial(at + ".x5c[0] is no certificate in base64");
        }
        if (root.getBasicConstraints() < 0) {
            throw new UnusableMaterial(at + ".x5c[0] may sign nothing (expected: CA:TRUE)");
        }
        // RFC 7517 4.7: the certificate's key is the one that the entry says.
        for (Map.Entry<String, String> expected : parameters(root).entrySet()) {
            if (!expected.getValue().equals(key.get(expected.getKey()))) {
                throw new UnusableMaterial(
                        "%s.%s is not that of its certificate".formatted(at, expected.getKey()));
            }
        }
        return root;
    }

    /// As JSON.
    public String json() {
        Map<String, @Nullable Object> bundle = new LinkedHashMap<>();
        bundle.put("keys", roots.stream().map(SpiffeBundle::key).toList());
        sequence.ifPresent(number -> bundle.put(SEQUENCE, number));
        refreshHint.ifPresent(hint -> bundle.put(HINT, hint.toSeconds()));
        return JsonText.write(bundle) + "\n";
    }

    /// Certificates in PEM.
    public static String pem(Collection<X509Certificate> roots) {
        return roots.stream()
                .map(root -> SigningRequest.pem("CERTIFICATE", encoded(root)))
                .collect(Collectors.joining());
    }

    private static Map<String, @Nullable Object> key(X509Certificate root) {
        Map<String, @Nullable Object> key = new LinkedHashMap<>();
        key.put(USE, X509);
        try {
            key.putAll(parameters(root));
        } catch (UnusableMaterial e) {
            throw new IllegalArgumentException("root: " + e.getMessage(), e);
        }
        key.put(X5C, List.of(Base64.getEncoder().encodeToString(encoded(root))));
        return key;
    }

    /// What a JWK says of a key (RFC 7518, 6).
    private static Map<String, String> parameters(X509Certificate root) throws UnusableMaterial {
        Map<String, String> key = new LinkedHashMap<>();
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
                    throw new UnusableMaterial(
                            "key of "
                                    + root.getPublicKey().getAlgorithm()
                                    + " (expected: EC or RSA)");
        }
        return key;
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
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

package dev.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallersTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final SpiffeId.Account WEB = new SpiffeId.Account("shop", "web");
    private static final KeyPair ROOT = SigningRequest.newKey();
    private static final X509Certificate ROOT_CERTIFICATE =
            CertificateProfile.root(ROOT, "cluster.local", NOW, Duration.ofDays(1));

    @TempDir Path dir = Path.of("");

    private Callers callers(Optional<ServiceAccountTokens> accounts) {
        return new Callers("cluster.local", new JoinTokens(dir), accounts);
    }

    private Optional<SpiffeId> found(Callers callers, String token, Instant now) {
        return callers.find(Optional.of(token), Optional.empty(), now)
                        instanceof Callers.Found.Known(SpiffeId id, _)
                ? Optional.of(id)
                : Optional.empty();
    }

    @Test
    void aJoinTokenIsGoodForItsAccountAsOftenAsItWasMadeFor() throws IOException {
        String token =
                new JoinTokens(dir)
                        .make(
                                new JoinTokens.Grant(WEB, 2, NOW.plus(Duration.ofHours(1))),
                                ROOT_CERTIFICATE);
        Callers callers = callers(Optional.empty());

        Optional<SpiffeId> id = found(callers, token, NOW);

        assertThat(id).hasValue(SpiffeId.ofAccount("cluster.local", "shop", "web"));
        assertThat(found(callers, token, NOW)).isPresent();
        assertThat(found(callers, token, NOW)).isEmpty();
    }

    @Test
    void aJoinTokenEndsAndCannotBeGuessed() throws IOException {
        var tokens = new JoinTokens(dir);
        String token = tokens.make(JoinTokens.usual(WEB, NOW), ROOT_CERTIFICATE);
        String[] parts = token.split("\\.", -1);
        Callers callers = callers(Optional.empty());

        for (String other :
                List.of(
                        String.join(".", parts[0], parts[1], another(parts[2]), parts[3]),
                        String.join(".", parts[0], "0".repeat(16), parts[2], parts[3]),
                        String.join(".", parts[0], "../" + parts[1], parts[2], parts[3]),
                        "heddle-join.",
                        "")) {
            assertThat(found(callers, other, NOW)).as(other).isEmpty();
        }
        assertThat(found(callers, token, NOW.plus(Duration.ofDays(1)))).isEmpty();
        assertThat(found(callers, token, NOW)).as("it was deleted").isEmpty();
    }

    /// A secret that differs in its first letter.
    private static String another(String secret) {
        return (secret.startsWith("x") ? "y" : "x") + secret.substring(1);
    }

    @Test
    void theSecretOfAJoinTokenIsInNoFile() throws IOException {
        String token = new JoinTokens(dir).make(JoinTokens.usual(WEB, NOW), ROOT_CERTIFICATE);
        String secret = token.split("\\.", -1)[2];

        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).doesNotContain(secret).contains("account web");
            }
        }
        assertThatThrownBy(() ->
                        new JoinTokens(dir)
                                .make(JoinTokens.usual(CaServer.SELF, NOW), ROOT_CERTIFICATE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCertificateOfTheMeshSaysWhoCallsAndOfAnotherNothing() {
        var issuer =
                new Issuer(List.of(ROOT_CERTIFICATE), ROOT.getPrivate(), List.of(ROOT_CERTIFICATE));
        Callers callers = callers(Optional.empty());
        Map<String, Boolean> rows =
                Map.of(
                        "spiffe://cluster.local/ns/shop/sa/web", true,
                        "spiffe://elsewhere/ns/shop/sa/web", false,
                        "spiffe://cluster.local/other", false);
        rows.forEach((uri, isKnown) -> {
            X509Certificate certificate =
                    CertificateProfile.leaf(
                            issuer,
                            SigningRequest.newKey().getPublic(),
                            new CertificateProfile.Subject(uri, List.of()),
                            NOW,
                            NOW.plus(Duration.ofHours(1)));
            assertThat(
                            callers.find(Optional.empty(), Optional.of(certificate), NOW)
                                    instanceof Callers.Found.Known)
                    .as(uri)
                    .isEqualTo(isKnown);
        });
    }

    private static String b64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] unsigned(java.math.BigInteger number) {
        byte[] bytes = number.toByteArray();
        var out = new byte[32];
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, out, 32 - (bytes.length - from), bytes.length - from);
        return out;
    }

    private static String jwks(KeyPair key) {
        var point = ((ECPublicKey) key.getPublic()).getW();
        return """
        {"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "x": "%s", "y": "%s"}]}
        """
                .formatted(b64(unsigned(point.getAffineX())), b64(unsigned(point.getAffineY())));
    }

    private static String jwt(KeyPair key, String head, Map<String, String> changes)
            throws Exception {
        var claims = new HashMap<String, String>();
        claims.put("iss", "\"https://kubernetes.default.svc\"");
        claims.put("aud", "[\"istio-ca\"]");
        claims.put("sub", "\"system:serviceaccount:shop:web\"");
        claims.put("exp", String.valueOf(NOW.getEpochSecond() + 600));
        claims.putAll(changes);
        claims.values().removeIf(String::isEmpty);
        var body = new StringBuilder("{");
        claims.forEach((k, v) ->
                body.append(body.length() == 1 ? "" : ",")
                        .append('"')
                        .append(k)
                        .append("\":")
                        .append(v));
        String text =
                b64(head.getBytes(StandardCharsets.UTF_8))
                        + "."
                        + b64(body.append('}').toString().getBytes(StandardCharsets.UTF_8));
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key.getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + b64(signature.sign());
    }

    @Test
    void aServiceAccountTokenIsBelievedWhereAllOfItFits() throws Exception {
        KeyPair key = SigningRequest.newKey();
        String head = "{\"alg\":\"ES256\",\"kid\":\"one\"}";
        Callers callers =
                callers(
                        Optional.of(
                                ServiceAccountTokens.of(
                                        "https://kubernetes.default.svc", "istio-ca", jwks(key))));

        assertThat(found(callers, jwt(key, head, Map.of()), NOW))
                .hasValue(SpiffeId.ofAccount("cluster.local", "shop", "web"));

        long now = NOW.getEpochSecond();
        for (Map<String, String> change :
                List.of(
                        Map.of("iss", "\"https://kubernetes.default.svc/\""),
                        Map.of("aud", "\"other\""),
                        Map.of("aud", "\"istio-ca2\""),
                        Map.of("exp", ""),
                        Map.of("exp", String.valueOf(now - 61)),
                        Map.of("nbf", String.valueOf(now + 61)),
                        Map.of("exp", "1e400"),
                        Map.of("sub", "\"system:serviceaccount:shop\""),
                        Map.of("sub", "\"system:serviceaccount:a/b:../web\""),
                        Map.of("sub", "\"web\""))) {
            assertThat(found(callers, jwt(key, head, change), NOW)).as("%s", change).isEmpty();
        }
        assertThat(found(callers, jwt(SigningRequest.newKey(), head, Map.of()), NOW)).isEmpty();
        for (String other :
                List.of(
                        "{\"alg\":\"none\",\"kid\":\"one\"}",
                        "{\"alg\":\"HS256\",\"kid\":\"one\"}",
                        "{\"alg\":\"ES256\",\"kid\":\"two\"}",
                        "{\"alg\":\"ES256\"}",
                        "[".repeat(3_000))) {
            assertThat(found(callers, jwt(key, other, Map.of()), NOW)).as(other).isEmpty();
        }
        assertThat(found(callers, "x".repeat(1 << 20), NOW)).isEmpty();
    }
}

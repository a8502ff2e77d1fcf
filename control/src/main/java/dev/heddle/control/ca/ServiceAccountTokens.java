package dev.heddle.control.ca;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.heddle.xds.identity.SpiffeId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Tokens of Kubernetes' service accounts (JWT, RFC 7519): signed by the API server, of which the
/// keys are known (JWKS), for an audience, and out of date soon.
///
/// @param issuer that they must name
/// @param audience of which they must be
/// @param keys by their ids
public record ServiceAccountTokens(String issuer, String audience, Map<String, Key> keys) {
    private static final int LONGEST = 16 << 10;
    private static final Duration SKEW = Duration.ofSeconds(60);
    private static final String SUBJECT = "system:serviceaccount:";

    public ServiceAccountTokens {
        keys = Map.copyOf(keys);
    }

    /// A key, and the one algorithm that it is for: which one a token names chooses nothing.
    ///
    /// @param algorithm `RS256` or `ES256`
    public record Key(String algorithm, PublicKey key) {}

    /// Those signed by the keys of a JWKS. Keys of other kinds are left out.
    ///
    /// @throws IllegalArgumentException when it is none, or has no key that can be used
    public static ServiceAccountTokens of(String issuer, String audience, String jwks) {
        var keys = new HashMap<String, Key>();
        try {
            for (JsonElement element :
                    JsonParser.parseString(jwks).getAsJsonObject().getAsJsonArray("keys")) {
                JsonObject jwk = element.getAsJsonObject();
                key(jwk).ifPresent(key -> keys.put(text(jwk, "kid"), key));
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            throw new IllegalArgumentException("jwks: no JSON Web Key Set (RFC 7517)", e);
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("jwks: no key (expected: RSA, or EC on P-256)");
        }
        return new ServiceAccountTokens(issuer, audience, keys);
    }

    private static Optional<Key> key(JsonObject jwk) {
        try {
            return switch (text(jwk, "kty")) {
                case "RSA" ->
                        Optional.of(
                                new Key(
                                        "RS256",
                                        KeyFactory.getInstance("RSA")
                                                .generatePublic(
                                                        new RSAPublicKeySpec(
                                                                number(jwk, "n"),
                                                                number(jwk, "e")))));
                case "EC" -> {
                    if (!text(jwk, "crv").equals("P-256")) {
                        yield Optional.empty();
                    }
                    var parameters = AlgorithmParameters.getInstance("EC");
                    parameters.init(new ECGenParameterSpec("secp256r1"));
                    var point = new ECPoint(number(jwk, "x"), number(jwk, "y"));
                    var curve = parameters.getParameterSpec(ECParameterSpec.class);
                    yield Optional.of(
                            new Key(
                                    "ES256",
                                    KeyFactory.getInstance("EC")
                                            .generatePublic(new ECPublicKeySpec(point, curve))));
                }
                default -> Optional.empty();
            };
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static BigInteger number(JsonObject jwk, String field) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(text(jwk, field)));
    }

    /// Whose token it is; empty where it is not to be believed.
    Optional<SpiffeId.Account> account(String token, Instant now) {
        String[] parts = token.split("\\.", -1);
        if (token.length() > LONGEST || parts.length != 3) {
            return Optional.empty();
        }
        try {
            JsonObject head = json(parts[0]);
            JsonObject claims = json(parts[1]);
            Key key = keys.get(text(head, "kid"));
            boolean isSigned =
                    key != null
                            && key.algorithm().equals(text(head, "alg"))
                            && isSigned(parts, key);
            return isSigned && isForUs(claims, now) ? named(claims) : Optional.empty();
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | StackOverflowError _) {
            return Optional.empty();
        }
    }

    private static JsonObject json(String part) {
        return JsonParser.parseString(
                        new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    private static boolean isSigned(String[] parts, Key key) {
        try {
            var signature =
                    Signature.getInstance(
                            key.algorithm().equals("RS256")
                                    ? "SHA256withRSA"
                                    : "SHA256withECDSAinP1363Format");
            signature.initVerify(key.key());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// One without an end is not believed.
    private boolean isForUs(JsonObject claims, Instant now) {
        JsonElement end = claims.get("exp");
        if (end == null || !text(claims, "iss").equals(issuer) || !isFor(claims.get("aud"))) {
            return false;
        }
        boolean isOver = !now.isBefore(Instant.ofEpochSecond(end.getAsLong()).plus(SKEW));
        JsonElement begin = claims.get("nbf");
        boolean isEarly =
                begin != null && now.isBefore(Instant.ofEpochSecond(begin.getAsLong()).minus(SKEW));
        return !isOver && !isEarly;
    }

    private boolean isFor(@org.jspecify.annotations.Nullable JsonElement said) {
        if (said instanceof JsonArray several) {
            return several.asList().stream().anyMatch(this::isFor);
        }
        return said != null && said.isJsonPrimitive() && said.getAsString().equals(audience);
    }

    private static Optional<SpiffeId.Account> named(JsonObject claims) {
        String subject = text(claims, "sub");
        String[] parts =
                subject.startsWith(SUBJECT)
                        ? subject.substring(SUBJECT.length()).split(":", -1)
                        : new String[0];
        return parts.length == 2
                ? Optional.of(new SpiffeId.Account(parts[0], parts[1]))
                : Optional.empty();
    }

    private static String text(JsonObject of, String field) {
        JsonElement found = of.get(field);
        return found != null && found.isJsonPrimitive() ? found.getAsString() : "";
    }
}

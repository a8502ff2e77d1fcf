package dev.heddle.xds.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import dev.heddle.testkit.TokenSigner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
    private static final String CLAIMS = "{\"iss\":\"me\",\"sub\":\"ann\",\"exp\":4102444800}";
    private static final TokenSigner SIGNER = TokenSigner.of("ES256", "one");

    private static JwtStatus verify(String token, String keys) {
        return switch (Token.read(token)) {
            case Token.Read.Bad(JwtStatus why) -> why;
            case Token.Read.Good(Token good) -> KeySet.of(keys).verify(good);
        };
    }

    private static Token good(String claims) {
        return switch (Token.read(SIGNER.token(claims))) {
            case Token.Read.Bad(JwtStatus why) -> throw new AssertionError(why);
            case Token.Read.Good(Token token) -> token;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                "EdDSA"
            })
    void whatAKeySignedIsBelievedAndNothingElse(String algorithm) {
        TokenSigner signer = TokenSigner.of(algorithm, "one");
        TokenSigner other = TokenSigner.of(algorithm, "one");
        String token = signer.token(CLAIMS);
        assertThat(verify(token, signer.keySet())).isEqualTo(JwtStatus.OK);
        assertThat(verify(token, other.keySet())).isEqualTo(JwtStatus.VERIFICATION_FAILS);
        assertThat(verify(token, TokenSigner.of(algorithm, "two").keySet()))
                .isEqualTo(JwtStatus.NO_SUCH_KEY);
        assertThat(verify(token, "{\"keys\":[" + other.key() + "," + signer.key() + "]}"))
                .isEqualTo(JwtStatus.OK);
        String[] parts = token.split("\\.", -1);
        String mallory = TokenSigner.base64(CLAIMS.replace("ann", "root"));
        assertThat(verify(parts[0] + "." + mallory + "." + parts[2], signer.keySet()))
                .isEqualTo(JwtStatus.VERIFICATION_FAILS);
    }

    @Test
    void aTokenHasNoSayInWhatKindOfKeyItsKeyIs() throws Exception {
        TokenSigner rsa = TokenSigner.of("RS256", "");
        byte[] publicKey = rsa.keySet().getBytes(StandardCharsets.UTF_8);
        for (String algorithm : List.of("HS256", "HS384", "HS512")) {
            String signed =
                    TokenSigner.base64("{\"alg\":\"" + algorithm + "\"}")
                            + "."
                            + TokenSigner.base64(CLAIMS);
            Mac mac = Mac.getInstance("HmacSHA" + algorithm.substring(2));
            mac.init(new SecretKeySpec(publicKey, "HMAC"));
            String signature =
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
            assertThat(verify(signed + "." + signature, rsa.keySet()))
                    .isEqualTo(JwtStatus.VERIFICATION_FAILS);
        }
        // Another algorithm's name on a signature that is good.
        for (String algorithm : List.of("PS256", "RS384", "ES256", "EdDSA")) {
            assertThat(verify(rsa.signed("{\"alg\":\"" + algorithm + "\"}", CLAIMS), rsa.keySet()))
                    .isEqualTo(JwtStatus.VERIFICATION_FAILS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "", "HS1", "RS256 ", "ES256K", "dir"})
    void anAlgorithmThatIsNoneIsRefused(String algorithm) {
        String unsigned =
                TokenSigner.base64("{\"alg\":\"" + algorithm + "\"}")
                        + "."
                        + TokenSigner.base64(CLAIMS);
        assertThat(verify(unsigned + ".", SIGNER.keySet())).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(verify(unsigned + ".AA", SIGNER.keySet()))
                .isEqualTo(JwtStatus.HEADER_UNKNOWN_ALG);
        assertThat(
                        verify(
                                SIGNER.signed("{\"alg\":\"" + algorithm + "\"}", CLAIMS),
                                SIGNER.keySet()))
                .isEqualTo(JwtStatus.HEADER_UNKNOWN_ALG);
    }

    @Test
    void signaturesOfZeroesAndOfWrongLengthsAreRefused() {
        String token = SIGNER.token(CLAIMS);
        String signed = token.substring(0, token.lastIndexOf('.'));
        for (int length : new int[] {1, 32, 63, 64, 65, 72, 96, 132, 4_096}) {
            for (int fill : new int[] {0, 1, 0xff}) {
                byte[] signature = new byte[length];
                java.util.Arrays.fill(signature, (byte) fill);
                String text = Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
                assertThat(verify(signed + "." + text, SIGNER.keySet()))
                        .isEqualTo(JwtStatus.VERIFICATION_FAILS);
            }
        }
        TokenSigner ed = TokenSigner.of("EdDSA", "");
        String edToken = ed.token(CLAIMS);
        assertThat(verify(edToken.substring(0, edToken.length() - 4), ed.keySet()))
                .isEqualTo(JwtStatus.WRONG_ED25519_LENGTH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|BAD_FORMAT",
                "a.b|BAD_FORMAT",
                "a..c|BAD_FORMAT",
                "a.b.c.d|BAD_FORMAT",
                "!.e30.AA|HEADER_BAD_BASE64",
                "e30.e30.AA|HEADER_BAD_ALG",
                "bm90anNvbg.e30.AA|HEADER_BAD_JSON"
            })
    void whatIsNoTokenIsRefused(String text, JwtStatus expected) {
        assertThat(verify(text, SIGNER.keySet())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"iss\":1}|ISS_NO_TEXT",
                "{\"sub\":[]}|SUB_NO_TEXT",
                "{\"jti\":{}}|JTI_NO_TEXT",
                "{\"aud\":1}|AUD_NO_TEXT",
                "{\"aud\":[\"a\",1]}|AUD_NO_TEXT",
                "{\"exp\":\"soon\"}|EXP_NO_NUMBER",
                "{\"exp\":-1}|EXP_OUT_OF_RANGE",
                "{\"exp\":1e20}|EXP_OUT_OF_RANGE",
                "{\"nbf\":null}|NBF_NO_NUMBER",
                "{\"iat\":-0.5}|IAT_OUT_OF_RANGE",
                "[]|PAYLOAD_BAD_JSON",
                "{\"a\":1,\"a\":2}|PAYLOAD_BAD_JSON",
                "{\"a\":1e999}|PAYLOAD_BAD_JSON",
                "{\"a\":01}|PAYLOAD_BAD_JSON",
                "{} x|PAYLOAD_BAD_JSON"
            })
    void claimsThatAreNotWhatTheyMustBeAreRefused(String claims, JwtStatus expected) {
        assertThat(verify(SIGNER.token(claims), SIGNER.keySet())).isEqualTo(expected);
    }

    @Test
    void nestingAndSizeExhaustNothing() {
        String deep = "[".repeat(100_000);
        assertThat(verify(SIGNER.token("{\"a\":" + deep), SIGNER.keySet()))
                .isEqualTo(JwtStatus.PAYLOAD_BAD_JSON);
        assertThat(verify(SIGNER.token("{\"a\":".repeat(100_000)), SIGNER.keySet()))
                .isEqualTo(JwtStatus.PAYLOAD_BAD_JSON);
        String large = "{\"iss\":\"" + "x".repeat(1 << 20) + "\"}";
        assertThat(verify(SIGNER.token(large), SIGNER.keySet())).isEqualTo(JwtStatus.OK);
        assertThat(KeySet.of("{\"keys\":" + deep).size()).isZero();
    }

    @Test
    void aChangedTokenIsNeverBelievedAndNeverBreaksAnything() {
        Seed seed = Seed.ofRun();
        RandomGenerator random = seed.random();
        String token = SIGNER.token(CLAIMS);
        var believed = new ArrayList<String>();
        for (int i = 0; i < 5_000; i++) {
            var changed = new StringBuilder(token);
            int edits = 1 + random.nextInt(3);
            for (int e = 0; e < edits && !changed.isEmpty(); e++) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(4)) {
                    case 0 -> changed.setCharAt(at, (char) (random.nextInt(95) + 32));
                    case 1 -> changed.deleteCharAt(at);
                    case 2 -> changed.insert(at, (char) random.nextInt(256));
                    default -> changed.setLength(at);
                }
            }
            String text = changed.toString();
            if (verify(text, SIGNER.keySet()) == JwtStatus.OK && !isSame(text, token)) {
                believed.add(text);
            }
        }
        assertThat(believed).as(seed.toString()).isEmpty();
    }

    /// The last character of a part of base64 may have bits that no byte has.
    private static boolean isSame(String text, String token) {
        int dot = token.lastIndexOf('.');
        if (!text.startsWith(token.substring(0, dot + 1))) {
            return false;
        }
        byte[] one = Base64.getUrlDecoder().decode(text.substring(dot + 1));
        byte[] other = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        return java.util.Arrays.equals(one, other);
    }

    @Test
    void keysThatAreNoneAreLeftOut() {
        String good = SIGNER.key();
        for (String bad :
                List.of(
                        "{}",
                        "1",
                        "{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}",
                        "{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}",
                        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
                        "{\"kty\":\"EC\",\"crv\":\"P-1\",\"x\":\"AQ\",\"y\":\"AQ\"}",
                        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AQ\"}",
                        "{\"kty\":\"oct\",\"k\":\"\"}",
                        good.replace("\"kty\"", "\"alg\":\"RS256\",\"kty\""))) {
            assertThat(KeySet.of("{\"keys\":[" + bad + "," + good + "]}").size())
                    .as(bad)
                    .isEqualTo(1);
        }
        assertThat(KeySet.of("nothing").size()).isZero();
        assertThat(verify(SIGNER.token(CLAIMS), "nothing")).isEqualTo(JwtStatus.NO_VALID_KEYS);
    }

    @Test
    void timesCountWithinTheSkewOfClocks() {
        Token token = good("{\"nbf\":1000,\"exp\":2000}");
        assertThat(token.at(939, 60)).isEqualTo(JwtStatus.NOT_YET_VALID);
        assertThat(token.at(940, 60)).isEqualTo(JwtStatus.OK);
        assertThat(token.at(2_060, 60)).isEqualTo(JwtStatus.OK);
        assertThat(token.at(2_061, 60)).isEqualTo(JwtStatus.EXPIRED);
        assertThat(good("{}").at(Long.MAX_VALUE / 2, 0)).isEqualTo(JwtStatus.OK);
    }

    @Test
    void audiencesAreComparedWithoutSchemeAndSlash() {
        assertThat(good("{\"aud\":\"https://shop/\"}").isFor(List.of("shop"))).isTrue();
        assertThat(good("{\"aud\":[\"a\",\"shop\"]}").isFor(List.of("http://shop"))).isTrue();
        assertThat(good("{\"aud\":\"shopping\"}").isFor(List.of("shop"))).isFalse();
        assertThat(good("{}").isFor(List.of("shop"))).isFalse();
        assertThat(good("{}").isFor(List.of())).isTrue();
    }

    @Test
    void claimsBecomeTextsOfHeaders() {
        Token token =
                good(
                        """
                        {"text":"a","number":42,"part":0.5,"truth":true,"list":[1,"b"],"nothing":null,
                         "line":"a\\r\\nb","deep":{"in":{"here":"c"}}}\
                        """);
        assertThat(token.claimText("text")).isEqualTo("a");
        assertThat(token.claimText("number")).isEqualTo("42");
        assertThat(token.claimText("part")).isEqualTo("0.500000");
        assertThat(token.claimText("truth")).isEqualTo("true");
        assertThat(
                        new String(
                                Base64.getDecoder().decode(token.claimText("list")),
                                StandardCharsets.UTF_8))
                .isEqualTo("[1,\"b\"]");
        assertThat(token.claimText("deep.in.here")).isEqualTo("c");
        assertThat(token.claimText("nothing")).isEmpty();
        assertThat(token.claimText("line")).isEmpty();
        assertThat(token.claimText("deep.text")).isEmpty();
    }
}

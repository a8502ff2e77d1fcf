package dev.heddle.proxy.filter.oauth2;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Values that OpenSSL, Python and Envoy 1.40 have made of the same keys.
class SealTest {
    private static final String ENCRYPTED =
            "AAECAwQFBgcICQoLDA0OD0EkuktZfske_7QwxzGSMyE_2ReeE0SlkfD3B5fITy0q";

    private final Seal seal =
            new Seal("0123456789abcdef0123456789abcdef".getBytes(US_ASCII), new Random(1));
    private final Seal other = new Seal("0123456789abcdef".getBytes(US_ASCII), new Random(1));

    private static Seal.Login login(String domain, String expires, String refresh) {
        return new Seal.Login(domain, expires, "access", "id", refresh);
    }

    @Test
    void loginsAreSignedAsEnvoyDoesIt() {
        assertThat(seal.sign(login("shop.example", "1700000000", "refresh")))
                .isEqualTo("ZHp6kli/SZQOV/Gmbds4t1t29OhvmUs9bpgXn6h4fx4=");
        assertThat(seal.sign(new Seal.Login("shop.example", "1700000000", "access", "", "")))
                .isEqualTo("RkKsn60zOh5aP52hELvCEueiBlmEO6zAcRSZ2BP0ulc=");
    }

    @Test
    void aSignatureIsGoodForThatLoginAlone() {
        String plain = seal.sign(login("shop.example", "1700000000", "refresh"));
        String hex =
                "NjQ3YTdhOTI1OGJmNDk5NDBlNTdmMWE2NmRkYjM4Yjc1Yjc2ZjRlODZmOTk0YjNkNmU5ODE3OWZhODc4N2YxZQ==";
        for (String good : new String[] {plain, hex}) {
            assertThat(seal.isSigned(login("shop.example", "1700000000", "refresh"), good))
                    .isTrue();
            assertThat(seal.isSigned(login("bank.example", "1700000000", "refresh"), good))
                    .isFalse();
            assertThat(seal.isSigned(login("shop.example", "1700000001", "refresh"), good))
                    .isFalse();
            assertThat(seal.isSigned(login("shop.example", "1700000000", ""), good)).isFalse();
            assertThat(other.isSigned(login("shop.example", "1700000000", "refresh"), good))
                    .isFalse();
        }
        for (String bad :
                new String[] {"", "x", plain + "=", plain.toLowerCase(Locale.ROOT), "\u00ff"}) {
            assertThat(seal.isSigned(login("shop.example", "1700000000", "refresh"), bad))
                    .as(bad)
                    .isFalse();
        }
    }

    @Test
    void tokensAgainstForgeryAreSignedAsEnvoyDoesIt() {
        String token = "00000000deadbeef.mpTI5JpjtGex3I8XpfOnvqz8m19UUt/WSBfODaq6WaQ=";
        assertThat(seal.csrfToken("00000000deadbeef")).isEqualTo(token);
        assertThat(seal.isCsrfToken(token)).isTrue();
        assertThat(other.isCsrfToken(token)).isFalse();
        assertThat(seal.isCsrfToken("00000000deadbeee" + token.substring(16))).isFalse();
        assertThat(seal.isCsrfToken("00000000deadbeef")).isFalse();
        assertThat(seal.isCsrfToken("")).isFalse();
    }

    @Test
    void whatOpenSslEncryptedIsDecrypted() {
        assertThat(seal.decrypt(ENCRYPTED)).contains("a-token-of-some-length");
        assertThat(other.decrypt(ENCRYPTED)).isNotEqualTo(Optional.of("a-token-of-some-length"));
    }

    @Test
    void whatEnvoyEncryptedIsDecrypted() {
        String cookie =
                "gcm.0_RrJr09IOujO8hEQmW48WdR2fu0yBAUWUeSz4MFSKUu8ueMn4LUzv8QOFJF7bet5TdcpTKkFHVTqlfkQEcyKpVvtMrBuyU";
        var envoys = new Seal("abcdef".getBytes(US_ASCII), new Random(1));
        assertThat(envoys.decrypt(cookie)).contains("AsZmuRgi-wDnPM15MoFyI8KkjEl9VDq6I1zTwrktAIU");
        assertThat(seal.decrypt(cookie)).isEmpty();
        assertThat(envoys.decrypt(cookie.replace("pVvtM", "pVvtN"))).isEmpty();
        assertThat(envoys.decrypt(cookie.replace("0_RrJ", "0_RrK"))).isEmpty();
        assertThat(envoys.decrypt(cookie.substring(4))).isEmpty();
    }

    @Test
    void whatIsEncryptedIsAnotherTextEachTime() {
        String once = seal.encrypt("a token");
        String again = seal.encrypt("a token");
        assertThat(once).isNotEqualTo(again).matches("gcm\\.[A-Za-z0-9_-]+");
        assertThat(seal.decrypt(once)).contains("a token");
        assertThat(seal.decrypt(again)).contains("a token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "%%%",
                "gcm.",
                "gcm.%",
                "gcm.AAECAwQFBgcICQoLDA0OD0EkuktZfske",
                "AAECAwQFBgcICQoLDA0ODw",
                "AAECAwQFBgcICQoLDA0OD0EkuktZfske",
                "AAECAwQFBgcICQoLDA0OD0EkuktZfske_7QwxzGSMyE_2ReeE0SlkfD3B5fITy0r\u00ff"
            })
    void whatNobodyEncryptedIsNothing(String text) {
        assertThat(seal.decrypt(text)).isEmpty();
    }

    /// RFC 7636, appendix B.
    @Test
    void challengesAreThoseOfTheStandard() {
        assertThat(Seal.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
                .isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assertThat(seal.verifier()).matches("[A-Za-z0-9_-]{43}");
    }

    @Test
    void nothingPrintsSecrets() {
        assertThat(seal.toString() + login("a", "1", "refresh"))
                .doesNotContain("0123456789")
                .doesNotContain("refresh")
                .doesNotContain("access");
    }
}

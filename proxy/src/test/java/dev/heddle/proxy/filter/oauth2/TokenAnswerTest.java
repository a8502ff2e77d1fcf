package dev.heddle.proxy.filter.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAnswerTest {
    private static TokenAnswer read(String body) {
        return TokenAnswer.read(200, body, Duration.ZERO);
    }

    @Test
    void tokensAreWhatTheServerSays() {
        assertThat(
                        read(
                                "{\"access_token\":\"a\",\"id_token\":\"i\",\"refresh_token\":\"r\",\"expires_in\":60,\"scope\":[]}"))
                .isEqualTo(new TokenAnswer.Tokens("a", "i", "r", 60));
        assertThat(read("{\"access_token\":\"a\",\"expires_in\":\"60\",\"id_token\":null}"))
                .isEqualTo(new TokenAnswer.Tokens("a", "", "", 60));
        assertThat(TokenAnswer.read(200, "{\"access_token\":\"a\"}", Duration.ofHours(1)))
                .isEqualTo(new TokenAnswer.Tokens("a", "", "", 3600));
        assertThat(read("{\"access_token\":\"a\",\"expires_in\":1e300}"))
                .isEqualTo(new TokenAnswer.Tokens("a", "", "", Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "no JSON",
                "{}",
                "{\"access_token\":\"\",\"expires_in\":60}",
                "{\"access_token\":1,\"expires_in\":60}",
                "{\"access_token\":\"a\"}",
                "{\"access_token\":\"a\",\"expires_in\":0}",
                "{\"access_token\":\"a\",\"expires_in\":-60}",
                "{\"access_token\":\"a\",\"expires_in\":\"soon\"}",
                "{\"access_token\":\"a\",\"expires_in\":true}",
                "{\"access_token\":\"a\\r\\nset-cookie: b=c\",\"expires_in\":60}",
                "{\"access_token\":\"a; b=c\",\"expires_in\":60}",
                "{\"access_token\":\"a\",\"id_token\":\"\\u0000\",\"expires_in\":60}",
                "{\"access_token\":\"a\",\"refresh_token\":[\"r\"],\"expires_in\":60}"
            })
    void whatCannotBeUsedIsNothing(String body) {
        assertThat(read(body))
                .isInstanceOfSatisfying(
                        TokenAnswer.None.class, none -> assertThat(none.isRefusal()).isFalse());
    }

    @Test
    void aServerThatSaysNoIsNotListenedTo() {
        assertThat(
                        TokenAnswer.read(
                                400,
                                "{\"access_token\":\"a\",\"expires_in\":60}",
                                Duration.ofHours(1)))
                .isEqualTo(new TokenAnswer.None("Failed to get access token", true));
    }

    @Test
    void nothingPrintsTokens() {
        assertThat(read("{\"access_token\":\"hush\",\"expires_in\":60}").toString())
                .doesNotContain("hush");
    }
}

package dev.heddle.proxy.filter.oauth2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginStateTest {
    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
    }

    @Test
    void itIsWrittenAsEnvoyWritesIt() {
        assertThat(new LoginState("https://a.test/b?c=\"d\"", "t.s=", "00ff").encoded())
                .isEqualTo(
                        encoded(
                                "{\"url\":\"https://a.test/b?c=\\\"d\\\"\",\"csrf_token\":\"t.s=\",\"flow_id\":\"00ff\"}"));
    }

    @Test
    void itIsReadAsItWasWritten() {
        var state = new LoginState("https://a.test/b?c=d&e=%20", "token.signature=", "00ff");
        assertThat(LoginState.of(state.encoded())).contains(state);
        assertThat(LoginState.of(encoded("{\"csrf_token\":\"t\",\"url\":\"u\",\"more\":[1]}")))
                .contains(new LoginState("u", "t", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"url\":\"u\"}",
                "{\"csrf_token\":\"t\"}",
                "{\"url\":1,\"csrf_token\":\"t\"}",
                "{\"url\":\"u\",\"csrf_token\":\"t\"",
                "{\"url\":\"u\",\"csrf_token\":\"t\"} x",
                "{\"url\":\"u\",\"url\":\"v\",\"csrf_token\":\"t\"}"
            })
    void whatIsNoStateIsNone(String json) {
        assertThat(LoginState.of(encoded(json))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a b", "e30=e30=", "\u00ff"})
    void whatIsNotEncodedSoIsNone(String text) {
        assertThat(LoginState.of(text)).isEmpty();
    }

    @Test
    void depthExhaustsNothing() {
        assertThat(LoginState.of(encoded("{\"url\":" + "[".repeat(100_000)))).isEmpty();
    }
}

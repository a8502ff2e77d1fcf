package dev.heddle.proxy.filter.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebUrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://a.test, a.test, /",
        "HTTPS://A.test/b/c?d#e, a.test, /b/c",
        "http://a.test:8080/b, a.test, /b",
        "https://[::1]:8443?d, ::1, /",
        "https://a.test#e, a.test, /"
    })
    void hostAndPathAreTheBrowsers(String text, String host, String path) {
        assertThat(WebUrl.of(text))
                .hasValueSatisfying(url -> {
                    assertThat(url.host()).isEqualTo(host);
                    assertThat(url.path()).isEqualTo(path);
                });
    }

    /// By each of these somebody was sent elsewhere than a check thought.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/b",
                "//evil.test/b",
                "javascript:alert(1)",
                "ftp://a.test/",
                "https:/a.test",
                "https://",
                "https:///evil.test",
                "https://a.test@evil.test/",
                "https://evil.test\\.a.test/",
                "https://a.test\\@evil.test/",
                "https://a.test/\r\nset-cookie: a=b",
                "https://a.test/ b",
                "https://a.test%2eevil.test/",
                "https://a\u00adtest/",
                " https://a.test/"
            })
    void whatCouldMeanAnotherHostIsNone(String text) {
        assertThat(WebUrl.of(text)).isEmpty();
    }

    @Test
    void hostsAreWholeNamesOrEndsOfNames() {
        WebUrl url = WebUrl.of("https://Shop.a.test:8443/").orElseThrow();
        assertThat(url.isAtOneOf(List.of("shop.A.test"))).isTrue();
        assertThat(url.isAtOneOf(List.of("*.a.test"))).isTrue();
        assertThat(url.isAtOneOf(List.of("a.test", "*.shop.a.test", "*.op.a.test"))).isFalse();
        assertThat(WebUrl.of("https://evila.test/").orElseThrow().isAtOneOf(List.of("*.a.test")))
                .isFalse();
        assertThat(WebUrl.of("https://a.test/").orElseThrow().isAtOneOf(List.of("*.a.test")))
                .isFalse();
    }

    @Test
    void nothingOfAValueIsLeftThatMeansSomething() {
        assertThat(WebUrl.encoded("a-._~Z9 &=+/\u00e4%")).isEqualTo("a-._~Z9%20%26%3D%2B%2F%E4%25");
        assertThat(WebUrl.escaped("/a\\b?c=%20\u00e4 d")).isEqualTo("/a%5Cb?c=%20%E4%20d");
    }
}

package dev.heddle.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
    static Stream<String> json() {
        return Stream.of(
                "{}",
                "[]",
                "[1, -2.5e3, true, false, null]",
                "{\"a\": {\"b\": [\"c\"]}, \"d\": \"\\\"quoted\\\" \\\\ and \\n\"}",
                "\"\"");
    }

    static Stream<String> notJson() {
        return Stream.of(
                "", "{", "[1,]", "{\"a\"}", "{\"a\": }", "01", "tru", "\"a", "1 2", "{a: 1}");
    }

    @ParameterizedTest
    @MethodSource("json")
    void whatWasReadPrintsTheSame(String text) {
        assertThat(Json.parse(text).print()).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void escapesAreUnderstood() {
        assertThat(Json.parse("\"\\u00e9\\t\\/\"").text()).isEqualTo("é\t/");
    }

    @Test
    void anAbsentMemberIsNull() {
        assertThat(Json.parse("{}").at("a").at("b").text()).isEmpty();
    }
}

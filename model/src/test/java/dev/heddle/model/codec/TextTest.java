package dev.heddle.model.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.tree.Node;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextTest {
    private static final String SCALARS =
            """
            a | "a"
            '1' | "1"
            1 | 1
            +1 | 1
            0755 | 493
            089 | 89
            0x1F | 31
            0o17 | 15
            .5 | 0.5
            5. | 5.0
            -00.5e3 | -0.5e3
            1.2.3 | "1.2.3"
            10.0.0.0/8 | "10.0.0.0/8"
            1_000 | "1_000"
            true | true
            yes | "yes"
            ~ | null
            !!str 1 | "1"
            [a, {b: c}] | ["a",{"b":"c"}]
            {a: &x {b: 1}, c: *x, d: {<<: *x, e: 2}} | \
            {"a":{"b":1},"c":{"b":1},"d":{"e":2,"b":1}}
            {"a\\/b": "\\u00e9\\n"} | {"a/b":"é\\n"}
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = SCALARS)
    void yamlMeansWhatKubectlTakesItFor(String yaml, String json) {
        assertThat(Json.compact(yaml("k: " + yaml))).isEqualTo("{\"k\":" + json + "}");
    }

    static List<String> texts() {
        return List.of(
                "",
                " a",
                "a ",
                "a: b",
                "# a",
                "- a",
                "*",
                "*a",
                "&a",
                "yes",
                "null",
                "1",
                "1e3",
                "0x1",
                "a\nb\n",
                "\n\n",
                "a\n",
                "'",
                "\"",
                "é",
                "\t",
                "\u0000",
                "\u2028",
                "{a}",
                "a,b",
                "%a",
                "@a",
                "|",
                ">",
                "!a",
                "?",
                ":",
                "a:",
                "~",
                "true",
                "..",
                "---",
                "a #b",
                "😀",
                " a\n b\n",
                "a\r\nb\n");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void everyTextSurvivesWriting(String text) {
        Node tree = Node.Mapping.EMPTY.with(text, List.of(Node.of(text))).with("k", text);

        assertThat(Json.compact(yaml(YamlWriter.write(tree)))).isEqualTo(Json.compact(tree));
        assertThat(Json.compact(Json.parse(Json.pretty(tree)))).isEqualTo(Json.compact(tree));
    }

    static List<String> noJson() {
        return List.of(
                "",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "01",
                "1.",
                "'a'",
                "nul",
                "\"\u0001\"",
                "\"\\x\"",
                "{a: 1}",
                "[1] 2",
                "\"\\u12\"",
                "+1",
                "NaN");
    }

    @ParameterizedTest
    @MethodSource("noJson")
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("JSON at 1:");
    }

    @Test
    void nestingAndAliasesAreBounded() {
        var deep = new Diagnostics();
        YamlReader.read("f", "[".repeat(100_000), deep);
        assertThat(deep.toList())
                .extracting(Diagnostic::message)
                .containsExactly("this is not YAML: nested deeper than 100 levels");

        var text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        var wide = new Diagnostics();
        assertThat(YamlReader.read("f", text.toString(), wide)).isEmpty();
        assertThat(wide.toList())
                .extracting(Diagnostic::message)
                .containsExactly("this is not YAML: the document has more than 1000000 values");

        var huge = new Diagnostics();
        assertThat(YamlReader.read("f", " ".repeat(YamlReader.MAX_LENGTH + 1), huge)).isEmpty();
        assertThat(huge.hasErrors()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1s, PT1S",
        "1.5s, PT1.5S",
        "100ms, PT0.1S",
        "1h2m3s, PT1H2M3S",
        "0s, PT0S",
        "0, PT0S",
        "-1s, PT-1S",
        ".5h, PT30M",
        "5us, PT0.000005S",
        "1, ",
        "s, ",
        "1 s, ",
        "1d, ",
        "'', ",
        "99999999999h, ",
    })
    void durationsAreReadAsIstioDoes(String text, String expected) {
        assertThat(Durations.parse(text).map(Object::toString).orElse(null)).isEqualTo(expected);
    }

    private static Node yaml(String text) {
        var findings = new Diagnostics();
        var documents = YamlReader.read("f", text, findings);
        assertThat(findings.toList()).isEmpty();
        assertThat(documents).hasSize(1);
        return documents.getFirst().root();
    }
}

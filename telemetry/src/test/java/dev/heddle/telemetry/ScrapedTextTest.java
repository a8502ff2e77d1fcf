package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapedTextTest {
    private static final String TEXT =
            """
            # HELP http_requests_total How many.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total { method = "a\\"b}, c" , } 3

            no_labels 12.47
            something{} -Inf
            a:b NaN
            b_bucket{le="+Inf"} 1.458255915e9
            """;

    @Test
    void bothFormatsAreTaken() {
        assertThat(ScrapedText.problem(TEXT)).isEmpty();
        String open =
                """
                # TYPE a counter
                # UNIT a seconds
                a_total 1.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67
                # EOF
                """;
        assertThat(ScrapedText.problem(open)).isEmpty();
        assertThat(ScrapedText.open(open)).doesNotContain("EOF").endsWith("0.67\n");
        assertThat(ScrapedText.open("# EOF\n")).isEmpty();
        assertThat(ScrapedText.open("a 1")).isEqualTo("a 1\n");
        assertThat(ScrapedText.problem("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "a",
                "a ",
                "a one",
                "a 1 2 3",
                "1a 1",
                "a{b} 1",
                "a{b=\"c} 1",
                "a{b=\"c\" 1",
                "a{b=\"c\" d=\"e\"} 1",
                "a{b=c} 1",
                "{\"status\": \"ok\"}",
                "a 0x1"
            })
    void whatIsNoSampleIsNamedWithItsLine(String line) {
        assertThat(ScrapedText.problem("a_total 1\n" + line + "\n").orElse("none"))
                .startsWith("line 2 is no sample: '" + line);
    }

    @Test
    void nothingComesBehindTheEnd() {
        assertThat(ScrapedText.problem("a 1\n# EOF\nb 2\n")).contains("line 3 is behind '# EOF'");
    }
}

package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.telemetry.AccessLogReader.Reading;
import dev.heddle.testkit.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogReaderTest {
    private static final List<String> OPERATORS =
            List.of(
                    "%START_TIME%",
                    "%START_TIME(%e %b %j)%",
                    "%REQ(:METHOD)%",
                    "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
                    "%REQ(X-A)%",
                    "%REQ(X-A):3%",
                    "%REQ(X-B)%",
                    "%PROTOCOL%",
                    "%RESPONSE_CODE%",
                    "%RESPONSE_FLAGS%",
                    "%BYTES_SENT%",
                    "%UPSTREAM_CLUSTER%",
                    "%DOWNSTREAM_REMOTE_ADDRESS%",
                    "%REQUESTED_SERVER_NAME%",
                    "%ROUTE_NAME%",
                    "%RESPONSE_CODE_DETAILS%");
    private static final List<String> BETWEEN = List.of(" ", "\" \"", " | ", "%%", "] ", "-", "\t");
    private static final String LETTERS = "ab-\" %|]\t0";

    private static List<String> values(String format, String line) {
        return switch (AccessLogReader.parse(format).read(line)) {
            case Reading.Values(List<String> texts) -> texts;
            case Reading.Unreadable(String why) -> List.of("unreadable: " + why);
        };
    }

    @Test
    void aLineOfEnvoysFormatIsReadBack() {
        String line =
                "[2016-04-15T20:17:00.310Z] \"GET /a?b=\"c\" HTTP/2\" 200 - 0 295 13 12"
                        + " \"-\" \"curl/8 (x; y)\" \"-\" \"reviews:9080\" \"10.0.0.7:9080\"";
        assertThat(values(AccessLogFormat.ENVOY_DEFAULT, line))
                .containsExactly(
                        "2016-04-15T20:17:00.310Z",
                        "GET",
                        "/a?b=\"c\"",
                        "HTTP/2",
                        "200",
                        "-",
                        "0",
                        "295",
                        "13",
                        "12",
                        "-",
                        "curl/8 (x; y)",
                        "-",
                        "reviews:9080",
                        "10.0.0.7:9080");
    }

    /// Whatever values there are, a line says what was written, or it is said that it does not.
    @Test
    void whatIsReadIsWhatWasWritten() {
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            RandomGenerator random = Seed.ofRun().forCase(i).random();
            var request =
                    new OneRequest(
                            Map.of(
                                    ":method",
                                    "GET",
                                    ":path",
                                    "/" + word(random).replace(" ", ""),
                                    "x-a",
                                    word(random),
                                    "x-b",
                                    word(random)),
                            Map.of());
            var format = new StringBuilder();
            var expected = new ArrayList<String>();
            for (int n = random.nextInt(1, 8); n > 0; n--) {
                String operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
                format.append(operator)
                        .append(
                                n > 1 || random.nextBoolean()
                                        ? BETWEEN.get(random.nextInt(BETWEEN.size()))
                                        : "");
                expected.add(AccessLogFormat.parse(operator).line(request));
            }
            String line = AccessLogFormat.parse(format.toString()).line(request);
            switch (AccessLogReader.parse(format.toString()).read(line)) {
                case Reading.Values(List<String> texts) -> {
                    assertThat(texts).as(format + " " + Seed.ofRun()).isEqualTo(expected);
                    read++;
                }
                case Reading.Unreadable(String why) ->
                        assertThat(why).as(format + " " + line).contains("several ways");
            }
        }
        assertThat(read).isGreaterThan(2_500);
    }

    private static String word(RandomGenerator random) {
        var word = new StringBuilder();
        for (int n = random.nextInt(6); n > 0; n--) {
            word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return word.toString();
    }

    @Test
    void whoWritesAValueCannotChooseTheOthers() {
        String format = "\"%REQ(USER-AGENT)%\" \"%REQ(:AUTHORITY)%\" %RESPONSE_CODE%";
        assertThat(values(format, "\"curl\" \"shop\" 200")).containsExactly("curl", "shop", "200");
        String lie = "\"curl\" \"bank\" 200\" \"shop\" 200";
        assertThat(values(format, lie)).containsExactly("curl\" \"bank\" 200", "shop", "200");
        String two = "\"%REQ(USER-AGENT)%\" \"%REQ(X-A)%\"";
        assertThat(values(two, "\"curl\" \"b\" \"c\"").getFirst())
                .isEqualTo(
                        "unreadable: it can be read in several ways, as a value has the text in"
                                + " itself that ends values");
    }

    @Test
    void aLineOfManyWaysCostsLittle() {
        String format = "%REQ(A)% %REQ(B)% %REQ(C)% %REQ(D)% %REQ(E)% %RESPONSE_CODE%";
        assertThat(values(format, "x ".repeat(30_000) + "y").getFirst())
                .startsWith("unreadable: there are too many ways");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    a 200 x  | it does not begin with '['
                    [x] 200  | there is no value of %RESPONSE_CODE% with ' ' behind it
                    [x] 2 a b| there is no value of %PROTOCOL% with the line's end behind it
                    [x] y z  | there is no value of %RESPONSE_CODE% with ' ' behind it
                    [x       | there is no value of %REQ(A)% with '] ' behind it
                    """)
    void aLineThatIsNoneOfTheFormatSaysWhy(String line, String why) {
        assertThat(values("[%REQ(A)%] %RESPONSE_CODE% %PROTOCOL%", line))
                .containsExactly("unreadable: " + why);
    }

    @Test
    void whatCannotBeTurnedRoundIsAnErrorThatSaysWhere() {
        var errors = new HashMap<String, String>();
        errors.put(
                "a %PROTOCOL%%RESPONSE_CODE%",
                "'%PROTOCOL%%RESPONSE_CODE%': nothing tells where the first ends (expected: a text"
                        + " between them)");
        errors.put(
                "100%%",
                "'100%%' says nothing of a request (expected: operators, as in %PROTOCOL%)");
        errors.put(
                "%PROTOCOL%\n%DURATION%",
                "'%PROTOCOL%\n%DURATION%': several lines for one request (expected: one)");
        errors.put("%REQ(a):x%", "'%REQ(a):x%' (expected: nothing or :LENGTH after the operator)");
        errors.put("%REQ(a", "'%REQ(a': a command that does not end (expected: %NAME%)");
        errors.put("%no%", "'%no%' (expected: an operator, as in %PROTOCOL%)");
        errors.forEach((format, error) ->
                assertThatThrownBy(() -> AccessLogReader.parse(format)).hasMessage(error));
    }
}

package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AccessLogFormatTest {

    private static final String UNKNOWN = " (expected: an operator that this proxy implements)";

    private static final AccessLogRecord REQUEST =
            new OneRequest(
                    Map.of(
                            ":method", "GET",
                            ":path", "/reviews/0",
                            ":authority", "reviews:9080",
                            "user-agent", "curl/8"),
                    Map.of("x-envoy-upstream-service-time", "12"));

    @Test
    void theDefaultFormatPrintsALineExactlyAsEnvoy() {
        assertThat(AccessLogFormat.parse(AccessLogFormat.ENVOY_DEFAULT).line(REQUEST))
                .isEqualTo(
                        "[2016-04-15T20:17:00.310Z] \"GET /reviews/0 HTTP/1.1\" 200 - 0 295 13 12"
                                + " \"-\" \"curl/8\" \"-\" \"reviews:9080\" \"10.0.0.7:9080\"\n");
    }

    static Stream<Arguments> formats() {
        return Stream.of(
                Arguments.of("%REQ(:METHOD)%", "GET"),
                Arguments.of("%REQ(X-A?:PATH):4%", "/rev"),
                Arguments.of("%RESP(x-b)%", "-"),
                Arguments.of("%TRAILER(grpc-status)%", "-"),
                Arguments.of("100%%", "100%"),
                Arguments.of(
                        "%START_TIME(%Y/%m/%dT%H:%M:%S.%3f%z %s)%",
                        "2016/04/15T20:17:00.310+0000 1460751420"),
                Arguments.of("%START_TIME(%e %b %j %9f %%)%", "15 Apr 106 310000000 %"),
                Arguments.of("%RESPONSE_CODE_DETAILS%", "via_upstream"),
                Arguments.of("%CONNECTION_TERMINATION_DETAILS%", "-"),
                Arguments.of("%REQUEST_DURATION%", "1"),
                Arguments.of("%RESPONSE_TX_DURATION%", "1"),
                Arguments.of("%UPSTREAM_CLUSTER%", "outbound"),
                Arguments.of("%UPSTREAM_REMOTE_PORT%", "9080"),
                Arguments.of("%UPSTREAM_LOCAL_ADDRESS%", "-"),
                Arguments.of("%DOWNSTREAM_REMOTE_ADDRESS%", "[2001:db8::1]:5"),
                Arguments.of("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "2001:db8::1"),
                Arguments.of("%DOWNSTREAM_REMOTE_PORT%", "5"),
                Arguments.of("%DOWNSTREAM_LOCAL_PORT%", "80"),
                Arguments.of("%DOWNSTREAM_LOCAL_ADDRESS%", "127.0.0.1:80"),
                Arguments.of("%ROUTE_NAME%", "r1"),
                Arguments.of("%REQUESTED_SERVER_NAME%", "-"),
                Arguments.of("%GRPC_STATUS%", "DeadlineExceeded"),
                Arguments.of("%GRPC_STATUS(CAMEL_STRING):8%", "Deadline"),
                Arguments.of("%GRPC_STATUS(SNAKE_STRING)%", "DEADLINE_EXCEEDED"),
                Arguments.of("%GRPC_STATUS(NUMBER)%", "4"),
                Arguments.of("%GRPC_STATUS_NUMBER%", "4"),
                Arguments.of("%REQUEST_HEADERS_BYTES%", "0"),
                Arguments.of("%FILTER_CHAIN_NAME%", "-"),
                Arguments.of(
                        "%COALESCE({\"operators\": [\"FILTER_CHAIN_NAME\","
                                + " {\"command\": \"REQ\", \"param\": \"x-none\"},"
                                + " {\"command\": \"PROTOCOL\", \"max_length\": 4}]})%",
                        "HTTP"),
                Arguments.of("%CEL(response.code % 7 == 4)%", "true"),
                Arguments.of("%CEL((1 + 2) * 3):1%", "9"),
                Arguments.of("%CONNECTION_ID%", "7"));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void operatorsPrintWhatTheRequestHas(String format, String text) {
        assertThat(AccessLogFormat.parse(format).line(REQUEST)).isEqualTo(text);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        "%GRPC_STATUS(LOUD)%",
                        "'%GRPC_STATUS(LOUD)%' (expected: CAMEL_STRING, SNAKE_STRING or NUMBER)"),
                Arguments.of("%NO_SUCH%", "'%NO_SUCH%'" + UNKNOWN),
                Arguments.of(
                        "%DYNAMIC_METADATA(a:)%",
                        "'%DYNAMIC_METADATA(a:)%' (expected: NAMESPACE:KEY:KEY…, none of them"
                                + " empty)"),
                Arguments.of(
                        "%METADATA(VIRTUAL_HOST:a:b)%",
                        "'%METADATA(VIRTUAL_HOST:a:b)%' ('VIRTUAL_HOST'; expected: one of [DYNAMIC,"
                                + " CLUSTER, ROUTE, UPSTREAM_HOST, LISTENER,"
                                + " LISTENER_FILTER_CHAIN])"),
                Arguments.of(
                        "%CEL(request.none)%",
                        "'%CEL(request.none)%' ('request.none', column 9: 'request.none' is not"
                                + " known here (expected: request.duration, request.headers,"
                                + " request.host, request.id, request.method, request.path,"
                                + " request.protocol, request.query, request.referer,"
                                + " request.scheme, request.size, request.time,"
                                + " request.total_size, request.url_path, request.useragent))"),
                Arguments.of(
                        "%COALESCE({\"operators\": []})%",
                        "'%COALESCE({\"operators\": []})%' (expected: operators, each a text or an"
                                + " object with a command)"),
                Arguments.of(
                        "a %PROTOCOL",
                        "'%PROTOCOL': a command that does not end (expected: %NAME%)"),
                Arguments.of("%REQ%", "'%REQ%' (expected: a header, or two with a ? between them)"),
                Arguments.of(
                        "%REQ(a?)%",
                        "'%REQ(a?)%' (expected: a header, or two with a ? between them)"),
                Arguments.of(
                        "%REQ(a):x%",
                        "'%REQ(a):x%' (expected: nothing or :LENGTH after the operator)"),
                Arguments.of(
                        "%START_TIME(%Q)%", "'%Q' (expected: a time specifier such as %Y or %3f)"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void whatCannotBePrintedIsAnErrorThatNamesIt(String format, String error) {
        assertThatThrownBy(() -> AccessLogFormat.parse(format)).hasMessage(error);
    }

    @Test
    void inAHeaderWhatIsAbsentIsEmpty() {
        var out = new ByteText();
        AccessLogFormat.parse("a%REQ(x-none)%b").write(REQUEST, "", out);
        assertThat(out).hasToString("ab");
    }

    private static String json(String format) {
        var out = new ByteText();
        AccessLogFormat.parse(format).writeJson(REQUEST, "-", out);
        return out.toString();
    }

    @Test
    void inJsonCountsAreNumbersAndWhatIsAbsentIsNull() {
        assertThat(json("%RESPONSE_CODE%")).isEqualTo("200");
        assertThat(json("%PROTOCOL%")).isEqualTo("\"HTTP/1.1\"");
        assertThat(json("%REQ(x-none)%")).isEqualTo("null");
        assertThat(json("a \"%REQ(x-none)%\"\n")).isEqualTo("\"a \\\"-\\\"\\n\"");
        assertThat(json("\u0001\u00e9")).isEqualTo("\"\\u0001\\u00e9\"");
    }

    @Test
    void datesAreThoseOfTheCalendar() {
        var format = TimeFormat.parse("%Y-%m-%dT%H:%M:%S.%9fZ %s");
        for (long second = -90_000_000_000L; second < 200_000_000_000L; second += 9_999_973L) {
            var out = new ByteText();
            format.write(second, 7, out);
            String date = Instant.ofEpochSecond(second, 7).toString();
            if (date.charAt(0) != '-' && date.charAt(0) != '+') {
                assertThat(out).hasToString(date + " " + second);
            }
        }
    }

    @Test
    void timesOfOneSecondDifferByTheirFractions() {
        var format = TimeFormat.parse("%1f|%S|%E3S|%f|%%");
        var out = new ByteText();
        format.write(59, 123_456_789, out);
        format.write(59, 7_000_000, out.append("; "));
        format.write(60, 987_000_000, out.append("; "));
        format.write(59, 0, out.append("; "));
        assertThat(out)
                .hasToString(
                        "1|59|59.123|123456789|%; 0|59|59.007|007000000|%;"
                                + " 9|00|00.987|987000000|%; 0|59|59.000|000000000|%");
    }

    @Test
    void aTextIsCutAtCharactersAndItsBytesAreUtf8() {
        var record = new OneRequest(Map.of("a", "\u00e9\u00e9x"), Map.of());
        assertThat(AccessLogFormat.parse("%REQ(a):2%|%REQ(a)%").line(record))
                .isEqualTo("\u00e9\u00e9|\u00e9\u00e9x");
    }

    @Test
    void aTextWithoutOperatorsIsConstant() {
        assertThat(AccessLogFormat.parse("100%%").isConstant()).isTrue();
        assertThat(AccessLogFormat.parse("%PROTOCOL%").isConstant()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "source;true",
                "%UPSTREAM_HOST%;true",
                "%UPSTREAM_CLUSTER_RAW% of %ROUTE_NAME%;true",
                "%METADATA(CLUSTER:a:b):7%;true",
                "%UPSTREAM_METADATA(a:b)%;true",
                "%CEL(xds.cluster_metadata.filter_metadata['istio']['services'][0]['name'])%;true",
                "%CEL(xds.route_name + '-' + xds.cluster_name)%;true",
                "%RESPONSE_CODE%;false",
                "%UPSTREAM_HOST% %DURATION%;false",
                "%DYNAMIC_METADATA(a:b)%;false",
                "%UPSTREAM_PEER_URI_SAN%;false",
                "%CEL(xds.route_name + request.path)%;false",
                "%CEL(metadata.filter_metadata['a']['b'])%;false",
                "%REQ(X-A)%;false"
            })
    void someSayNothingButWhereTheRequestWent(String format, boolean isSo) {
        assertThat(AccessLogFormat.parse(format).isOfPlace()).isEqualTo(isSo);
    }

    @Test
    void severalOperatorsAreOfThePlaceIfAllAre() {
        String text = "%%COALESCE({\"operators\":[\"UPSTREAM_CLUSTER_RAW\",\"%s\"]})%%";
        assertThat(AccessLogFormat.parse(text.formatted("UPSTREAM_HOST")).isOfPlace()).isTrue();
        assertThat(AccessLogFormat.parse(text.formatted("PROTOCOL")).isOfPlace()).isFalse();
    }
}

package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What comes out is what stock Envoy 1.40 made of the same expressions.
class PlainExpressionTest {
    private static final Map<List<String>, String> SAID =
            Map.of(List.of("WORKLOAD_NAME"), "web-v1", List.of("LABELS", "app"), "web");
    private static final NodeText NODE = path -> Optional.ofNullable(SAID.get(path));
    private static final AccessLogRecord REQUEST =
            new OneRequest(
                    Map.of(
                            ":method", "GET",
                            ":path", "/reviews/0?a=b",
                            ":authority", "reviews:9080",
                            "content-type", "application/grpc+proto"),
                    Map.of());

    private static String text(String format) {
        return AccessLogFormat.parse(format, NODE).line(REQUEST);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "'literal'#literal",
                "xds.node.metadata['WORKLOAD_NAME']#web-v1",
                "xds.node.metadata.WORKLOAD_NAME#web-v1",
                "xds.node.metadata['NOPE']#-",
                "'app' in xds.node.metadata['LABELS'] ? xds.node.metadata['LABELS']['app'] :"
                        + " 'no'#web",
                "'x' in xds.node.metadata['LABELS'] ? 'yes' : 'no'#no",
                "request.host#reviews:9080",
                "request.method#GET",
                "request.path#/reviews/0?a=b",
                "request.url_path#/reviews/0",
                "request.headers['content-type']#application/grpc+proto",
                "request.headers['x-none']#-",
                "response.code#200",
                "response.code == 200 ? 'good' : 'bad'#good",
                "request.method != 'GET'#false",
                "!(request.method == 'GET') || request.host == 'reviews:9080'#true",
                "'x-none' in request.headers && request.headers['x-none'].startsWith('a')#false",
                "request.headers['x-none'].startsWith('a') ? 'yes' : 'no'#-",
                "request.headers['x-none'] == 'a' || response.code == 200#true",
                "'content-type' in request.headers &&"
                        + " request.headers['content-type'].startsWith('application/grpc')"
                        + " ? 'grpc' : 'http'#grpc",
                "connection.mtls ? 'mutual_tls' : 'none'#none",
            })
    void anExpressionIsWhatEnvoyMakesOfIt(String expression, String value) {
        assertThat(text("%CEL(" + expression + ")%")).isEqualTo(value);
    }

    @Test
    void whatTheNodeSaysIsConstant() {
        assertThat(
                        AccessLogFormat.parse("%CEL(xds.node.metadata['WORKLOAD_NAME'])%;x", NODE)
                                .isConstant())
                .isTrue();
        assertThat(AccessLogFormat.parse("%CEL(request.host)%", NODE).isConstant()).isFalse();
    }

    @Test
    void theFirstOfSeveralThatIsThereCounts() {
        assertThat(
                        text(
                                "%COALESCE({\"operators\": [\"REQUESTED_SERVER_NAME\","
                                        + " {\"command\":\"REQ\",\"param\":\"x-none\"},"
                                        + " {\"command\":\"CEL\",\"param\":\"'unknown'\"}]})%"))
                .isEqualTo("unknown");
        assertThat(text("%COALESCE({\"operators\":[\"PROTOCOL\",\"ROUTE_NAME\"]})%"))
                .isEqualTo("HTTP/1.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "%CEL(filter_state['a'])%#filter_state",
                "%CEL('a)%#'a",
                "%CEL(request.none)%#request.none",
                "%METADATA(CLUSTER)%#expected: TYPE:NAMESPACE:KEY",
                "%COALESCE({})%#expected",
                "%COALESCE({\"operators\":[{\"command\":\"NOPE\"}]})%#NOPE",
            })
    void whatIsNotThereIsNamed(String format, String reason) {
        assertThatThrownBy(() -> text(format)).hasMessageContaining(reason);
    }
}

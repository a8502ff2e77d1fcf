package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The language, over one request.
class CelExpressionTest {
    private static final Map<String, String> HEADERS =
            Map.of(
                    ":path", "/api/v1beta3/x?q=1",
                    ":method", "GET",
                    ":authority", "h.test",
                    "x-a", "one",
                    "x-number", "17");

    private static final AccessLogRecord RECORD = record();

    /// One that has headers, a status, addresses and metadata, and nothing else.
    private static AccessLogRecord record() {
        InvocationHandler handler =
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "requestHeader" -> {
                                String value = HEADERS.get(String.valueOf(arguments[0]));
                                if (value != null) {
                                    ((ByteText) arguments[1]).append(value);
                                }
                                yield value != null;
                            }
                            case "eachRequestHeader" -> {
                                @SuppressWarnings("unchecked") // the method's own parameter
                                var each = (BiConsumer<String, String>) arguments[0];
                                HEADERS.forEach(each);
                                yield null;
                            }
                            case "responseCode" -> 503;
                            case "responseFlagBits" -> 2L;
                            case "downstreamRemoteAddress" ->
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000);
                            case "nanosTo" -> 1_500_000_000L;
                            case "protocol" -> "HTTP/2";
                            case "startSecond" -> 1_000L;
                            case "metadata" ->
                                    arguments[1].equals("ns")
                                            ? Map.of("key", "value", "list", List.of(1.0, "a"))
                                            : null;
                            default -> nothing(method.getReturnType());
                        };
        return (AccessLogRecord)
                Proxy.newProxyInstance(
                        CelExpressionTest.class.getClassLoader(),
                        new Class<?>[] {AccessLogRecord.class},
                        handler);
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type.equals(boolean.class)) {
            return false;
        }
        return type.equals(int.class) ? (Object) 0 : type.equals(long.class) ? (Object) 0L : null;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "response.code >= 400; true",
                "response.code == 503 && request.method == 'GET'; true",
                "response.code < 500 || request.method != 'GET'; false",
                "request.headers['x-a'] == 'one'; true",
                "request.headers['X-A'] == \"one\"; true",
                "'x-b' in request.headers; false",
                "!('x-b' in request.headers); true",
                "has(request.headers.none) ? 1 : 2; 2",
                "has(request.method); true",
                "has(request.referer); false",
                "request.headers['x-b'] == 'y'; NO_SUCH_KEY",
                "request.headers['x-b'] == 'y' || true; true",
                "true || request.headers['x-b'] == 'y'; true",
                "request.headers['x-b'] == 'y' && false; false",
                "request.headers['x-b'] == 'y' && true; NO_SUCH_KEY",
                "size(request.headers); 5",
                "request.path.size(); 18",
                "request.url_path; /api/v1beta3/x",
                "request.query; q=1",
                "request.url_path.startsWith('/api') && !request.url_path.endsWith('y'); true",
                "request.url_path.contains('v1beta3'); true",
                "request.url_path.matches('v[0-9]+beta'); true",
                "request.url_path.matches('^beta'); false",
                "int(request.headers['x-number']) + 3; 20",
                "string(response.code) + '!'; 503!",
                "double('1.5') * 2.0; 3.0",
                "7 / 2 - 7 % 2; 2",
                "1 / 0; BAD_VALUE",
                "'a' + 1; NO_SUCH_OVERLOAD",
                "1 == 1.0; true",
                "'a' == 1; false",
                "response.code in [404, 503]; true",
                "[1, 2] == [1, 2]; true",
                "request.duration > duration('1s'); true",
                "request.duration == duration('1s500ms'); true",
                "request.time < timestamp('1970-01-01T00:20:00Z'); true",
                "source.port; 4000",
                "source.address; 127.0.0.1:4000",
                "metadata.filter_metadata['ns']['key']; value",
                "metadata.filter_metadata.ns.list[1]; a",
                "metadata.filter_metadata['other']['key'] == 'x'; NO_SUCH_KEY",
                "xds.route_metadata.filter_metadata['ns'].key == 'value'; true",
                "connection.mtls; false",
                "response.flags; 2",
                "-response.code < -0x10; true",
                "r'\\d' + '\\x41\\u0042'; \\dAB",
                "null == null; true"
            })
    void anExpressionIsWhatItSays(String expression, String value) {
        assertThat(String.valueOf(CelExpression.compile(expression).evaluate(RECORD)))
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "request.nothing == 'x'; 9; 'request.nothing' is not known here",
                "request; 1; 'request' as a whole",
                "wasm.x; 1; 'wasm' is not known here",
                "[1].exists(x, x == 1); 12; 'x' is not known here",
                "request.path.lowerAscii(); 14; function 'lowerAscii' is not known here",
                "request.path.matches(request.host); 14; 'matches' of what is no constant",
                "request.path.matches('('); 14; '('",
                "1 +; 4; ends (expected: a value)",
                "'abc; 1; a text that does not end",
                "request.path == \"x\" &; 21; '&'",
                "size(1, 2); 1; 'size' of 2 (expected: 1)",
                "duration('soon'); 1; 'duration' of 'soon' has no value",
                "{'a': 1}; 1; a map of one's own is not known here",
                "1 2; 3; '2' (expected: an operator, or the end)"
            })
    void whatIsNotKnownIsRefusedByNameAndColumn(String expression, int column, String why) {
        assertThatThrownBy(() -> CelExpression.compile(expression))
                .isInstanceOf(CelSyntaxException.class)
                .hasMessageContaining(why)
                .satisfies(e -> assertThat(((CelSyntaxException) e).column()).isEqualTo(column));
    }

    @Test
    void anExpressionCannotEatStackOrMemory() {
        assertThatThrownBy(() -> CelExpression.compile("(".repeat(10_000)))
                .isInstanceOf(CelSyntaxException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> CelExpression.compile("!".repeat(10_000)))
                .isInstanceOf(CelSyntaxException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() ->
                        CelExpression.compile("request.path.matches('((a{1000}){1000}){1000}')"))
                .isInstanceOf(CelSyntaxException.class)
                .hasMessageContaining("instructions");
        assertThatThrownBy(() -> CelExpression.compile("a".repeat(20_000)))
                .isInstanceOf(CelSyntaxException.class)
                .hasMessageContaining("too long");
    }

    @Test
    void onlyWhatIsTrueIsTrue() {
        assertThat(CelExpression.compile("response.code > 1").isTrue(RECORD)).isTrue();
        assertThat(CelExpression.compile("request.headers['n'] == ''").isTrue(RECORD)).isFalse();
        assertThat(CelExpression.compile("'true'").isTrue(RECORD)).isFalse();
        assertThat(CelExpression.compile("request.duration").evaluate(RECORD))
                .isEqualTo(Duration.ofMillis(1_500));
        assertThat(CelExpression.compile("request.duration").print(RECORD)).isEqualTo("1.5s");
        assertThat(CelExpression.compile("request.referer").print(RECORD)).isNull();
    }
}

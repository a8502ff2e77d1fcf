package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.FreePorts;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A service that does what none should: no request passes that it did not let pass, and nothing of
/// what it says is passed on that is no header.
@Timeout(60)
class ExtAuthzFaultsTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static final Map<String, String> ANSWERS =
            Map.ofEntries(
                    Map.entry("/cut", OK + "content-length: 100\r\n\r\nhalf"),
                    Map.entry("/nothing", ""),
                    Map.entry("/nonsense", "what?\r\n\r\n"),
                    Map.entry("/five", "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"),
                    Map.entry(
                            "/huge",
                            OK + "content-length: 2000000\r\n\r\n" + "x".repeat(2_000_000)),
                    Map.entry(
                            "/head",
                            OK + "x-up: " + "x".repeat(100_000) + "\r\ncontent-length: 0\r\n\r\n"),
                    Map.entry("/control", OK + "x-up: a\u0001b\r\ncontent-length: 0\r\n\r\n"),
                    Map.entry("/name", OK + "x up: a\r\ncontent-length: 0\r\n\r\n"),
                    Map.entry(
                            "/framing",
                            OK
                                    + "x-up: good\r\ntransfer-encoding: chunked\r\n\r\n"
                                    + "3\r\nabc\r\n0\r\n\r\n"));

    private static String bootstrap(int port, String service, int authorizer, int upstream) {
        return """
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %2$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: ext
                    typed_config:
                      '@type': %2$sfilters.http.ext_authz.v3.ExtAuthz
                      transport_api_version: V3
                      %3$s
                  - name: router
                    typed_config: {'@type': %2$sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - {name: all, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: up}}]}
          clusters:
          - name: up
            type: STATIC
            load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %5$d}}}}]}]}
          - name: authz
            type: STATIC
            load_assignment: {cluster_name: authz, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %4$d}}}}]}]}
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                '@type': %2$supstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {%6$s: {}}
        """
                .formatted(
                        port,
                        TYPE,
                        service,
                        authorizer,
                        upstream,
                        service.startsWith("http")
                                ? "http_protocol_options"
                                : "http2_protocol_options");
    }

    private static final String HTTP =
            "http_service: {server_uri: {uri: 'http://a', cluster: authz, timeout: 5s},"
                    + " authorization_response: {allowed_upstream_headers: {patterns:"
                    + " [{prefix: ''}, {contains: '-'}]}}}";

    private static final String GRPC =
            "grpc_service: {envoy_grpc: {cluster_name: authz}, timeout: 30s}";

    private static Proxy start(int port, String service, int authorizer, int upstream)
            throws BootstrapException, IOException {
        return Proxy.start(
                BootstrapParser.parse("test", bootstrap(port, service, authorizer, upstream)),
                ProxyTest.settings());
    }

    private static String ask(int port, String request) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cut",
                "/nothing",
                "/nonsense",
                "/five",
                "/huge",
                "/head",
                "/control",
                "/name"
            })
    void nothingPassesThatIsNotLetPass(String path) throws Exception {
        int port = FreePorts.one();
        String service = HTTP.replace("{prefix: ''}, ", "");
        try (var authorizer =
                        new HttpEcho(
                                question -> ANSWERS.getOrDefault(question.split(" ", -1)[1], ""));
                var upstream = HttpEcho.ofRequests();
                Proxy _ = start(port, service, authorizer.port(), upstream.port())) {
            assertThat(ask(port, get(path)))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContain("GET ")
                    .doesNotContain("x-up");
        }
    }

    @Test
    void anAnswerHasNoSayInHowLongARequestIs() throws Exception {
        int port = FreePorts.one();
        String service = HTTP.replace("{prefix: ''}, ", "");
        try (var authorizer =
                        new HttpEcho(
                                question -> ANSWERS.getOrDefault(question.split(" ", -1)[1], ""));
                var upstream = HttpEcho.ofRequests();
                Proxy _ = start(port, service, authorizer.port(), upstream.port())) {
            String answer =
                    ask(
                            port,
                            "POST /framing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                                    + "content-length: 4\r\n\r\nbody");
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("x-up: good")
                    .contains("content-length: 4\n")
                    .doesNotContain("transfer-encoding")
                    .endsWith("body");
        }
    }

    private static @Nullable CheckResponse answer(CheckRequest question) {
        return switch (question.getAttributes().getRequest().getHttp().getPath()) {
            case "/silent" -> null;
            case "/name" -> with("x y", "a");
            case "/value" -> with("x-a", "a\r\nx-b: c");
            case "/path" -> with(":path", "/a HTTP/1.1\r\n\r\nGET /b");
            case "/huge" -> with("x-a", "a".repeat(900_000));
            default -> CheckResponse.getDefaultInstance();
        };
    }

    @SuppressWarnings("deprecation") // services still write the old field
    private static CheckResponse with(String name, String value) {
        return CheckResponse.newBuilder()
                .setOkResponse(
                        OkHttpResponse.newBuilder()
                                .addHeaders(
                                        HeaderValueOption.newBuilder()
                                                .setAppend(BoolValue.of(false))
                                                .setHeader(
                                                        HeaderValue.newBuilder()
                                                                .setKey(name)
                                                                .setValue(value))))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"/name, 500", "/value, 500", "/path, 500", "/huge, 500", "/fine, 200"})
    void whatIsNoHeaderIsNotPassedOn(String path, int status) throws Exception {
        int port = FreePorts.one();
        try (var authorizer = new GrpcAuthorizer(ExtAuthzFaultsTest::answer);
                var upstream = HttpEcho.ofRequests();
                Proxy _ = start(port, GRPC, authorizer.port(), upstream.port())) {
            assertThat(ask(port, get(path))).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void whoGoesAwayIsNotAskedAboutAnyMore() throws Exception {
        int port = FreePorts.one();
        try (var authorizer = new GrpcAuthorizer(ExtAuthzFaultsTest::answer);
                var upstream = HttpEcho.ofRequests();
                Proxy _ = start(port, GRPC, authorizer.port(), upstream.port())) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.getOutputStream().write(get("/silent").getBytes(StandardCharsets.US_ASCII));
                while (authorizer.questions().isEmpty()) {
                    Thread.sleep(10);
                }
            }
            while (!authorizer.cancelled().contains("/silent")) {
                Thread.sleep(10);
            }
            assertThat(ask(port, get("/fine"))).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'grpc_service: {google_grpc: {target_uri: a, stat_prefix: b}}', google_grpc",
        "'grpc_service: {envoy_grpc: {cluster_name: a}, retry_policy: {}}, stat_prefix: a',"
                + " retry_policy",
        "'decoder_header_mutation_rules: {disallow_all: true}', decoder_header_mutation_rules",
        "'bootstrap_metadata_labels_key: a', bootstrap_metadata_labels_key",
        "'with_request_body: {max_request_bytes: 0}', max_request_bytes",
    })
    void whatIsNotDoneIsRefusedByName(String config, String name) {
        String whole = config.startsWith("grpc") ? config : GRPC + "\n" + " ".repeat(14) + config;
        assertThat(refusal(whole.replace("}, stat_prefix: a", "}"))).contains(name);
    }

    private static String refusal(String service) {
        try (Proxy _ = start(FreePorts.one(), service, 1, 1)) {
            return "";
        } catch (BootstrapException | IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}

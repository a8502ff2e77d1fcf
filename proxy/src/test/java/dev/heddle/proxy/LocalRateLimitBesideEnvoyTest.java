package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, whose listener and routes say the same of
/// limits: both let the same pass, answer, log and count the same. Tokens come once an hour, so
/// that none comes meanwhile.
@Timeout(60)
class LocalRateLimitBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String LIMIT =
            "'@type': " + TYPE + "filters.http.local_ratelimit.v3.LocalRateLimit, ";
    private static final String ON =
            "filter_enabled: {default_value: {numerator: 100}}, filter_enforced: {default_value:"
                    + " {numerator: 100}}";
    private static final String MANY =
            "token_bucket: {max_tokens: 1000, tokens_per_fill: 1000, fill_interval: 3600s}";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private static final List<String> CALLS =
            List.of(
                    "/two",
                    "/two",
                    "/two",
                    "/two grpc",
                    "/own-answer",
                    "/own-answer",
                    "/low-status",
                    "/low-status",
                    "/shadow",
                    "/shadow",
                    "/asleep",
                    "/asleep",
                    "/told",
                    "/told",
                    "/told",
                    "/exhausted grpc",
                    "/exhausted grpc",
                    "/values x-user: ann",
                    "/values x-user: ann",
                    "/values x-user: bob",
                    "/values x-user: cy",
                    "/values x-user: root",
                    "/values x-user: root",
                    "/values x-user: root",
                    "/values x-user: ann",
                    "/values",
                    "/strict",
                    "/strict",
                    "/strict x-good: yes",
                    "/strict x-good: yes",
                    "/strict x-good: yes",
                    "/default",
                    "/default x-mine: yes",
                    "/default x-mine: yes",
                    "/default",
                    "/range",
                    "/range",
                    "/address",
                    "/address",
                    "/elsewhere",
                    "/elsewhere",
                    "/elsewhere");

    private static String bucket(int most) {
        return "token_bucket: {max_tokens: " + most + ", fill_interval: 3600s}";
    }

    private static String route(String path, String said) {
        return "- {match: {prefix: %s}, route: {cluster: up}, typed_per_filter_config: {limit: {%s%s}}}%n"
                .formatted(path, LIMIT + "stat_prefix: " + path.substring(1) + ", ", said);
    }

    private static String routes() {
        String key = "- {generic_key: {descriptor_key: rule, descriptor_value: %s}}";
        return route("/two", bucket(2) + ", " + ON)
                + route(
                        "/own-answer",
                        bucket(1)
                                + ", "
                                + ON
                                + ", status: {code: 503}, response_headers_to_add: [{header: {key:"
                                + " x-limited, value: 'yes'}, append_action:"
                                + " OVERWRITE_IF_EXISTS_OR_ADD}]")
                + route("/low-status", bucket(1) + ", " + ON + ", status: {code: 200}")
                + route(
                        "/shadow",
                        bucket(1)
                                + ", filter_enabled: {default_value: {numerator: 100}},"
                                + " request_headers_to_add_when_not_enforced: [{header: {key:"
                                + " x-over, value: 'yes'}}]")
                + route("/asleep", bucket(1))
                + route(
                        "/told",
                        bucket(2) + ", " + ON + ", enable_x_ratelimit_headers: DRAFT_VERSION_03")
                + route(
                        "/exhausted",
                        bucket(1) + ", " + ON + ", rate_limited_as_resource_exhausted: true")
                + route(
                        "/values",
                        MANY
                                + ", "
                                + ON
                                + ", max_dynamic_descriptors: 2, descriptors: [{entries: [{key: user,"
                                + " value: root}], "
                                + bucket(2)
                                + "}, {entries: [{key: user}], "
                                + bucket(1)
                                + "}], rate_limits: [{actions: [{request_headers: {header_name:"
                                + " x-user, descriptor_key: user}}]}]")
                + route(
                        "/strict",
                        MANY
                                + ", "
                                + ON
                                + ", descriptors: [{entries: [{key: rule, value: a}], "
                                + bucket(3)
                                + "}, {entries: [{key: rule, value: b}, {key: header_match, value:"
                                + " 'no'}], "
                                + bucket(1)
                                + "}], rate_limits: [{actions: ["
                                + key.formatted("a").substring(2)
                                + "]}, {actions: ["
                                + key.formatted("b").substring(2)
                                + ", {header_value_match: {descriptor_value: 'no', expect_match:"
                                + " false, headers: [{name: x-good, string_match: {exact:"
                                + " 'yes'}}]}}]}]")
                + route(
                        "/default",
                        bucket(1)
                                + ", "
                                + ON
                                + ", always_consume_default_token_bucket: false, descriptors:"
                                + " [{entries: [{key: header_match, value: mine}], "
                                + bucket(1)
                                + "}], rate_limits: [{actions: [{header_value_match:"
                                + " {descriptor_value: mine, headers: [{name: x-mine, present_match:"
                                + " true}]}}]}]")
                + route(
                        "/range",
                        MANY
                                + ", "
                                + ON
                                + ", descriptors: [{entries: [{key: masked_remote_address, value:"
                                + " 127.0.0.0/8}], "
                                + bucket(1)
                                + "}], rate_limits: [{actions: [{masked_remote_address:"
                                + " {v4_prefix_mask_len: 8}}]}]")
                + route(
                        "/address",
                        MANY
                                + ", "
                                + ON
                                + ", descriptors: [{entries: [{key: remote_address}], "
                                + bucket(1)
                                + "}], rate_limits: [{actions: [{remote_address: {}}]}]")
                + "- {match: {prefix: /}, route: {cluster: up}}\n";
    }

    private static String bootstrap(List<Integer> ports, int upstream, Path log) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  generate_request_id: false
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: {text_format_source: {inline_string: "%%REQ(:PATH)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%% %%BYTES_SENT%%\\n"}}
                  http_filters:
                  - name: limit
                    typed_config: {%sstat_prefix: whole, %s, %s}
                  - name: router
                    typed_config: {'@type': %sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
        %s\
          clusters:
          - name: up
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(
                        ports.get(0),
                        ports.get(1),
                        TYPE,
                        TYPE,
                        log,
                        LIMIT,
                        bucket(2),
                        ON,
                        TYPE,
                        routes().indent(14),
                        upstream);
    }

    @Test
    void bothLetTheSamePass() throws Exception {
        try (var upstream =
                        new AnsweringBackend(
                                "\r\n\r\n",
                                request ->
                                        "HTTP/1.1 200 OK\r\nx-heard: "
                                                + request.contains("x-over: yes")
                                                + "\r\ncontent-length: 1\r\n\r\n=");
                var planes =
                        DataPlanes.start(
                                directory,
                                2,
                                ports -> bootstrap(ports, upstream.port(), log(ports)))) {
            var outcomes = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                outcomes.add(outcomes(plane));
            }
            assertThat(outcomes.getFirst()).isEqualTo(outcomes.getLast());
            assertThat(outcomes.getFirst())
                    .filteredOn(it -> it.contains("429"))
                    .as("refused")
                    .hasSizeGreaterThan(10);
        }
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.get(1) + ".log");
    }

    private List<String> outcomes(Plane plane) throws Exception {
        var outcomes = new ArrayList<String>();
        for (String call : CALLS) {
            outcomes.add(call + "\n" + ask(plane.ports().get(1), call));
        }
        List<String> lines = List.of();
        while (lines.size() < CALLS.size()) {
            Thread.sleep(20);
            lines = Files.readAllLines(log(plane.ports()));
        }
        outcomes.addAll(lines);
        outcomes.addAll(counted(plane.ports().getFirst()));
        return outcomes;
    }

    /// As `/stats` and as Prometheus have it.
    private List<String> counted(int admin) throws Exception {
        var counted = new ArrayList<String>();
        for (String page : List.of("/stats", "/stats/prometheus")) {
            HttpResponse<String> stats =
                    client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + page))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            stats.body()
                    .lines()
                    .filter(it -> it.contains("http_local_rate_limit") && !it.startsWith("#"))
                    .filter(it -> !it.endsWith(" 0"))
                    .sorted()
                    .forEach(counted::add);
        }
        return counted;
    }

    /// @param call path, then headers or the word grpc
    private static String ask(int port, String call) throws IOException {
        String[] parts = call.split(" ", 2);
        String headers =
                parts.length == 1
                        ? ""
                        : parts[1].equals("grpc")
                                ? "content-type: application/grpc\r\n"
                                : parts[1] + "\r\n";
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            String request =
                    "GET "
                            + parts[0]
                            + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                            + headers
                            + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(it -> !it.startsWith("date: "))
                    .filter(it -> !it.startsWith("x-envoy-upstream-service-time"))
                    .sorted()
                    .collect(Collectors.joining("\n"));
        }
    }
}

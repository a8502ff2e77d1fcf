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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, whose routes say the same of faults and CORS:
/// both answer, log and count the same.
@Timeout(60)
class RouteFiltersBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String FAULT = "'@type': " + TYPE + "filters.http.fault.v3.HTTPFault";
    private static final String CORS = "'@type': " + TYPE + "filters.http.cors.v3.CorsPolicy";
    private static final String WRAPPED =
            "'@type': type.googleapis.com/envoy.config.route.v3.FilterConfig";
    private static final String ALL = "percentage: {numerator: 100}";
    private static final String BODY = "x".repeat(20_000);

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /// @param headers with `~` for ends of lines
    /// @param waits milliseconds that the answer takes at least
    private record Call(String method, String path, String headers, int waits) {
        Call(String path, String headers) {
            this("GET", path, headers, 0);
        }

        String bytes() {
            return method
                    + " "
                    + path
                    + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                    + headers.replace("~", "\r\n")
                    + "\r\n";
        }
    }

    private static Call preflight(String path, String origin) {
        return new Call(
                "OPTIONS",
                path,
                "origin: "
                        + origin
                        + "~access-control-request-method: PUT~access-control-request-headers: a,b~"
                        + "access-control-request-private-network: true~",
                0);
    }

    private static final List<Call> CALLS =
            List.of(
                    new Call("/plain", ""),
                    new Call("/plain", "x-envoy-fault-abort-request: 499~"),
                    new Call("GET", "/delay", "", 200),
                    new Call("/abort", ""),
                    new Call("/abort", "content-type: application/grpc~"),
                    new Call("/abort", "x-envoy-downstream-service-cluster: caller~"),
                    new Call("GET", "/both", "", 200),
                    new Call("/grpc", ""),
                    new Call("/grpc", "content-type: application/grpc~"),
                    new Call("/direct", ""),
                    new Call("/asked", ""),
                    new Call("GET", "/asked", "x-envoy-fault-delay-request: 150~", 150),
                    new Call("/asked", "x-envoy-fault-delay-request: soon~"),
                    new Call("/asked", "x-envoy-fault-abort-request: 418~"),
                    new Call("/asked", "x-envoy-fault-abort-request: 199~"),
                    new Call("/asked", "x-envoy-fault-abort-request: 700~"),
                    new Call(
                            "/asked",
                            "content-type: application/grpc~x-envoy-fault-abort-grpc-request: 9~"),
                    new Call(
                            "/asked",
                            "x-envoy-fault-abort-request: 418~"
                                    + "x-envoy-fault-abort-request-percentage: 0~"),
                    new Call(
                            "/asked",
                            "x-envoy-fault-abort-request: 418~"
                                    + "x-envoy-fault-abort-request-percentage: 200~"),
                    new Call("/some", ""),
                    new Call("/some", "x-fail: yes~"),
                    new Call("/some", "x-fail: yes~x-envoy-downstream-service-node: node~"),
                    new Call("/off", "x-envoy-fault-abort-request: 418~"),
                    new Call("/overflow", ""),
                    new Call("GET", "/slow", "", 250),
                    new Call("/cors", "origin: http://r~"),
                    new Call("/cors", "origin: http://v~"),
                    new Call("/cors", ""),
                    preflight("/cors", "http://r"),
                    preflight("/cors", "http://v"),
                    preflight("/plain", "http://v"),
                    preflight("/plain", "http://r"),
                    new Call("/plain", "origin: http://v~"),
                    preflight("/cors-strict", "http://no"),
                    preflight("/cors-any", "http://what.ever"),
                    preflight("/cors-off", "http://v"),
                    preflight("/cors-counted", "http://v"),
                    preflight("/direct", "http://v"),
                    new Call("/cors-abort", "origin: http://v~"));

    private static String route(String path, String fault, String cors, String action) {
        return "- {match: {prefix: %s}, %s, typed_per_filter_config: {%s%s%s}}%n"
                .formatted(
                        path,
                        action,
                        fault.isEmpty() ? "" : "fault: {" + fault + "}",
                        fault.isEmpty() || cors.isEmpty() ? "" : ", ",
                        cors.isEmpty() ? "" : "cors: {" + cors + "}");
    }

    private static String fault(String path, String said) {
        return route(path, FAULT + ", " + said, "", "route: {cluster: up}");
    }

    private static String cors(String path, String said) {
        return route(path, "", CORS + ", " + said, "route: {cluster: up}");
    }

    private static String bootstrap(List<Integer> ports, int upstream, Path log) {
        String abort = "abort: {http_status: 503, " + ALL + "}";
        String routes =
                fault("/delay", "delay: {fixed_delay: 0.2s, " + ALL + "}")
                        + fault("/abort", abort)
                        + fault("/both", "delay: {fixed_delay: 0.2s, " + ALL + "}, " + abort)
                        + fault("/grpc", "abort: {grpc_status: 8, " + ALL + "}")
                        + route(
                                "/direct",
                                FAULT + ", " + abort,
                                "",
                                "direct_response: {status: 200}")
                        + fault(
                                "/asked",
                                "delay: {header_delay: {}, "
                                        + ALL
                                        + "}, abort: {header_abort: {}, "
                                        + ALL
                                        + "}")
                        + fault(
                                "/some",
                                abort
                                        + ", headers: [{name: x-fail, string_match: {exact: 'yes'}}],"
                                        + " downstream_nodes: [node]")
                        + route("/off", WRAPPED + ", disabled: true", "", "route: {cluster: up}")
                        + fault("/overflow", abort + ", max_active_faults: 0")
                        + fault(
                                "/slow",
                                "response_rate_limit: {fixed_limit: {limit_kbps: 64}, " + ALL + "}")
                        + cors(
                                "/cors-strict",
                                "forward_not_matching_preflights: false, max_age: \"7\"")
                        + cors(
                                "/cors-any",
                                "allow_origin_string_match: [{safe_regex: {regex:"
                                        + " 'http://[a-z.]+'}}], allow_methods: '*', allow_headers:"
                                        + " '*', allow_private_network_access: true")
                        + route(
                                "/cors-off",
                                "",
                                WRAPPED + ", disabled: true",
                                "route: {cluster: up}")
                        + cors(
                                "/cors-counted",
                                "filter_enabled: {default_value: {numerator: 0}}, shadow_enabled:"
                                        + " {default_value: {numerator: 100}}")
                        + fault("/cors-abort", abort)
                        + cors(
                                "/cors",
                                "allow_origin_string_match: [{exact: 'http://r'}],"
                                        + " allow_credentials: true, allow_headers: 'a, b'")
                        + "- {match: {prefix: /}, route: {cluster: up}}\n";
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
                  delayed_close_timeout: 0.1s
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: {text_format_source: {inline_string: "%%REQ(:PATH)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%% %%BYTES_SENT%%\\n"}}
                  http_filters:
                  - name: fault
                    typed_config: {%s, abort: {header_abort: {}, %s}}
                  - name: cors
                    typed_config: {'@type': %sfilters.http.cors.v3.Cors}
                  - name: router
                    typed_config: {'@type': %sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      typed_per_filter_config:
                        cors: {%s, allow_origin_string_match: [{exact: 'http://v'}], allow_methods: 'GET, PUT', expose_headers: x-v}
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
                        FAULT,
                        ALL,
                        TYPE,
                        TYPE,
                        CORS,
                        routes.indent(14),
                        upstream);
    }

    @Test
    void bothAnswerLogAndCountTheSame() throws Exception {
        try (var upstream =
                        new AnsweringBackend(
                                "\r\n\r\n",
                                request ->
                                        "HTTP/1.1 200 OK\r\naccess-control-allow-origin: own\r\n"
                                                + "content-length: "
                                                + (request.contains(" /slow ") ? BODY : "=")
                                                        .length()
                                                + "\r\n\r\n"
                                                + (request.contains(" /slow ") ? BODY : "="));
                var planes =
                        DataPlanes.start(
                                directory,
                                2,
                                ports -> bootstrap(ports, upstream.port(), log(ports)))) {
            var outcomes = new ArrayList<Map<String, String>>();
            for (Plane plane : planes.all()) {
                outcomes.add(outcomes(plane));
            }
            assertThat(outcomes.getFirst()).isEqualTo(outcomes.getLast());
        }
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.get(1) + ".log");
    }

    private Map<String, String> outcomes(Plane plane) throws Exception {
        var outcomes = new TreeMap<String, String>();
        for (int i = 0; i < CALLS.size(); i++) {
            Call call = CALLS.get(i);
            long began = System.nanoTime();
            String answer = ask(plane.ports().get(1), call);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            // Envoy's timers may fire some milliseconds early.
            assertThat(took).as("%s: %s", plane.name(), call).isGreaterThan(call.waits() - 10);
            outcomes.put("%02d %s".formatted(i, call), answer);
        }
        List<String> lines = List.of();
        while (lines.size() < CALLS.size()) {
            Thread.sleep(20);
            lines = Files.readAllLines(log(plane.ports()));
        }
        for (int i = 0; i < CALLS.size(); i++) {
            outcomes.merge("%02d %s".formatted(i, CALLS.get(i)), lines.get(i), (a, b) -> a + b);
        }
        outcomes.put("counted", counted(plane.ports().get(0)));
        return outcomes;
    }

    private String counted(int admin) throws Exception {
        HttpResponse<String> stats =
                client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/stats"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return String.join(
                "\n",
                stats.body()
                        .lines()
                        .filter(it -> it.startsWith("http.main.fault.") || it.contains(".cors."))
                        .filter(it -> !it.endsWith(": 0"))
                        .sorted()
                        .toList());
    }

    private static String ask(int port, Call call) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(call.bytes().getBytes(StandardCharsets.US_ASCII));
            String text =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            int end = text.indexOf("\r\n\r\n");
            return String.join(
                            "\n",
                            text.substring(0, end)
                                    .lines()
                                    .filter(it -> !it.startsWith("date: "))
                                    .filter(it -> !it.startsWith("x-envoy-upstream-service-time"))
                                    .sorted()
                                    .toList())
                    + text.substring(end);
        }
    }
}

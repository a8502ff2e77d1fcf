package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, whose routes retry the same: each upstream
/// attempt is the same, and what the client and the log are told.
class RetriesBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    @TempDir Path directory;

    /// A request.
    ///
    /// @param path names the route, and what is answered: a word for each attempt, the last one for
    ///   the rest
    /// @param body in one piece behind the head
    private record Call(String path, String headers, String body) {
        Call(String path) {
            this(path, "", "");
        }

        String bytes() {
            return (body.isEmpty() ? "GET " : "POST ")
                    + path
                    + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                    + headers.replace("~", "\r\n")
                    + (body.isEmpty() ? "" : "content-length: " + body.length() + "\r\n")
                    + "\r\n"
                    + body;
        }
    }

    private static final List<Call> CALLS =
            List.of(
                    new Call("/5xx/500,200"),
                    new Call("/5xx/500,500,500,200"),
                    new Call("/5xx/404"),
                    new Call("/5xx/lost,200", "", "a body"),
                    new Call("/5xx/garbage,200"),
                    new Call("/5xx/limited"),
                    new Call("/5xx/500,200", "", "a body"),
                    new Call("/5xx/500,200", "", "x".repeat(3_000)),
                    new Call("/gateway/500"),
                    new Call("/gateway/503,504,200"),
                    new Call("/status/418,425,200"),
                    new Call("/status/503"),
                    new Call("/4xx/409,404"),
                    new Call("/headers/again,200"),
                    new Call("/reset/500"),
                    new Call("/reset/lost,lost,lost", "", "a body"),
                    // On a connection that waits: this attempt counts like those after it.
                    new Call("/none/200"),
                    new Call("/reset/lost"),
                    new Call("/before/lost", "", "a body"),
                    new Call("/grpc/unavailable,ok"),
                    new Call("/grpc/internal"),
                    new Call("/grpc/internal", "content-type: application/grpc~", "call"),
                    new Call("/grpc/ok", "content-type: application/grpc+proto~", "call"),
                    new Call("/grpc/503", "content-type: application/grpc~", "call"),
                    new Call("/none/200", "content-type: application/grpc~", "call"),
                    new Call("/never/500"),
                    new Call("/never/500,200", "x-envoy-retry-on: 5xx~", ""),
                    new Call(
                            "/never/500,500,500,200",
                            "x-envoy-retry-on: 5xx~x-envoy-max-retries: 3~",
                            ""),
                    new Call(
                            "/never/404,200",
                            "x-envoy-retry-on:"
                                    + " retriable-status-codes~x-envoy-retriable-status-codes: 404~",
                            ""),
                    new Call(
                            "/never/again,200",
                            "x-envoy-retry-on: retriable-headers~x-envoy-retriable-header-names:"
                                    + " x-again~",
                            ""),
                    new Call("/never/unavailable,ok", "x-envoy-retry-grpc-on: unavailable~", ""),
                    new Call("/named/500,200"),
                    new Call("/named/500,200", "x-retry: yes~", ""),
                    new Call("/slow/silent,200"),
                    new Call("/slow/silent"),
                    new Call("/idle/silent,200"),
                    new Call("/whole/silent"),
                    new Call("/dead/200"),
                    new Call("/none/200"),
                    new Call("/budget/500"));

    /// What was seen of a call.
    ///
    /// @param attempts what the upstream got, each with the headers that speak of attempts
    private record Outcome(String answer, List<String> attempts, String log) {}

    private static String route(String prefix, String cluster, String more) {
        return "        - {match: {prefix: %s}, %sroute: {cluster: %s, %s}}\n"
                .formatted(
                        prefix,
                        prefix.equals("/5xx/") ? "per_request_buffer_limit_bytes: 2000, " : "",
                        cluster,
                        more);
    }

    private static String retry(String policy) {
        return "retry_policy: {retry_back_off: {base_interval: 0.001s}, " + policy + "}";
    }

    private static String cluster(String name, String hosts, String more) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            lb_policy: ROUND_ROBIN
        %s    load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}
        """
                .formatted(name, more, name, hosts);
    }

    private static String host(int port) {
        return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}"
                .formatted(port);
    }

    private static String bootstrap(int port, int upstream, int dead, Path log) {
        return """
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
                  internal_address_config: {cidr_ranges: [{address_prefix: 127.0.0.0, prefix_len: 8}]}
                  use_remote_address: true
                  generate_request_id: false
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: {text_format_source: {inline_string: "%%REQ(:PATH)%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%% %%UPSTREAM_REQUEST_ATTEMPT_COUNT%% %%REQUEST_HEADERS_BYTES%% %%GRPC_STATUS%% %%GRPC_STATUS(SNAKE_STRING)%% %%GRPC_STATUS(NUMBER)%% %%GRPC_STATUS_NUMBER%% %%RESPONSE_TRAILERS_BYTES%%\\n"}}
                  http_filters:
                  - name: router
                    typed_config: {'@type': %sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      include_request_attempt_count: true
                      include_attempt_count_in_response: true
                      include_is_timeout_retry_header: true
                      retry_policy: {retry_on: "gateway-error", num_retries: 2, retry_back_off: {base_interval: 0.001s}}
                      routes:
        %s\
          clusters:
        %s%s%s\
        """
                .formatted(
                        port,
                        TYPE,
                        TYPE,
                        log,
                        TYPE,
                        (route("/5xx/", "up", retry("retry_on: 5xx, num_retries: 2"))
                                        + route("/gateway/", "up", "timeout: 20s")
                                        + route(
                                                "/status/",
                                                "up",
                                                retry(
                                                        "retry_on: retriable-status-codes,"
                                                                + " retriable_status_codes: [418,"
                                                                + " 425], num_retries: 2"))
                                        + route("/4xx/", "up", retry("retry_on: retriable-4xx"))
                                        + route(
                                                "/headers/",
                                                "up",
                                                retry(
                                                        "retry_on: retriable-headers,"
                                                                + " retriable_headers: [{name:"
                                                                + " x-again}]"))
                                        + route("/reset/", "up", retry("retry_on: reset"))
                                        + route(
                                                "/before/",
                                                "up",
                                                retry("retry_on: reset-before-request"))
                                        + route(
                                                "/grpc/",
                                                "up",
                                                retry("retry_on: \"unavailable,cancelled\""))
                                        + route("/never/", "up", retry("retry_on: \"\""))
                                        + route(
                                                "/named/",
                                                "up",
                                                retry(
                                                        "retry_on: 5xx, retriable_request_headers:"
                                                                + " [{name: x-retry}]"))
                                        + route(
                                                "/slow/",
                                                "up",
                                                retry("retry_on: 5xx, per_try_timeout: 0.8s"))
                                        + route(
                                                "/idle/",
                                                "up",
                                                retry("retry_on: 5xx, per_try_idle_timeout: 0.8s"))
                                        + route(
                                                "/whole/",
                                                "up",
                                                "timeout: 1.6s, "
                                                        + retry(
                                                                "retry_on: 5xx, num_retries: 9,"
                                                                        + " per_try_timeout: 1s"))
                                        + route(
                                                "/dead/",
                                                "half",
                                                retry(
                                                        "retry_on: connect-failure,"
                                                                + " host_selection_retry_max_attempts:"
                                                                + " 5, retry_host_predicate: [{name: p,"
                                                                + " typed_config: {'@type':"
                                                                + " type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}}]"))
                                        + route(
                                                "/none/",
                                                "gone",
                                                retry("retry_on: connect-failure, num_retries: 2"))
                                        + route("/budget/", "tight", retry("retry_on: 5xx")))
                                .indent(14),
                        cluster("up", host(upstream), ""),
                        cluster("half", host(dead) + ", " + host(upstream), "")
                                + cluster("gone", host(dead), ""),
                        cluster(
                                "tight",
                                host(upstream),
                                "    circuit_breakers: {thresholds: [{retry_budget:"
                                        + " {budget_percent: {value: 0}, min_retry_concurrency:"
                                        + " 0}}]}\n"));
    }

    /// Answers as the path of each request says.
    private static final class Scripted implements AutoCloseable {
        private final Accepting server = new Accepting(this::serve);
        private final Map<String, List<String>> seen = new ConcurrentHashMap<>();

        Scripted() throws IOException {}

        int port() {
            return server.port();
        }

        List<String> take(String path) {
            List<String> attempts = seen.remove(path);
            return attempts == null ? List.of() : List.copyOf(attempts);
        }

        private void serve(Socket socket) throws IOException {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!isAnswered(socket, in, line)) {
                    return;
                }
            }
        }

        private boolean isAnswered(Socket socket, BufferedReader in, String first)
                throws IOException {
            String path = first.split(" ", -1)[1];
            var attempt = new StringBuilder(first.split(" ", -1)[0]);
            int length = 0;
            var told = new TreeMap<String, String>();
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                String[] parts = line.toLowerCase(Locale.ROOT).split(": ", 2);
                if (parts[0].equals("content-length")) {
                    length = Integer.parseInt(parts[1]);
                }
                if (parts[0].startsWith("x-envoy") && !parts[0].endsWith("internal")) {
                    // How long another attempt may take depends on how long the last one took.
                    boolean isRest = parts[0].endsWith("timeout-ms") && seen.containsKey(path);
                    told.put(parts[0], isRest ? rest(parts[1]) : parts[1]);
                }
            }
            attempt.append(told);
            for (int i = 0; i < length; i++) {
                attempt.append(
                        i < 10 ? String.valueOf((char) in.read()) : in.read() < 0 ? "!" : "");
            }
            List<String> attempts = seen.computeIfAbsent(path, _ -> new ArrayList<>());
            attempts.add(attempt.toString());
            String[] words = path.substring(path.lastIndexOf('/') + 1).split(",", -1);
            String answer = answer(words[Math.min(attempts.size(), words.length) - 1]);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            // A silent one waits until the proxy goes.
            return answer.endsWith("=") || (path.contains("silent") && in.read() >= 0);
        }

        private static String rest(String millis) {
            return Integer.parseInt(millis) > 2_000 ? "long" : "short";
        }

        /// What ends with `=` leaves the connection open.
        private static String answer(String word) {
            String ok = "HTTP/1.1 200 OK\r\n";
            String body = "content-length: 1\r\n\r\n=";
            return switch (word) {
                case "silent" -> "";
                case "lost" -> "";
                case "garbage" -> "nonsense\r\n\r\n";
                case "limited" -> "HTTP/1.1 503 No\r\nx-envoy-ratelimited: true\r\n" + body;
                case "again" -> ok + "x-again: 1\r\n" + body;
                case "ok" -> ok + "grpc-status: 0\r\n" + body;
                case "unavailable" -> ok + "grpc-status: 14\r\n" + body;
                case "internal" -> ok + "grpc-status: 13\r\n" + body;
                default -> "HTTP/1.1 " + word + " Word\r\n" + body;
            };
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void bothRetryTheSame() throws Exception {
        int dead = FreePorts.one();
        try (var behindOurs = new Scripted();
                var behindEnvoy = new Scripted()) {
            var behind = List.of(behindOurs, behindEnvoy).iterator();
            try (var planes =
                    DataPlanes.start(
                            directory,
                            1,
                            ports ->
                                    bootstrap(
                                            ports.getFirst(),
                                            behind.next().port(),
                                            dead,
                                            log(ports.getFirst())))) {
                Map<String, Map<String, Outcome>> outcomes =
                        planes.atOnce(plane ->
                                outcomes(
                                        plane,
                                        plane.name().equals("envoy") ? behindEnvoy : behindOurs));
                Map<String, Outcome> ours = requireNonNull(outcomes.get("heddle"));
                requireNonNull(outcomes.get("envoy"))
                        .forEach((call, envoys) ->
                                assertThat(ours.get(call)).as(call).isEqualTo(envoys));
            }
        }
    }

    private Path log(int port) {
        return directory.resolve(port + ".log");
    }

    private Map<String, Outcome> outcomes(DataPlanes.Plane plane, Scripted upstream)
            throws Exception {
        int port = plane.ports().getFirst();
        var answers = new ArrayList<String>();
        var attempts = new ArrayList<List<String>>();
        for (Call call : CALLS) {
            answers.add(ask(port, call));
            attempts.add(upstream.take(call.path()));
        }
        List<String> lines = List.of();
        while (lines.size() < CALLS.size()) {
            Thread.sleep(20);
            lines = Files.readAllLines(log(port));
        }
        var outcomes = new TreeMap<String, Outcome>();
        for (int i = 0; i < CALLS.size(); i++) {
            String name = "%02d %s %s".formatted(i, CALLS.get(i).path(), CALLS.get(i).headers());
            // Which of two hosts is the first is chance; that the dead one is not the last is not.
            boolean isChance = CALLS.get(i).path().startsWith("/dead/");
            outcomes.put(
                    name,
                    isChance
                            ? new Outcome(answers.get(i).split(",", -1)[0], List.of(), "")
                            : new Outcome(answers.get(i), attempts.get(i), lines.get(i)));
        }
        return outcomes;
    }

    private static String ask(int port, Call call) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(call.bytes().getBytes(StandardCharsets.ISO_8859_1));
            String all =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return all.lines()
                    .filter(line ->
                            line.startsWith("HTTP/")
                                    || line.startsWith("x-envoy-attempt-count")
                                    || line.startsWith("x-envoy-overloaded")
                                    || !line.contains(": "))
                    .toList()
                    .toString();
        }
    }
}

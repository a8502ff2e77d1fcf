package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests that fail in different ways, and why, as the log says it.
class ReasonsInTheLogTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    @TempDir Path directory;

    private static String cluster(String name, int port, String more) {
        return """
          - name: %1$s
            type: STATIC
            connect_timeout: 1s
            %3$s
            load_assignment: {cluster_name: %1$s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}}]}]}
        """
                .formatted(name, port, more);
    }

    private String bootstrap(int port, int failing, int silent, int nobody) {
        return """
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: {text_format_source: {inline_string: "%%PATH%% %%RESPONSE_FLAGS%% %%DYNAMIC_METADATA(heddle:reason)%%\\n"}}
                  local_reply_config:
                    mappers:
                    - filter: {status_code_filter: {comparison: {op: GE, value: {default_value: 404, runtime_key: none}}}}
                      headers_to_add: [{header: {key: x-reason, value: '%%DYNAMIC_METADATA(heddle:reason)%%'}}]
                  http_filters:
                  - name: rbac
                    typed_config:
                      '@type': %sfilters.http.rbac.v3.RBAC
                      rules:
                        action: DENY
                        policies:
                          ns[shop]-policy[closed]-rule[1]:
                            permissions: [{url_path: {path: {prefix: /denied}}}]
                            principals: [{any: true}]
                  - {name: router, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /failing}, route: {cluster: failing}}
                      - {match: {prefix: /silent}, route: {cluster: silent, timeout: 0.25s}}
                      - {match: {prefix: /denied}, route: {cluster: silent}}
                      - {match: {prefix: /nobody}, route: {cluster: nobody, retry_policy: {retry_on: connect-failure, num_retries: 1, retry_back_off: {base_interval: 0.001s}}}}
                      - {match: {prefix: /missing}, route: {cluster: missing}}
                      - {match: {prefix: /full}, route: {cluster: full}}
          clusters:
        """
                        .formatted(port, TYPE, TYPE, directory.resolve("log"), TYPE, TYPE)
                + cluster(
                        "failing",
                        failing,
                        "outlier_detection: {consecutive_5xx: 1, max_ejection_percent: 100,"
                                + " enforcing_consecutive_5xx: 100}\n"
                                + "    common_lb_config: {healthy_panic_threshold: {value: 0}}")
                + cluster("silent", silent, "alt_stat_name: silent")
                + cluster("nobody", nobody, "alt_stat_name: nobody")
                + cluster("full", failing, "circuit_breakers: {thresholds: [{max_requests: 0}]}");
    }

    @Test
    void eachFailureHasItsSentence() throws Exception {
        List<Integer> ports = FreePorts.many(2);
        int nobody = ports.getLast();
        String failed = "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n";
        try (var failing = new AnsweringBackend("\r\n\r\n", _ -> failed);
                var silent = new AnsweringBackend("never", _ -> "");
                Proxy _ =
                        Proxy.start(
                                BootstrapParser.parse(
                                        "test",
                                        bootstrap(
                                                ports.getFirst(),
                                                failing.port(),
                                                silent.port(),
                                                nobody)),
                                ProxyTest.settings())) {
            for (String path :
                    List.of(
                            "/failing/first",
                            "/silent",
                            "/denied",
                            "/nobody",
                            "/missing",
                            "/full",
                            "/none")) {
                ask(ports.getFirst(), path);
            }
            Path log = directory.resolve("log");
            await(log, 7);
            // Where a mesh wants it, callers are told, too; not what an upstream itself answers.
            assertThat(ask(ports.getFirst(), "/missing"))
                    .contains("x-reason: there is no cluster 'missing'\r\n");
            assertThat(ask(ports.getFirst(), "/denied")).doesNotContain("x-reason");
            await(log, 9);
            // By now every worker knows that the host is ejected.
            ask(ports.getFirst(), "/failing/then");
            await(log, 10);

            assertThat(Files.readAllLines(log))
                    .containsExactlyInAnyOrder(
                            "/failing/first - the upstream 127.0.0.1:"
                                    + failing.port()
                                    + " itself answered 500",
                            "/failing/then UH no healthy host: the only one of 'failing' is"
                                    + " ejected",
                            "/silent UT the route's timeout of 250ms ran out after 1 try",
                            "/denied - denied by AuthorizationPolicy shop/closed, rule 1",
                            "/nobody URX,UF no connection to the upstream 127.0.0.1:"
                                    + nobody
                                    + " came about: delayed connect error: Connection refused,"
                                    + " after 2 tries; no more tries are allowed",
                            "/missing NC there is no cluster 'missing'",
                            "/missing NC there is no cluster 'missing'",
                            "/denied - denied by AuthorizationPolicy shop/closed, rule 1",
                            "/full UO the cluster 'full' takes no more: its limit of requests is"
                                    + " reached",
                            "/none NR no route matches the request");
        }
    }

    private static String ask(int port, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            ("GET " + path + " HTTP/1.1\r\nhost: h.test\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                assertThat(next).as("%s: %s", path, head).isNotNegative();
                head.append((char) next);
            }
            return head.toString();
        }
    }

    private static void await(Path log, int lines) throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(log) || Files.readAllLines(log).size() < lines) {
            assertThat(System.nanoTime()).as("no log").isLessThan(until);
            Thread.onSpinWait();
        }
    }
}

package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// After the same requests our proxy and stock Envoy have counted the same of routes with a
/// `stat_prefix`.
@Timeout(60)
class RouteStatsBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";
    private static final List<String> PATHS =
            List.of("/mine", "/mine", "/again/500", "/again/404", "/slow", "/direct", "/other");

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private static String bootstrap(List<Integer> ports, int upstream) {
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
                  '@type': %snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: router
                    typed_config: {'@type': %shttp.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all.example:80
                      domains: ['*']
                      routes:
                      - match: {prefix: /mine}
                        stat_prefix: mine
                        route: {cluster: up}
                      - match: {prefix: /again}
                        stat_prefix: again
                        route: {cluster: up, retry_policy: {retry_on: 5xx, retry_back_off: {base_interval: 0.001s}}}
                      - match: {prefix: /slow}
                        stat_prefix: slow
                        route: {cluster: up, timeout: 0.2s}
                      - match: {prefix: /direct}
                        stat_prefix: direct
                        direct_response: {status: 200}
                      - match: {prefix: /}
                        route: {cluster: up}
          clusters:
          - name: up
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(ports.get(0), ports.get(1), TYPE, TYPE, upstream);
    }

    private static String answer(String request) {
        if (request.contains(" /slow ")) {
            return "";
        }
        String status = request.contains("/500") ? "500" : request.contains("/404") ? "404" : "200";
        return "HTTP/1.1 " + status + " Word\r\ncontent-length: 0\r\n\r\n";
    }

    @Test
    void bothCountTheSame() throws Exception {
        try (var upstream = new AnsweringBackend("\r\n\r\n", RouteStatsBesideEnvoyTest::answer);
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, upstream.port()))) {
            var counted = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                for (String path : PATHS) {
                    get(plane.ports().get(1), path);
                }
                counted.add(
                        get(plane.ports().get(0), "/stats")
                                .lines()
                                .filter(it -> it.startsWith("vhost."))
                                .filter(it -> !it.endsWith(": 0") && !it.contains("_time"))
                                .sorted()
                                .toList());
            }
            assertThat(counted.getFirst()).isNotEmpty().isEqualTo(counted.getLast());
        }
    }

    private String get(int port, String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}

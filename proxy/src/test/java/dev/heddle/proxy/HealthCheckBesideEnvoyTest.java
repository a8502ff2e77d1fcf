package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The health check filter of both proxies, while the proxy is well and while it is to fail.
class HealthCheckBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    private static String bootstrap(List<Integer> ports, String check) {
        return """
        node: {id: one, cluster: reviews}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: check
                    typed_config: {'@type': %shttp.health_check.v3.HealthCheck, %s}
                  - {name: router, typed_config: {'@type': %shttp.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /}, direct_response: {status: 204}}
        """
                .formatted(ports.get(0), ports.get(1), TYPE, TYPE, check, TYPE);
    }

    private HttpResponse<String> send(int port, String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("x-probe", "yes")
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String ask(Plane plane, String path) throws Exception {
        HttpResponse<String> answer = send(plane.ports().get(1), "GET", path);
        var said = new StringBuilder(Integer.toString(answer.statusCode()));
        for (String name :
                List.of(
                        "x-envoy-upstream-healthchecked-cluster",
                        "x-envoy-immediate-health-check-fail",
                        "connection")) {
            answer.headers().firstValue(name).ifPresent(it -> said.append(' ').append(it));
        }
        return said.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void healthChecksAreAnsweredAsTheProxyIs(boolean passesThrough) throws Exception {
        String check =
                "headers: [{name: ':path', string_match: {exact: /healthz}},"
                        + " {name: x-probe, present_match: true}], pass_through_mode: "
                        + passesThrough;
        try (DataPlanes planes = DataPlanes.start(directory, 2, ports -> bootstrap(ports, check))) {
            var all = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                var said = new ArrayList<String>();
                int admin = plane.ports().getFirst();
                said.add(ask(plane, "/healthz"));
                said.add(ask(plane, "/other"));
                send(admin, "POST", "/healthcheck/fail");
                said.add(ask(plane, "/healthz"));
                said.add(ask(plane, "/other"));
                send(admin, "POST", "/healthcheck/ok");
                said.add(ask(plane, "/healthz"));
                all.add(said);
            }
            String well = (passesThrough ? "204" : "200") + " reviews";
            assertThat(all.get(0)).isEqualTo(all.get(1));
            assertThat(all.get(0))
                    .containsExactly(well, "204", "503 reviews true close", "204 true close", well);
        }
    }

    @Test
    void whatIsNotImplementedIsSaid() {
        assertThatThrownBy(() ->
                        Proxy.start(
                                BootstrapParser.parse(
                                        "test",
                                        bootstrap(
                                                List.of(0, 0),
                                                "pass_through_mode: true, cache_time: 1s")),
                                ProxyTest.settings()))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining("cache_time");
    }
}

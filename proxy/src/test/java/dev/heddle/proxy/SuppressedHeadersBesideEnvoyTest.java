package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A router with `suppress_envoy_headers` adds none of Envoy's headers, and obeys them all the
/// same.
class SuppressedHeadersBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    @TempDir Path directory;

    private static String bootstrap(List<Integer> ports, int upstream) {
        return """
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
                  use_remote_address: true
                  internal_address_config:
                    cidr_ranges: [{address_prefix: 127.0.0.0, prefix_len: 8}]
                  http_filters:
                  - name: router
                    typed_config:
                      '@type': %shttp.router.v3.Router
                      suppress_envoy_headers: true
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes: [{match: {prefix: /}, route: {cluster: one}}]
          clusters:
          - name: one
            type: STATIC
            connect_timeout: 1s
            load_assignment:
              cluster_name: one
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(ports.getFirst(), TYPE, TYPE, upstream);
    }

    @Test
    void aRequestsTimeoutIsObeyed() throws Exception {
        try (var upstream = new Backend("one");
                var client = HttpClient.newHttpClient();
                DataPlanes planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports, upstream.port()))) {
            for (Plane plane : planes.all()) {
                var uri = URI.create("http://127.0.0.1:" + plane.ports().getFirst() + "/");
                upstream.delays(0);
                HttpResponse<String> quick =
                        client.send(
                                HttpRequest.newBuilder(uri).build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(quick.statusCode()).as(plane.name()).isEqualTo(200);
                assertThat(quick.headers().firstValue("x-envoy-upstream-service-time"))
                        .as(plane.name())
                        .isEmpty();
                upstream.delays(60_000);
                HttpResponse<String> late =
                        client.send(
                                HttpRequest.newBuilder(uri)
                                        .header("x-envoy-upstream-rq-timeout-ms", "100")
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(late.statusCode()).as(plane.name()).isEqualTo(504);
            }
        }
    }
}

package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a bootstrap says of statistics, in what is scraped of our proxy and of stock Envoy beside
/// it.
@Timeout(120)
class StatsSettingsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /// @param stats fields of a bootstrap
    private static String bootstrap(List<Integer> ports, int backend, String stats) {
        String log =
                """
                access_log:
                - name: envoy.access_loggers.stats
                  typed_config:
                    '@type': type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config
                    stats_scope: {prefix: istio, enable_eviction: true}
                    histograms:
                    - stat: {name: request_bytes, tags: [{name: path, value_format: '%PATH%'}]}
                      unit: Bytes
                      value_format: '%BYTES_RECEIVED%'
                    counters:
                    - stat: {name: requests_total, tags: [{name: path, value_format: '%PATH%'}]}
                      value_fixed: 1
                """;
        return stats
                + Bootstraps.withAdmin(
                        ports.getFirst(),
                        Bootstraps.of(
                                List.of(
                                        Bootstraps.http(
                                                ports.getLast(),
                                                log,
                                                """
                                                - match: {prefix: /}
                                                  route: {cluster: backend}
                                                """)),
                                "- name: backend\n  type: STATIC\n  load_assignment:"
                                        + " {cluster_name: backend, endpoints: [{lb_endpoints: ["
                                        + Bootstraps.host(backend, "")
                                        + "]}]}\n"));
    }

    @Test
    void bucketsAreThoseThatTheBootstrapSays() throws Exception {
        String stats =
                """
                stats_flush_interval: 0.1s
                stats_config:
                  histogram_bucket_settings:
                  - {match: {prefix: istio.request_bytes}, buckets: [15, 250]}
                """;
        try (var backend = new HttpEcho(_ -> HttpEcho.ok("", "taken"));
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, backend.port(), stats))) {
            for (DataPlanes.Plane plane : planes.all()) {
                post(plane, "/a", 10);
                post(plane, "/a", 200);
                post(plane, "/a", 300);
                await(plane.name())
                        .atMost(SOON)
                        .untilAsserted(() ->
                                assertThat(scraped(plane, "istio_request_bytes_bucket"))
                                        .as(plane.name())
                                        .containsExactly(
                                                "{path=\"/a\",le=\"15\"} 1",
                                                "{path=\"/a\",le=\"250\"} 2",
                                                "{path=\"/a\",le=\"+Inf\"} 3"));
                // Others are as they always are.
                await(plane.name())
                        .atMost(SOON)
                        .untilAsserted(() ->
                                assertThat(scraped(plane, "envoy_cluster_upstream_rq_time_bucket"))
                                        .as(plane.name())
                                        .hasSize(20));
            }
        }
    }

    @Test
    void whatIsNotIncludedIsNotScraped() throws Exception {
        String stats =
                """
                stats_flush_interval: 0.1s
                stats_config:
                  stats_matcher:
                    inclusion_list:
                      patterns:
                      - {prefix: istio.requests}
                      - {suffix: upstream_rq_total}
                      - {safe_regex: {regex: 'server\\..*'}}
                """;
        try (var backend = new HttpEcho(_ -> HttpEcho.ok("", "taken"));
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, backend.port(), stats))) {
            for (DataPlanes.Plane plane : planes.all()) {
                post(plane, "/a", 10);
                await(plane.name())
                        .atMost(SOON)
                        .untilAsserted(() ->
                                assertThat(scraped(plane, "istio_requests_total"))
                                        .as(plane.name())
                                        .containsExactly("{path=\"/a\"} 1"));
                assertThat(scraped(plane, "envoy_server_live")).as(plane.name()).hasSize(1);
                assertThat(scraped(plane, "envoy_cluster_upstream_rq_total"))
                        .as(plane.name())
                        .hasSize(1);
                String whole = page(plane, "/stats/prometheus");
                assertThat(whole)
                        .as(plane.name())
                        .doesNotContain("istio_request_bytes", "envoy_http_", "upstream_cx");
                assertThat(page(plane, "/stats"))
                        .as(plane.name())
                        .contains("cluster.backend.upstream_rq_total: 1")
                        .doesNotContain("listener_manager", "downstream_cx");
            }
        }
    }

    @Test
    void whatNobodyUsesIsForgotten() throws Exception {
        String stats =
                """
                stats_flush_interval: 1s
                stats_eviction_interval: 2s
                """;
        try (var backend = new HttpEcho(_ -> HttpEcho.ok("", "taken"));
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, backend.port(), stats))) {
            for (DataPlanes.Plane plane : planes.all()) {
                post(plane, "/a", 10);
                await(plane.name())
                        .atMost(SOON)
                        .until(() -> scraped(plane, "istio_requests_total").size() == 1);
                await(plane.name())
                        .atMost(SOON)
                        .until(() -> scraped(plane, "istio_requests_total").isEmpty());
            }
        }
    }

    private void post(DataPlanes.Plane plane, String path, int bytes) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + plane.ports().getLast() + path);
        var request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("x".repeat(bytes)));
        assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private String page(DataPlanes.Plane plane, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + plane.ports().getFirst() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }

    /// The lines of a family, without its name.
    private List<String> scraped(DataPlanes.Plane plane, String family) throws Exception {
        return page(plane, "/stats/prometheus")
                .lines()
                .map(it -> it.replaceFirst("^envoy_istio", "istio"))
                .filter(it -> it.startsWith(family + "{"))
                .map(it -> it.substring(family.length()))
                .toList();
    }
}

package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.proxy.DataPlanes.Plane;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where requests go when hosts are ejected and there is something else to turn to, at our proxy
/// and at stock Envoy: the next cluster of an aggregate, and the next locality.
@Timeout(120)
class FailoverBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// Enough that three hosts in turn have failed as often as it takes.
    private static final int UNTIL_EJECTED = 40;

    /// What was decided has come to all workers after as many more.
    private static final int SETTLING = 20;

    private static final int REQUESTS = 600;

    private static final String EJECTS =
            """
            outlier_detection: {consecutive_5xx: 3, interval: 0.1s, base_ejection_time: 60s,
              max_ejection_percent: 100}
            """
                    .strip();

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /// A locality of some priority.
    private static String locality(String zone, int priority, int... ports) {
        var hosts = new ArrayList<String>();
        for (int port : ports) {
            hosts.add(Bootstraps.host(port, ""));
        }
        return "{locality: {region: r, zone: %s}, priority: %d, lb_endpoints: [%s]}"
                .formatted(zone, priority, String.join(", ", hosts));
    }

    private static String cluster(String name, String... localities) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            lb_policy: ROUND_ROBIN
            %s
            load_assignment: {cluster_name: %s, endpoints: [%s]}
        """
                .formatted(name, EJECTS, name, String.join(", ", localities));
    }

    private static String aggregate(String name, String clusters) {
        return """
          - name: %s
            connect_timeout: 1s
            lb_policy: CLUSTER_PROVIDED
            cluster_type:
              name: envoy.clusters.aggregate
              typed_config: {'@type': %sclusters.aggregate.v3.ClusterConfig, clusters: [%s]}
        """
                .formatted(name, TYPE, clusters);
    }

    private static String bootstrap(List<Integer> ports, String clusters) {
        String routes =
                Stream.of("first-of", "part-of", "zones", "half-a-zone")
                        .map(name ->
                                "- {match: {prefix: /%1$s}, route: {cluster: %1$s}}\n"
                                        .formatted(name))
                        .collect(Collectors.joining());
        return Bootstraps.of(List.of(Bootstraps.http(ports.getFirst(), routes)), clusters);
    }

    private static AnsweringBackend backend(String name, int status) throws Exception {
        return new AnsweringBackend(
                "\r\n\r\n",
                _ ->
                        "HTTP/1.1 %d Said\r\ncontent-length: %d\r\n\r\n%s"
                                .formatted(status, name.length(), name));
    }

    private String ask(Plane plane, String path) throws Exception {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + plane.ports().getFirst()
                                                        + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return response.body();
    }

    /// Who answers once those that fail are ejected, in parts of a hundred.
    private Map<String, Double> shares(Plane plane, String path) throws Exception {
        for (int i = 0; i < UNTIL_EJECTED + SETTLING; i++) {
            ask(plane, path);
        }
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < REQUESTS; i++) {
            counts.merge(ask(plane, path), 1, Integer::sum);
        }
        var shares = new TreeMap<String, Double>();
        counts.forEach((name, count) -> shares.put(name, 100.0 * count / REQUESTS));
        return shares;
    }

    @Test
    void requestsGoWhereEnvoySendsThemWhenHostsAreEjected() throws Exception {
        try (var bad = backend("bad", 500);
                var near = backend("near", 200);
                var far = backend("far", 200)) {
            String clusters =
                    cluster("bad-alone", locality("a", 0, bad.port()))
                            + cluster("half-bad", locality("a", 0, bad.port(), near.port()))
                            + cluster("far-alone", locality("b", 0, far.port()))
                            + aggregate("first-of", "bad-alone, far-alone")
                            + aggregate("part-of", "half-bad, far-alone")
                            + cluster(
                                    "zones",
                                    locality("a", 0, bad.port()),
                                    locality("b", 1, far.port()))
                            + cluster(
                                    "half-a-zone",
                                    locality("a", 0, bad.port(), near.port()),
                                    locality("b", 1, far.port()));
            try (var planes = DataPlanes.start(directory, 1, ports -> bootstrap(ports, clusters))) {
                var seen = new ArrayList<Map<String, Map<String, Double>>>();
                for (Plane plane : planes.all()) {
                    var shares = new TreeMap<String, Map<String, Double>>();
                    for (String name : List.of("first-of", "part-of", "zones", "half-a-zone")) {
                        shares.put(name, shares(plane, "/" + name));
                    }
                    seen.add(shares);
                }
                seen.getLast()
                        .forEach((name, theirs) -> {
                            Map<String, Double> ours = seen.getFirst().getOrDefault(name, Map.of());
                            assertThat(ours.keySet())
                                    .as("%s: %s", name, seen)
                                    .isEqualTo(theirs.keySet());
                            theirs.forEach((who, share) ->
                                    assertThat(ours.getOrDefault(who, 0.0))
                                            .as("%s, %s: %s", name, who, seen)
                                            .isCloseTo(share, within(8.0)));
                        });
                // All of one that is empty goes on, and what a half cannot carry.
                assertThat(seen.getLast())
                        .as("Envoy")
                        .containsEntry("zones", Map.of("far", 100.0))
                        .containsEntry("first-of", Map.of("far", 100.0));
                assertThat(seen.getLast().get("half-a-zone")).containsOnlyKeys("near", "far");
            }
        }
    }
}

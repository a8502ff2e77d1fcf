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

/// Clusters of clusters (`envoy.clusters.aggregate`), at our proxy and at stock Envoy: who answers
/// is the same.
@Timeout(60)
class FirstOfBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

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

    private static String cluster(String name, String hosts) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}
        """
                .formatted(name, name, hosts);
    }

    private static String host(int port, String health) {
        String address = "{socket_address: {address: 127.0.0.1, port_value: %d}}".formatted(port);
        return "{health_status: " + health + ", endpoint: {address: " + address + "}}";
    }

    private static String bootstrap(List<Integer> ports, int a, int b) {
        var routes = new StringBuilder();
        for (String name : List.of("there", "ill", "empty", "third", "nobody")) {
            routes.append(
                    "              - {match: {prefix: /%s}, route: {cluster: %s}}\n"
                            .formatted(name, name));
        }
        String clusters =
                cluster("a", host(a, "HEALTHY"))
                        + cluster("b", host(b, "HEALTHY"))
                        + cluster("ill-a", host(a, "UNHEALTHY"))
                        + cluster("none", "")
                        + aggregate("there", "a, b")
                        + aggregate("ill", "ill-a, b")
                        + aggregate("empty", "none, b")
                        + aggregate("third", "none, ill-a, a, b")
                        + aggregate("nobody", "none");
        return Bootstraps.of(
                List.of(Bootstraps.http(ports.getFirst(), routes.toString())), clusters);
    }

    private static String answer(String name) {
        return "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n" + name;
    }

    @Test
    void theSameClusterAnswers() throws Exception {
        try (var a = new AnsweringBackend("\r\n\r\n", _ -> answer("a"));
                var b = new AnsweringBackend("\r\n\r\n", _ -> answer("b"));
                var planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports, a.port(), b.port()))) {
            var answers = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                var one = new ArrayList<String>();
                for (String path : List.of("/there", "/ill", "/empty", "/third", "/nobody")) {
                    HttpResponse<String> response =
                            client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + plane.ports().getFirst()
                                                                    + path))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
                    one.add(path + " " + response.statusCode() + " " + response.body());
                }
                answers.add(one);
            }
            assertThat(answers.getFirst())
                    .isEqualTo(answers.getLast())
                    .contains("/there 200 a", "/ill 200 b", "/empty 200 b", "/third 200 a");
        }
    }
}

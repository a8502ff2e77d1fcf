package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How our proxy and stock Envoy spread requests over places, from the same bootstrap: by zones, by
/// weights of places, and over priorities in panic.
@Timeout(60)
class ZonesBesideEnvoyTest {
    private static final int TIMES = 1_500;

    @TempDir Path directory;

    /// Hosts in one place, that many of them; those that are negative are ill.
    private record Place(String zone, int priority, int weight, int hosts) {}

    /// A cluster: what it says of itself, and its places.
    private record Case(String fields, List<Place> places) {}

    private static final Map<String, Case> CASES =
            Map.of(
                    "residual",
                    new Case(
                            "common_lb_config: {zone_aware_lb_config: {min_cluster_size: 2}}",
                            List.of(
                                    new Place("a", 0, 1, 1),
                                    new Place("b", 0, 1, 2),
                                    new Place("c", 0, 1, 1))),
                    "direct",
                    new Case(
                            "common_lb_config: {zone_aware_lb_config: {min_cluster_size: 2}}",
                            List.of(new Place("a", 0, 1, 3), new Place("b", 0, 1, 1))),
                    "small",
                    new Case(
                            "common_lb_config: {zone_aware_lb_config: {}}",
                            List.of(new Place("a", 0, 1, 3), new Place("b", 0, 1, 1))),
                    "never",
                    new Case(
                            "common_lb_config: {zone_aware_lb_config: {min_cluster_size: 2,"
                                    + " routing_enabled: {value: 0}}}",
                            List.of(new Place("a", 0, 1, 3), new Place("b", 0, 1, 1))),
                    "elsewhere",
                    new Case(
                            "common_lb_config: {zone_aware_lb_config: {min_cluster_size: 2}}",
                            List.of(new Place("b", 0, 1, 1), new Place("c", 0, 1, 3))),
                    "weighted",
                    new Case(
                            "common_lb_config: {locality_weighted_lb_config: {}}",
                            List.of(new Place("a", 0, 70, 1), new Place("b", 0, 30, 3))),
                    "panic",
                    new Case(
                            "common_lb_config: {healthy_panic_threshold: {value: 50}}",
                            List.of(new Place("a", 0, 1, -1), new Place("b", 1, 1, -3))),
                    "calm",
                    new Case(
                            "common_lb_config: {healthy_panic_threshold: {value: 0}}",
                            List.of(new Place("a", 0, 1, -1), new Place("b", 1, 1, 2))));

    private static String hosts(Place place, int port) {
        var hosts = new ArrayList<String>();
        for (int i = 0; i < Math.abs(place.hosts()); i++) {
            hosts.add(
                    "{endpoint: {address: {socket_address: {address: 127.0.%d.%d, port_value: %d}}}%s}"
                            .formatted(
                                    place.zone().charAt(0) - 'a' + 1,
                                    i + 1,
                                    port,
                                    place.hosts() < 0 ? ", health_status: UNHEALTHY" : ""));
        }
        return "{locality: {region: r, zone: %s}, priority: %d, load_balancing_weight: %d, lb_endpoints: [%s]}"
                .formatted(
                        place.zone(), place.priority(), place.weight(), String.join(", ", hosts));
    }

    private static String cluster(String name, Case said, int port) {
        return "  - {name: %s, type: STATIC, connect_timeout: 5s, %s, load_assignment: {cluster_name: %s, endpoints: [%s]}}\n"
                .formatted(
                        name,
                        said.fields(),
                        name,
                        String.join(
                                ", ", said.places().stream().map(it -> hosts(it, port)).toList()));
    }

    private static String bootstrap(int listener, int upstream) {
        var routes = new StringBuilder();
        var clusters = new StringBuilder();
        CASES.forEach((name, said) -> {
            routes.append(
                    "              - {match: {prefix: '/%s'}, route: {cluster: %s}}\n"
                            .formatted(name, name));
            clusters.append(cluster(name, said, upstream));
        });
        var siblings =
                new Case(
                        "lb_policy: ROUND_ROBIN",
                        List.of(new Place("a", 0, 1, 2), new Place("b", 0, 1, 1)));
        return "node: {id: test, cluster: test, locality: {region: r, zone: a}}\n"
                + "cluster_manager: {local_cluster_name: siblings}\n"
                + Bootstraps.of(
                        List.of(Bootstraps.http(listener, routes.toString())),
                        cluster("siblings", siblings, 1) + clusters);
    }

    /// Says in which zone it was called.
    private static void serve(Socket socket) throws IOException {
        var in =
                new BufferedReader(
                        new InputStreamReader(
                                socket.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) {
                char zone = (char) ('a' + socket.getLocalAddress().getAddress()[2] - 1);
                socket.getOutputStream()
                        .write(
                                ("HTTP/1.1 200 OK\r\nx-zone: "
                                                + zone
                                                + "\r\ncontent-length: 0\r\n\r\n")
                                        .getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    /// How many answers came from which zone, or had which status.
    private static Map<String, Integer> answers(int port, String path) throws IOException {
        var counts = new TreeMap<String, Integer>();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int i = 0; i < TIMES; i++) {
                socket.getOutputStream()
                        .write(
                                ("GET /" + path + " HTTP/1.1\r\nhost: a\r\n\r\n")
                                        .getBytes(StandardCharsets.ISO_8859_1));
                String said = in.readLine().split(" ", -1)[1];
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                    if (line.startsWith("x-zone: ")) {
                        said = line.substring(8);
                    }
                }
                counts.merge(said, 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void bothSpreadRequestsTheSame() throws Exception {
        try (var server =
                new Accepting(InetAddress.ofLiteral("0.0.0.0"), ZonesBesideEnvoyTest::serve)) {
            try (var planes =
                    DataPlanes.start(
                            directory, 1, ports -> bootstrap(ports.getFirst(), server.port()))) {
                for (String name : CASES.keySet()) {
                    var both = new ArrayList<Map<String, Integer>>();
                    for (DataPlanes.Plane plane : planes.all()) {
                        both.add(answers(plane.ports().getFirst(), name));
                    }
                    assertThat(both.getFirst().keySet())
                            .as(name)
                            .isEqualTo(both.getLast().keySet());
                    both.getLast()
                            .forEach((zone, count) ->
                                    assertThat(both.getFirst().get(zone))
                                            .as("%s, zone %s: %s", name, zone, both)
                                            .isCloseTo(count, within(TIMES / 12)));
                }
                // Not by being equal for want of any rule.
                assertThat(answers(planes.all().getFirst().ports().getFirst(), "direct"))
                        .containsOnlyKeys("a");
            }
        }
    }
}

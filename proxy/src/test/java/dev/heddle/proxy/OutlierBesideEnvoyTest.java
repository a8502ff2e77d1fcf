package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same failures to our proxy and to stock Envoy, whose clusters eject hosts by the same rules:
/// after as many failures as there, a host is left alone, and it is back as there.
///
/// This file is long because of the table of ways to fail.
class OutlierBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// So often a host fails before it is taken for one that is never ejected.
    private static final int ENOUGH = 12;

    /// So often in a row another host is reached before one is taken for ejected.
    private static final int GONE = 6;

    /// So many more failures may come in before what was decided has come to all workers.
    private static final int SLACK = 1;

    /// So many requests are waited for what must happen.
    private static final int MOST = 20_000;

    @TempDir Path directory;

    /// A cluster of one host that fails in a certain way and one that does not.
    ///
    /// @param answer words for the bad host: a status, `lost`, `silent`, or one for each attempt
    /// @param more of the cluster, beside its outlier detection
    private record Case(String name, String answer, String detection, String more) {
        Case(String name, String answer, String detection) {
            this(name, answer, detection, "");
        }

        /// Whether the bad host is not even there.
        boolean isDead() {
            return answer.equals("dead");
        }
    }

    private static final String BRISK =
            "interval: 0.1s, base_ejection_time: 60s, max_ejection_percent: 100";

    private static final List<Case> CASES =
            List.of(
                    new Case("http", "500", BRISK + ", consecutive_5xx: 3"),
                    new Case("mixed", "500,500,200", BRISK + ", consecutive_5xx: 3"),
                    new Case("usual", "500", BRISK),
                    new Case("never", "500", BRISK + ", consecutive_5xx: 0"),
                    new Case("client", "404", BRISK + ", consecutive_5xx: 2"),
                    new Case(
                            "gateway",
                            "503",
                            BRISK
                                    + ", consecutive_gateway_failure: 2,"
                                    + " enforcing_consecutive_gateway_failure: 100"),
                    new Case(
                            "inner",
                            "500",
                            BRISK
                                    + ", consecutive_gateway_failure: 2,"
                                    + " enforcing_consecutive_gateway_failure: 100"),
                    new Case("counted", "503", BRISK + ", consecutive_gateway_failure: 2"),
                    new Case(
                            "unforced",
                            "500",
                            BRISK + ", consecutive_5xx: 2, enforcing_consecutive_5xx: 0"),
                    new Case("few", "500", "interval: 0.1s, consecutive_5xx: 2"),
                    new Case(
                            "one",
                            "500",
                            "interval: 0.1s, consecutive_5xx: 2, always_eject_one_host: true"),
                    new Case("lost", "lost", BRISK + ", consecutive_5xx: 3"),
                    new Case("dead", "dead", BRISK + ", consecutive_5xx: 3"),
                    new Case("silent", "silent", BRISK + ", consecutive_5xx: 2"),
                    new Case("broken", "broken", BRISK + ", consecutive_5xx: 3"),
                    new Case(
                            "split-dead",
                            "dead",
                            BRISK
                                    + ", split_external_local_origin_errors: true,"
                                    + " consecutive_local_origin_failure: 2"),
                    new Case(
                            "split-lost",
                            "lost",
                            BRISK
                                    + ", split_external_local_origin_errors: true,"
                                    + " consecutive_local_origin_failure: 2"),
                    new Case(
                            "split-http",
                            "503",
                            BRISK
                                    + ", split_external_local_origin_errors: true,"
                                    + " consecutive_5xx: 4, consecutive_gateway_failure: 3,"
                                    + " enforcing_consecutive_gateway_failure: 100"),
                    new Case("call", "unavailable", BRISK + ", consecutive_5xx: 3"),
                    new Case("call-notfound", "notfound", BRISK + ", consecutive_5xx: 2"),
                    new Case(
                            "codes",
                            "429",
                            BRISK + ", consecutive_5xx: 3",
                            errors(":status", "429")),
                    new Case(
                            "codes-gateway",
                            "503",
                            BRISK
                                    + ", consecutive_5xx: 4, consecutive_gateway_failure: 3,"
                                    + " enforcing_consecutive_gateway_failure: 100",
                            errors(":status", "503")),
                    new Case(
                            "codes-only",
                            "500",
                            BRISK + ", consecutive_5xx: 2",
                            errors(":status", "429")),
                    new Case(
                            "codes-lost",
                            "lost",
                            BRISK + ", consecutive_5xx: 2",
                            errors(":status", "429")));

    private static String errors(String header, String value) {
        return """
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                '@type': %supstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http_protocol_options: {}}
                outlier_detection:
                  error_matcher: {http_response_headers_match: {headers: [{name: '%s', string_match: {exact: '%s'}}]}}
        """
                .formatted(TYPE, header, value);
    }

    /// What was seen of a case.
    ///
    /// @param failures how often the bad host was reached until it was ejected
    /// @param stats that are not 0
    private record Outcome(int failures, boolean isEjected, Map<String, String> stats) {
        Outcome withoutCount() {
            return new Outcome(0, isEjected, stats);
        }
    }

    private static String cluster(Case of, int bad, int good) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            lb_policy: ROUND_ROBIN
            common_lb_config: {healthy_panic_threshold: {value: 0}}
            outlier_detection: {%s}
        %s    load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s, %s]}]}
        """
                .formatted(
                        of.name(),
                        of.detection(),
                        of.more(),
                        of.name(),
                        Bootstraps.host(bad, ""),
                        Bootstraps.host(good, ""));
    }

    private static String bootstrap(List<Integer> ports, String routes, String clusters) {
        return Bootstraps.withAdmin(
                ports.get(0),
                Bootstraps.of(
                        List.of(
                                Bootstraps.http(ports.get(1), routes),
                                Bootstraps.tcp(ports.get(2), "tcp", "")),
                        clusters));
    }

    private static String answer(String word) {
        return switch (word) {
            case "unavailable" -> grpc("14");
            case "notfound" -> grpc("5");
            case "broken" -> "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nbad";
            default -> "HTTP/1.1 " + word + " OK\r\ncontent-length: 3\r\nx-who: bad\r\n\r\nbad";
        };
    }

    private static String grpc(String status) {
        return "HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ngrpc-status: "
                + status
                + "\r\ncontent-length: 0\r\n\r\n";
    }

    /// Answers, or not, as the path says.
    private static final class Bad implements AutoCloseable {
        private final Accepting server = new Accepting(this::serve);
        private final AtomicInteger turns = new AtomicInteger();

        Bad() throws IOException {}

        private void serve(Socket socket) throws IOException {
            var text = new StringBuilder();
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                text.append((char) next);
                if (!text.toString().endsWith("\r\n\r\n")) {
                    continue;
                }
                String[] words = text.toString().split("[ /]", 5)[3].split(",", -1);
                String word = words[turns.getAndIncrement() % words.length];
                text.setLength(0);
                if (word.equals("lost")) {
                    return;
                }
                if (!word.equals("silent")) {
                    socket.getOutputStream()
                            .write(answer(word).getBytes(StandardCharsets.US_ASCII));
                }
                if (word.equals("broken")) {
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void hostsAreEjectedAfterAsManyFailures() throws Exception {
        try (var bad = new Bad();
                var good = good()) {
            int nobody = DataPlanes.nobody();
            var routes = new ArrayList<String>();
            var clusters = new StringBuilder();
            for (Case each : CASES) {
                routes.add(
                        "{match: {prefix: /%s/}, route: {cluster: %s, timeout: 0.1s}}"
                                .formatted(each.name(), each.name()));
                int port = each.isDead() ? nobody : bad.server.port();
                clusters.append(cluster(each, port, good.port()));
            }
            clusters.append(
                    cluster(
                            new Case("tcp", "", BRISK + ", consecutive_5xx: 3"),
                            nobody,
                            good.port()));
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            3,
                            ports ->
                                    bootstrap(
                                            ports,
                                            "- " + String.join("\n- ", routes),
                                            clusters.toString()))) {
                var seen = new ArrayList<Map<String, Outcome>>();
                for (DataPlanes.Plane plane : planes.all()) {
                    var outcomes = new TreeMap<String, Outcome>();
                    for (Case each : CASES) {
                        bad.turns.set(0);
                        outcomes.put(each.name(), outcome(plane, each));
                    }
                    outcomes.put("tcp", tcp(plane));
                    seen.add(outcomes);
                }
                assertThat(seen.get(0).keySet()).isEqualTo(seen.get(1).keySet());
                seen.get(0)
                        .forEach((name, ours) -> {
                            Outcome theirs = Objects.requireNonNull(seen.get(1).get(name));
                            assertThat(ours.withoutCount())
                                    .as(name)
                                    .isEqualTo(theirs.withoutCount());
                            assertThat(ours.failures())
                                    .as("%s: failures until it is ejected", name)
                                    .isCloseTo(theirs.failures(), within(SLACK));
                        });
                assertThat(seen.getFirst().values())
                        .extracting(Outcome::isEjected)
                        .contains(true, false);
            }
        }
    }

    @Test
    void anEjectedHostComesBackAndRatesEject() throws Exception {
        try (var bad = new Bad();
                var good = good()) {
            String rates =
                    "interval: 0.5s, base_ejection_time: 60s, max_ejection_percent: 100,"
                            + " consecutive_5xx: 0, ";
            var cases =
                    List.of(
                            new Case(
                                    "back",
                                    "500",
                                    "interval: 0.2s, base_ejection_time: 0.6s,"
                                            + " max_ejection_percent: 100, consecutive_5xx: 3"),
                            new Case(
                                    "failures",
                                    "500,200",
                                    rates
                                            + "enforcing_success_rate: 0,"
                                            + " failure_percentage_threshold: 50,"
                                            + " enforcing_failure_percentage: 100,"
                                            + " failure_percentage_minimum_hosts: 2,"
                                            + " failure_percentage_request_volume: 4"),
                            new Case(
                                    "success",
                                    "500,200",
                                    rates
                                            + "success_rate_minimum_hosts: 2,"
                                            + " success_rate_request_volume: 4,"
                                            + " success_rate_stdev_factor: 500"));
            var routes = new ArrayList<String>();
            var clusters = new StringBuilder();
            for (Case each : cases) {
                routes.add(
                        "{match: {prefix: /%s/}, route: {cluster: %s}}"
                                .formatted(each.name(), each.name()));
                clusters.append(cluster(each, bad.server.port(), good.port()));
            }
            clusters.append(cluster(new Case("tcp", "", BRISK), good.port(), good.port()));
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            3,
                            ports ->
                                    bootstrap(
                                            ports,
                                            "- " + String.join("\n- ", routes),
                                            clusters.toString()))) {
                var seen = new ArrayList<Map<String, String>>();
                for (DataPlanes.Plane plane : planes.all()) {
                    Outcome first = outcome(plane, cases.getFirst());
                    int port = plane.ports().get(1);
                    var outcomes = new TreeMap<String, String>();
                    outcomes.put("back", first.failures() + " " + first.isEjected());
                    outcomes.put("flags", flags(plane, "back", bad.server.port()));
                    outcomes.put("page", outliers(plane, "back"));
                    // It is tried again when its time is over, and then as often as before.
                    for (int i = 0; i < MOST && isGood(get(port, "/back/200")); i++) {
                        Thread.onSpinWait();
                    }
                    outcomes.put("after", flags(plane, "back", bad.server.port()));
                    for (Case each : cases.subList(1, 3)) {
                        String path = "/" + each.name() + "/" + each.answer();
                        for (int i = 0; i < MOST && enforced(plane, each.name()).isEmpty(); i++) {
                            get(port, path);
                        }
                        outcomes.put(each.name(), enforced(plane, each.name()).toString());
                    }
                    seen.add(outcomes);
                }
                assertThat(seen.get(0)).isEqualTo(seen.get(1));
                assertThat(seen.get(0))
                        .containsEntry("flags", "/failed_outlier_check")
                        .containsEntry("after", "healthy");
            }
        }
    }

    private static AnsweringBackend good() throws IOException {
        return new AnsweringBackend(
                "\r\n\r\n",
                _ ->
                        """
                        HTTP/1.1 200 OK
                        content-type: application/grpc
                        grpc-status: 0
                        x-who: good
                        content-length: 0

                        """
                                .replace("\n", "\r\n"));
    }

    private static Outcome outcome(DataPlanes.Plane plane, Case of) throws IOException {
        int failures = 0;
        int inARow = 0;
        while (failures < ENOUGH && inARow < GONE) {
            boolean isGood = isGood(get(plane.ports().get(1), "/" + of.name() + "/" + of.answer()));
            failures += isGood ? 0 : 1;
            inARow = isGood ? inARow + 1 : 0;
            if (!isGood) {
                // What is decided is decided elsewhere: that takes less time than a page does.
                flags(plane, of.name(), 0);
            }
        }
        return new Outcome(failures, inARow == GONE, stats(plane, of.name()));
    }

    /// Connections that are cut off where nobody is.
    private static Outcome tcp(DataPlanes.Plane plane) throws IOException {
        int failures = 0;
        int inARow = 0;
        while (failures < ENOUGH && inARow < GONE) {
            boolean isGood = isGood(get(plane.ports().get(2), "/tcp"));
            failures += isGood ? 0 : 1;
            inARow = isGood ? inARow + 1 : 0;
            if (!isGood) {
                flags(plane, "tcp", 0);
            }
        }
        return new Outcome(failures, inARow == GONE, stats(plane, "tcp"));
    }

    private static boolean isGood(String answer) {
        return answer.contains("x-who: good");
    }

    private static Map<String, String> stats(DataPlanes.Plane plane, String cluster)
            throws IOException {
        var stats = new TreeMap<String, String>();
        String prefix = "cluster." + cluster + ".";
        String page = get(plane.ports().getFirst(), "/stats?filter=" + cluster);
        page.lines()
                .filter(line ->
                        line.startsWith(prefix + "outlier_detection.")
                                || line.startsWith(prefix + "membership_healthy"))
                .filter(line -> !line.endsWith(": 0"))
                .forEach(line -> {
                    String[] parts = line.split(": ", 2);
                    stats.put(parts[0], parts[1]);
                });
        return stats;
    }

    /// How often each kind of ejection was enforced, as long as it was.
    private static List<String> enforced(DataPlanes.Plane plane, String cluster)
            throws IOException {
        return stats(plane, cluster).keySet().stream()
                .filter(name -> name.contains("enforced"))
                .toList();
    }

    /// What the page says of the cluster as a whole.
    private static String outliers(DataPlanes.Plane plane, String cluster) throws IOException {
        return get(plane.ports().getFirst(), "/clusters")
                .lines()
                .filter(it -> it.startsWith(cluster + "::outlier::"))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String flags(DataPlanes.Plane plane, String cluster, int host)
            throws IOException {
        return ClustersPage.healthFlags(get(plane.ports().getFirst(), "/clusters"), cluster, host);
    }

    private static String get(int port, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            String head =
                    "GET "
                            + path
                            + " HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
                            + (path.startsWith("/call") ? "content-type: application/grpc\r\n" : "")
                            + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            var text = new StringBuilder();
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                text.append((char) next);
                // The other end of a connection of TCP stays open.
                if (path.equals("/tcp") && text.toString().endsWith("\r\n\r\n")) {
                    break;
                }
            }
            return text.toString();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException _) {
            return "";
        }
    }
}

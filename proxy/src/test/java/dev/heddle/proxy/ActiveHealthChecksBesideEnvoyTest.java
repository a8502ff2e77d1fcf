package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.grpc.RawMessages;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our proxy and stock Envoy ask the same hosts whether they are well: with the same words, and to
/// the same effect.
///
/// This file is long because of the table of ways to ask.
class ActiveHealthChecksBesideEnvoyTest {
    private static final int CALLS = 12;
    private static final int MOST = 4_000;
    private static final String PACE =
            "timeout: 0.3s, interval: 0.1s, no_traffic_interval: 0.1s, unhealthy_threshold: 2,"
                    + " healthy_threshold: 2, ";

    @TempDir Path directory;

    private final AtomicBoolean isWell = new AtomicBoolean(true);

    /// A cluster of a host that is asked, and a good one that is not.
    ///
    /// @param check a health check, without its pace
    /// @param endpoint more of the host that is asked
    /// @param more of the cluster
    private record Case(String name, String check, String endpoint, String more) {
        Case(String name, String check) {
            this(name, check, "", "");
        }
    }

    private static String http(String path) {
        return "http_health_check: {path: " + path + "}";
    }

    private List<Case> cases(int nobody, int well) {
        return List.of(
                new Case("ok", http("/200/ok")),
                new Case("fails", http("/503/fails")),
                new Case("other", http("/204/other")),
                new Case(
                        "expected",
                        "http_health_check: {path: /204/expected, host: there, method: HEAD,"
                                + " expected_statuses: [{start: 200, end: 300}],"
                                + " request_headers_to_add: [{header: {key: x-a, value: b}}],"
                                + " request_headers_to_remove: [user-agent]}"),
                new Case(
                        "posted",
                        "http_health_check: {path: /200/posted, method: POST,"
                                + " send: {text: '7069'}, receive: [{text: '626164'}]}"),
                new Case(
                        "body",
                        "http_health_check: {path: /200/body, receive: [{text: '676f6f64'}]}"),
                new Case("degraded", http("/degraded/degraded")),
                new Case(
                        "named",
                        "http_health_check: {path: /named/named,"
                                + " service_name_matcher: {prefix: rev}}"),
                new Case(
                        "misnamed",
                        "http_health_check: {path: /named/misnamed,"
                                + " service_name_matcher: {exact: ratings}}"),
                new Case("silent", http("/silent/silent")),
                new Case("lost", http("/lost/lost")),
                new Case("once", "reuse_connection: false, " + http("/200/once")),
                new Case("tcp", "tcp_health_check: {}"),
                new Case(
                        "sent",
                        "tcp_health_check: {send: {text: '"
                                + hex("GET /200/sent HTTP/1.1\r\n\r\n")
                                + "'}, receive: [{text: '"
                                + hex("200")
                                + "'}, {text: '"
                                + hex("bad")
                                + "'}]}"),
                new Case(
                        "unsent",
                        "tcp_health_check: {send: {text: '"
                                + hex("GET /200/unsent HTTP/1.1\r\n\r\n")
                                + "'}, receive: [{text: '"
                                + hex("bad")
                                + "'}, {text: '"
                                + hex("200")
                                + "'}]}"),
                new Case(
                        "elsewhere",
                        http("/503/elsewhere"),
                        "health_check_config: {port_value: " + well + "}",
                        ""),
                new Case(
                        "nowhere",
                        http("/200/nowhere"),
                        "health_check_config: {port_value: " + nobody + "}",
                        ""),
                new Case("host", http("/200/host"), "health_check_config: {hostname: its.own}", ""),
                new Case(
                        "unasked",
                        http("/503/unasked"),
                        "health_check_config: {disable_active_health_check: true}",
                        ""),
                new Case(
                        "panic",
                        http("/503/panic"),
                        "",
                        "common_lb_config: {healthy_panic_threshold: {value: 60}}"));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// What was seen of a case.
    ///
    /// @param answered who answered requests
    private record Outcome(TreeSet<String> answered, String flags, Map<String, String> stats) {}

    private static String cluster(Case of, String hosts, String more) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            lb_policy: ROUND_ROBIN
            %s
            health_checks: [{%s%s}]
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}
        """
                .formatted(
                        of.name(),
                        of.more().isEmpty() ? more : of.more(),
                        PACE,
                        of.check(),
                        of.name(),
                        hosts);
    }

    private static String unasked(int port) {
        return Bootstraps.host(port, "health_check_config: {disable_active_health_check: true}");
    }

    private static String bootstrap(List<Integer> ports, String routes, String clusters) {
        return Bootstraps.withAdmin(
                ports.get(0),
                Bootstraps.of(List.of(Bootstraps.http(ports.get(1), routes)), clusters));
    }

    private AnsweringBackend backend(String name) throws IOException {
        return backend(name, new ConcurrentHashMap<>());
    }

    /// Answers as the first part of the path says, and notes what it was asked.
    ///
    /// @param heard gets each question, by the second part of its path
    private AnsweringBackend backend(String name, ConcurrentHashMap<String, String> heard)
            throws IOException {
        return new AnsweringBackend(
                "\r\n\r\n",
                request -> {
                    String[] line = request.split(" ", 3);
                    String[] path = line[1].split("/", 3);
                    if (path.length == 3 && !path[1].equals("call")) {
                        heard.putIfAbsent(path[2], normal(request));
                    }
                    return answer(name, path.length < 3 ? "200" : path[1]);
                });
    }

    private String answer(String name, String word) {
        String more =
                switch (word) {
                    case "degraded" -> "x-envoy-degraded: \r\n";
                    case "named" -> "x-envoy-upstream-healthchecked-cluster: reviews\r\n";
                    default -> "";
                };
        String status =
                switch (word) {
                    case "degraded", "named", "call" -> "200";
                    case "changing" -> isWell.get() ? "200" : "503";
                    default -> word;
                };
        return switch (word) {
            case "silent" -> "";
            case "lost" -> "oops\r\n\r\n";
            case "204" -> "HTTP/1.1 204 OK\r\nx-who: " + name + "\r\n\r\n";
            default ->
                    "HTTP/1.1 "
                            + status
                            + " OK\r\nx-who: "
                            + name
                            + "\r\n"
                            + more
                            + "content-length: 3\r\n\r\nbad";
        };
    }

    /// Lines in order of their names, which are in lower case.
    private static String normal(String request) {
        String[] lines = request.split("\r\n", 0);
        var rest = new TreeSet<String>();
        for (int i = 1; i < lines.length; i++) {
            if (!lines[i].isEmpty()) {
                int colon = Math.max(0, lines[i].indexOf(':'));
                rest.add(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT)
                                + lines[i].substring(colon));
            }
        }
        return lines[0] + " | " + String.join(" | ", rest);
    }

    @Test
    void hostsAreAskedAndUsedAlike() throws Exception {
        try (var bad = backend("asked");
                var good = backend("good")) {
            int nobody = DataPlanes.nobody();
            var routes = new ArrayList<String>();
            var clusters = new StringBuilder();
            List<Case> cases = cases(nobody, good.port());
            for (Case each : cases) {
                routes.add(
                        "{match: {prefix: /call/%s}, route: {cluster: %s}}"
                                .formatted(each.name(), each.name()));
                clusters.append(
                        cluster(
                                each,
                                Bootstraps.host(bad.port(), each.endpoint())
                                        + ", "
                                        + unasked(good.port()),
                                "common_lb_config: {healthy_panic_threshold: {value: 0}}"));
            }
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            2,
                            ports ->
                                    bootstrap(
                                            ports,
                                            "- " + String.join("\n- ", routes),
                                            clusters.toString()))) {
                var seen = new ArrayList<Map<String, Outcome>>();
                for (DataPlanes.Plane plane : planes.all()) {
                    var outcomes = new TreeMap<String, Outcome>();
                    for (Case each : cases) {
                        outcomes.put(each.name(), outcome(plane, each.name(), bad.port()));
                    }
                    seen.add(outcomes);
                }
                assertThat(seen.get(0)).isEqualTo(seen.get(1));
                assertThat(seen.getFirst().values())
                        .extracting(Outcome::flags)
                        .contains("healthy", "/failed_active_hc", "/degraded_active_hc");
            }
        }
    }

    /// Ours asks hosts of its own, and Envoy others.
    @Test
    void theQuestionsAreTheSame() throws Exception {
        List<ConcurrentHashMap<String, String>> heard =
                List.of(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        try (var ours = backend("asked", heard.get(0));
                var theirs = backend("asked", heard.get(1))) {
            var turns = new AtomicInteger();
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            2,
                            ports -> {
                                int port =
                                        turns.getAndIncrement() == 0 ? ours.port() : theirs.port();
                                var clusters = new StringBuilder();
                                for (Case each : cases(port, port)) {
                                    clusters.append(
                                            cluster(
                                                    each,
                                                    Bootstraps.host(port, each.endpoint()),
                                                    ""));
                                }
                                return bootstrap(
                                        ports,
                                        "- {match: {prefix: /}, route: {cluster: ok}}",
                                        clusters.toString());
                            })) {
                assertThat(planes.all()).hasSize(2);
                assertThat(new TreeMap<>(heard.get(0))).isEqualTo(new TreeMap<>(heard.get(1)));
                assertThat(heard.get(0)).hasSizeGreaterThan(10);
            }
        }
    }

    @Test
    void aHostThatFallsIllIsLeftOutUntilItIsWell() throws Exception {
        try (var bad = backend("asked");
                var good = backend("good")) {
            String clusters =
                    cluster(
                            new Case("changing", http("/changing/changing")),
                            Bootstraps.host(bad.port(), "") + ", " + unasked(good.port()),
                            // Envoy tells its workers of health once a second otherwise.
                            "common_lb_config: {healthy_panic_threshold: {value: 0},"
                                    + " update_merge_window: 0s}");
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            2,
                            ports ->
                                    bootstrap(
                                            ports,
                                            "- {match: {prefix: /}, route: {cluster: changing}}",
                                            clusters))) {
                var seen = new ArrayList<List<String>>();
                for (DataPlanes.Plane plane : planes.all()) {
                    var flags = new ArrayList<String>();
                    isWell.set(true);
                    for (boolean well : List.of(true, false, true)) {
                        isWell.set(well);
                        String expected = well ? "healthy" : "/failed_active_hc";
                        String now = "";
                        for (int i = 0; i < MOST && !now.equals(expected); i++) {
                            now = flags(plane, "changing", bad.port());
                        }
                        flags.add(now);
                        // Workers hear of it a moment later.
                        String who = well ? "[asked, good]" : "[good]";
                        String answered = "";
                        for (int i = 0; i < CALLS && !answered.equals(who); i++) {
                            answered = outcome(plane, "changing", bad.port()).answered().toString();
                        }
                        flags.add(answered);
                    }
                    seen.add(flags);
                }
                assertThat(seen.get(0))
                        .containsExactly(
                                "healthy",
                                "[asked, good]",
                                "/failed_active_hc",
                                "[good]",
                                "healthy",
                                "[asked, good]");
                assertThat(seen.get(1)).isEqualTo(seen.get(0));
            }
        }
    }

    /// Says that `well` serves and `ill` does not, and knows nothing else.
    private static void check(byte[] question, StreamObserver<byte[]> answer) {
        String service = new String(question, StandardCharsets.UTF_8);
        if (service.endsWith("well") || service.endsWith("ill")) {
            answer.onNext(new byte[] {8, (byte) (service.endsWith("well") ? 1 : 2)});
            answer.onCompleted();
        } else {
            answer.onError(Status.NOT_FOUND.asRuntimeException());
        }
    }

    private static boolean isLate(String flags) {
        return flags.isEmpty() || flags.endsWith("timeout");
    }

    @Test
    void hostsAreAskedByGrpc() throws Exception {
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(
                                ServerServiceDefinition.builder("grpc.health.v1.Health")
                                        .addMethod(
                                                MethodDescriptor.newBuilder(
                                                                new RawMessages(),
                                                                new RawMessages())
                                                        .setType(MethodType.UNARY)
                                                        .setFullMethodName(
                                                                "grpc.health.v1.Health/Check")
                                                        .build(),
                                                ServerCalls.asyncUnaryCall(
                                                        ActiveHealthChecksBesideEnvoyTest::check))
                                        .build())
                        .build()
                        .start();
        try {
            var clusters = new StringBuilder();
            List<String> services = List.of("well", "ill", "unknown");
            for (String service : services) {
                clusters.append(
                        cluster(
                                new Case(
                                        service,
                                        "grpc_health_check: {service_name: " + service + "}"),
                                Bootstraps.host(server.getPort(), ""),
                                "http2_protocol_options: {}"));
            }
            try (DataPlanes planes =
                    DataPlanes.start(
                            directory,
                            2,
                            ports ->
                                    bootstrap(
                                            ports,
                                            "- {match: {prefix: /}, route: {cluster: well}}",
                                            clusters.toString()))) {
                var seen = new ArrayList<List<String>>();
                for (DataPlanes.Plane plane : planes.all()) {
                    var each = new ArrayList<String>();
                    for (String service : services) {
                        // A first question may take too long.
                        String flags = "";
                        for (int i = 0; i < MOST && isLate(flags); i++) {
                            flags = flags(plane, service, server.getPort());
                        }
                        each.add(flags);
                    }
                    seen.add(each);
                }
                assertThat(seen.get(0))
                        .containsExactly("healthy", "/failed_active_hc", "/failed_active_hc");
                assertThat(seen.get(1)).isEqualTo(seen.get(0));
            }
        } finally {
            server.shutdownNow();
        }
    }

    private static Outcome outcome(DataPlanes.Plane plane, String cluster, int host)
            throws IOException {
        var answered = new TreeSet<String>();
        for (int i = 0; i < CALLS; i++) {
            String answer = get(plane.ports().get(1), "/call/" + cluster);
            int at = answer.indexOf("x-who: ");
            answered.add(
                    at < 0
                            ? answer.lines().findFirst().orElse("")
                            : answer.substring(at + 7, answer.indexOf('\r', at)));
        }
        var stats = new TreeMap<String, String>();
        String prefix = "cluster." + cluster + ".";
        get(plane.ports().getFirst(), "/stats?filter=" + cluster)
                .lines()
                .filter(line ->
                        line.startsWith(prefix + "health_check.healthy")
                                || line.startsWith(prefix + "health_check.degraded")
                                || line.startsWith(prefix + "membership_healthy")
                                || line.startsWith(prefix + "membership_degraded")
                                || line.startsWith(prefix + "membership_total"))
                .forEach(line -> {
                    String[] parts = line.split(": ", 2);
                    stats.put(parts[0], parts[1]);
                });
        return new Outcome(answered, flags(plane, cluster, host), stats);
    }

    private static String flags(DataPlanes.Plane plane, String cluster, int host)
            throws IOException {
        return ClustersPage.healthFlags(get(plane.ports().getFirst(), "/clusters"), cluster, host);
    }

    private static String get(int port, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                                            + "connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}

package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.KeptConnection;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.search.Search;
import dev.heddle.signals.why.Explanation;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A control plane that keeps signals, a sidecar, two gateways, and services that fail: everything
/// that brings causes about is in `src/test/resources/why`.
final class WhyMesh implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path INPUTS = Path.of("src/test/resources/why");

    /// Of who asks callers for theirs.
    static final Path CERTIFICATES =
            Path.of("../golden/peer-authentication/certs").toAbsolutePath().normalize();

    private final Parts parts = new Parts();
    private final DataPlane plane;
    private final Path directory;
    private final Signals signals;
    private final ControlPlane control;
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    private static final List<Integer> EDGE =
            List.of(8080, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9443, 8082, 8083, 8084);
    private static final List<Integer> CROWDED = List.of(8081);
    private static final Pattern PORT = Pattern.compile("(?<=portNumber: |ports: \\[\")[0-9]+");

    /// EnvoyFilters and AuthorizationPolicies find listeners by where they really are.
    private String bound(String input) {
        return PORT.matcher(input.replace("CERTIFICATES", CERTIFICATES.toString()))
                .replaceAll(it -> Integer.toString(port(it.group())));
    }

    /// @param inputs files of configuration
    WhyMesh(DataPlane plane, Path directory, List<String> inputs) throws IOException {
        this.plane = plane;
        this.directory = directory;
        Stream.of("out", "in", "down", "strict").forEach(it -> ports.put(it, FreePorts.one()));
        Stream.concat(EDGE.stream(), CROWDED.stream())
                .forEach(it -> ports.put(Integer.toString(it), FreePorts.one()));
        var services = parts.add(new FailingServices());
        Path config = Files.createDirectories(directory.resolve("config"));
        for (String input : inputs) {
            Files.writeString(
                    config.resolve(input), bound(Files.readString(INPUTS.resolve(input))));
        }
        Files.writeString(config.resolve("services.yaml"), services(services.ports()));
        signals = parts.add(Signals.start(SignalsBootstrap.in(directory.resolve("signals"))));
        control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, directory.resolve("data"), loopback())
                                        .keepingSignals(),
                                signals.services()));
        sidecar(services.ports());
        strict(services.ports());
        gateway("edge", "", EDGE);
        gateway("crowded", overload(), CROWDED);
        // It is there before it looks how much it has to do, and takes requests until then.
        await().atMost(PATIENCE).until(this::isCrowded);
    }

    private boolean isCrowded() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port("admin of crowded"))) {
            socket.getOutputStream()
                    .write(
                            HttpText.request(
                                    "GET",
                                    "/stats?filter=stop_accepting_requests.active",
                                    "localhost",
                                    Map.of()));
            return HttpText.answer(socket)
                    .filter(it -> it.body().contains("stop_accepting_requests.active: 1"))
                    .isPresent();
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /// The part of a bootstrap by which a proxy has too much to do from the beginning.
    private String overload() throws IOException {
        Path pressure = Files.writeString(directory.resolve("pressure"), "1.0");
        return """
        overload_manager:
          refresh_interval: 0.1s
          resource_monitors:
          - name: envoy.resource_monitors.injected_resource
            typed_config:
              '@type': type.googleapis.com/\
        envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig
              filename: %s
          actions:
          - name: envoy.overload_actions.stop_accepting_requests
            triggers:
            - {name: envoy.resource_monitors.injected_resource, threshold: {value: 0.9}}
        """
                .formatted(pressure);
    }

    private String services(Map<String, Integer> applications) {
        Stream<String> failing =
                applications.entrySet().stream().map(it -> service(it.getKey(), it.getValue()));
        // The same server, to which its clients speak in other ways than it wants.
        Stream<String> strict =
                Stream.of("strict", "doubted", "unshown").map(it -> service(it, port("strict")));
        Stream<String> empty =
                Stream.of("nobody", "tcp-nobody").map(it -> service(it, portName(it)));
        String web =
                """
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec:
                  selector: {app: web}
                  ports: [{name: http, port: 9080}, {name: http-down, port: 9081}]
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: web-v1}
                spec:
                  address: 127.0.0.1
                  ports: {http: %d, http-down: %d}
                  labels: {app: web, version: v1}
                ---
                """
                        .formatted(ports.get("in"), ports.get("down"));
        return Stream.of(failing, strict, empty, Stream.of(web))
                .flatMap(it -> it)
                .collect(Collectors.joining());
    }

    private static String portName(String service) {
        return service.startsWith("tcp-")
                ? "tcp"
                : service.startsWith("re") && service.endsWith("ing") ? "http2" : "http";
    }

    private static String service(String name, String port) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec: {selector: {app: %1$s}, ports: [{name: %2$s, port: 9080}]}
        ---
        """
                .formatted(name, port);
    }

    private static String service(String name, int port) {
        return service(name, portName(name))
                + """
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: %1$s-v1}
                spec: {address: 127.0.0.1, ports: {%2$s: %3$d}, labels: {app: %1$s, version: v1}}
                ---
                """
                        .formatted(name, portName(name), port);
    }

    private void sidecar(Map<String, Integer> applications) throws IOException {
        String interception =
                """
                {httpProxy: "127.0.0.1:%d", inbound: [\
                {port: 9080, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}, \
                {port: 9081, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                """
                        .formatted(
                                ports.get("out"),
                                ports.get("in"),
                                applications.get("ok"),
                                ports.get("down"),
                                applications.get("closed"));
        start("sidecar", "web", Map.of("app", "web", "version", "v1"), interception, "", "");
    }

    /// The sidecar of who takes nobody without a certificate.
    private void strict(Map<String, Integer> applications) throws IOException {
        start(
                "sidecar",
                "strict",
                Map.of("app", "strict", "version", "v1"),
                """
                {inbound: [{port: %d, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                """
                        .formatted(
                                ports.get("strict"), ports.get("strict"), applications.get("ok")),
                CERTIFICATES.resolve("web").toString(),
                "");
    }

    private void gateway(String name, String more, List<Integer> listening) throws IOException {
        var binds = new ArrayList<String>();
        for (int port : listening) {
            binds.add("\"%d\": \"127.0.0.1:%d\"".formatted(port, port("" + port)));
        }
        start(
                "router",
                name,
                Map.of("istio", name),
                "{binds: {" + String.join(", ", binds) + "}}",
                "",
                more);
    }

    /// @param identity directory with its certificate; empty for none
    /// @param more of the bootstrap
    private void start(
            String type,
            String name,
            Map<String, String> labels,
            String interception,
            String identity,
            String more)
            throws IOException {
        int admin = FreePorts.one();
        ports.put("admin of " + name, admin);
        Path own = Files.createDirectories(directory.resolve(name));
        Path bootstrap = own.resolve("bootstrap.yaml");
        String text =
                new Bootstrap(
                                type
                                        + "~127.0.0.1~"
                                        + name
                                        + "-v1.default~default.svc.cluster.local",
                                name + ".default",
                                "default",
                                labels,
                                interception,
                                identity,
                                admin,
                                control.xdsAddress().getPort())
                        .text();
        Files.writeString(bootstrap, text + more);
        parts.add(plane.start(bootstrap));
        await().atMost(PATIENCE).until(() -> DataPlane.isLive(admin));
    }

    /// The port of the loopback interface that a row calls so.
    int port(String where) {
        return Objects.requireNonNull(ports.get(where), where);
    }

    /// Makes the calls of all rows at once, and those that come after an operator's order last.
    void call(List<WhyRow> rows) throws IOException, InterruptedException {
        callAll(rows.stream().filter(row -> row.caller() != WhyCaller.CHECKING).toList());
        haveFail("edge");
        callAll(rows.stream().filter(row -> row.caller() == WhyCaller.CHECKING).toList());
    }

    private void callAll(List<WhyRow> rows) throws IOException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (WhyRow row : rows) {
                calls.add(
                        threads.submit(() -> {
                            row.caller().call(port(row.where()), authority(row.host()), row.path());
                            return row;
                        }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    private void haveFail(String proxy) throws IOException {
        int admin = port("admin of " + proxy);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), admin)) {
            socket.getOutputStream()
                    .write(HttpText.request("POST", "/healthcheck/fail", "localhost", Map.of()));
            assertThat(HttpText.answer(socket).map(Answer::status)).hasValue(200);
        }
    }

    private static String authority(String host) {
        return host.contains(".") ? host : host + ".default:9080";
    }

    /// What `why` says of a row's call, as soon as that is what it is to say; what it says then if
    /// it takes too long.
    List<String> sentences(WhyRow row) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> said = said(row);
        while (said.stream().noneMatch(row::isSaidBy) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            said = said(row);
        }
        return said;
    }

    private List<String> said(WhyRow row) {
        return logs().stream().filter(row::isAbout).map(WhyMesh::sentence).toList();
    }

    /// Has a kept connection ask so often, while the upstream closes each of its own in the moment
    /// of the next request, or a little before.
    ///
    /// @return statuses
    List<Integer> race(String method, int times) throws IOException {
        byte[] request =
                HttpText.request(
                        method,
                        racePath(method),
                        authority("restless"),
                        Map.of("content-length", "0"));
        var statuses = new ArrayList<Integer>();
        try (var caller =
                new KeptConnection(
                        () -> new Socket(InetAddress.getLoopbackAddress(), port("out")))) {
            for (int i = 0; i < times; i++) {
                statuses.add(caller.call(request).status());
                LockSupport.parkNanos(i % 7 * 100_000L);
            }
        }
        return statuses;
    }

    /// What `why` says of the races that were lost, when it has heard of so many.
    List<String> lostRaces(String method, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                logs().stream()
                                        .filter(log ->
                                                log.request().path().equals(racePath(method)))
                                        .filter(log -> log.outcome().code() != 200)
                                        .map(WhyMesh::sentence)
                                        .toList(),
                        it -> it.size() == count);
    }

    private static String racePath(String method) {
        return "/race-of-" + method;
    }

    private static String sentence(RequestLog log) {
        return Explanation.of(List.of(log), List.of()).sentence();
    }

    /// All that was told so far.
    private List<RequestLog> logs() {
        signals.settle();
        return signals.find(Search.all(Search.Kind.LOGS, 1_000)).signals().stream()
                .filter(RequestLog.class::isInstance)
                .map(RequestLog.class::cast)
                .toList();
    }

    @Override
    public void close() {
        parts.close();
    }
}

package dev.heddle.e2e.swaps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.source.Pace;
import dev.heddle.control.view.MeshView;
import dev.heddle.e2e.CaseCertificates;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.EchoBackends;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.KeptConnection;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Seed;
import io.grpc.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows G02, G18 and G24 of the fault catalogue, and Z1 of its goals: while configuration changes
/// as fast as it is taken, no request fails, and each answer is explained by one configuration that
/// was in force while the request was. A whole control plane reads manifests from a directory; a
/// sidecar and a gateway, of either kind, carry HTTP/1.1, HTTP/2, gRPC and TCP.
@Tag("e2e")
class SwapsUnderLoadTest {
    private static final int SWAPS = 100;
    private static final int SWAPS_IN_A_LONG_RUN = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Short, so that connections of old listeners end during the test. A connection is asked to go
    /// in the first half at the latest, so that a stream of its own has the other half to end.
    private static final Duration DRAIN = Duration.ofSeconds(12);

    /// Each file is one rename, so nothing has to stand still for long.
    private static final Pace BRISK =
            new Pace(
                    Duration.ofMillis(2),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(1));

    private final Parts parts = new Parts();
    private final Timeline timeline = new Timeline();
    private final Ledger ledger = new Ledger(timeline);

    @TempDir Path dir = Path.of("");
    private KeptConnection askSidecar = new KeptConnection(Socket::new);
    private KeptConnection askGateway = new KeptConnection(Socket::new);

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void throughOurProxyNoRequestNoticesSwaps() throws Exception {
        swap(new HeddleProxy(), SWAPS);
    }

    @Test
    void throughStockEnvoyNoRequestNoticesSwaps() throws Exception {
        swap(envoy(), SWAPS);
    }

    @Test
    @Tag("long")
    void throughOurProxyNoRequestNoticesTenThousandSwaps() throws Exception {
        swap(new HeddleProxy(), SWAPS_IN_A_LONG_RUN);
    }

    @Test
    @Tag("long")
    void throughStockEnvoyNoRequestNoticesTenThousandSwaps() throws Exception {
        swap(envoy(), SWAPS_IN_A_LONG_RUN);
    }

    private static Envoy envoy() {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return envoy.orElseThrow();
    }

    private void swap(DataPlane dataPlane, int swaps) throws Exception {
        Seed seed = Seed.ofRun();
        RandomGenerator random = seed.random();
        MeshText text = backends(log(dataPlane));
        MeshState state = MeshState.first();
        write(text, state);
        ControlPlane control = control();
        Callers.Ports ports = proxies(dataPlane, control);
        awaitSettled(control, state.number());

        var certificates = CaseCertificates.of(golden());
        long began = System.nanoTime();
        try (var callers = new Callers(ledger, ports, certificates.caller(Optional.empty()))) {
            callers.start();
            for (int i = 0; i < swaps && ledger.mistakes().size() < 20; i++) {
                state = state.next(random);
                write(text, state);
                // Some are on their way to the proxies when the next one comes.
                if (random.nextBoolean()) {
                    awaitTaken(control, state.number());
                } else {
                    awaitSettled(control, state.number());
                }
            }
            awaitSettled(control, state.number());
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        String what =
                "%s; %d swaps in %d s; requests %s; states seen in answers: %d"
                        .formatted(
                                seed,
                                state.number() - 1,
                                seconds,
                                ledger.counts(),
                                ledger.states());
        System.out.println(what);

        assertThat(ledger.mistakes()).as(what).isEmpty();
        MeshView view = control.mesh().view();
        assertThat(view.bugs()).isZero();
        assertThat(nacks(view)).as(what).isEmpty();
        stop();
        assertThat(ledger.mistakes(logged())).as(what).isEmpty();
        // If hardly anybody called, nothing was shown.
        assertThat(ledger.counts())
                .hasSize(12)
                .allSatisfy((_, count) -> assertThat(count).isPositive());
        assertThat(ledger.states()).isGreaterThan(swaps / 4);
    }

    private static GoldenCase golden() {
        return GoldenCase.all().stream()
                .filter(it -> it.name().equals("gateway-tls"))
                .findFirst()
                .orElseThrow();
    }

    /// Two processes of Envoy's write in blocks that end anywhere, so each has a file of its own.
    private Path log(DataPlane dataPlane) {
        return dataPlane instanceof Envoy
                ? Path.of("/proc/self/cwd/access.log")
                : dir.resolve("access.log");
    }

    /// The ids of the requests that proxies have logged.
    private Stream<String> logged() throws IOException {
        var ids = new ArrayList<String>();
        for (String place : List.of("", "gateway", "sidecar")) {
            Path log = dir.resolve(place).resolve("access.log");
            if (Files.exists(log)) {
                ids.addAll(Files.readAllLines(log));
            }
        }
        return ids.stream().filter(id -> !id.equals("-"));
    }

    private MeshText backends(Path log) throws IOException {
        var ports = new HashMap<String, Integer>();
        var echoes =
                new EchoBackends(headers -> {
                    if (headers.contains(Ledger.ID)) {
                        ledger.heard(headers.get(Ledger.ID));
                    }
                });
        parts.add(echoes);
        MeshState.allWorkloads().forEach(it -> ports.put(it, echoes.start(it)));
        MeshState.EXTRAS.forEach(it -> ports.put(it, echoes.start(it)));
        for (String talk : List.of("talk/v1", "talk/v2")) {
            Server server = Talk.server(talk, ledger::heard);
            parts.add(server::shutdownNow);
            ports.put(talk, server.getPort());
        }
        for (String name : List.of("wire/v1", "wire-0", "wire-1")) {
            var wire = new Wire(name);
            parts.add(wire);
            ports.put(name, wire.port());
        }
        Path folder = CaseCertificates.of(golden()).folder();
        var pairs = new HashMap<String, MeshText.Pair>();
        for (String name : MeshState.CERTIFICATES) {
            pairs.put(
                    name,
                    new MeshText.Pair(
                            Files.readString(folder.resolve(name + ".pem")),
                            Files.readString(folder.resolve(name + ".key"))));
        }
        return new MeshText(ports, pairs, log);
    }

    private void write(MeshText text, MeshState state) throws IOException {
        timeline.write(state);
        Path file = dir.resolve("config/mesh.yaml");
        Files.createDirectories(file.getParent());
        Path next = dir.resolve("next.yaml");
        Files.writeString(next, text.of(state));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private ControlPlane control() throws IOException {
        var control =
                ControlPlane.start(
                        new ControlBootstrap(
                                dir.resolve("config"),
                                dir.resolve("data"),
                                Optional.of(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                                Optional.empty(),
                                MeshSettings.DEFAULT,
                                BRISK,
                                1,
                                InstantSource.system(),
                                System::nanoTime,
                                Reach.USUAL));
        parts.add(control);
        return control;
    }

    private Callers.Ports proxies(DataPlane dataPlane, ControlPlane control) throws IOException {
        List<Integer> free = FreePorts.many(7);
        var ports =
                new Callers.Ports(free.get(0), free.get(1), free.get(2), free.get(3), free.get(4));
        start(
                dataPlane,
                "gateway",
                new Bootstrap(
                        "router~127.0.0.1~gateway.default~default.svc.cluster.local",
                        "gateway.default",
                        "default",
                        Map.of("istio", "ingressgateway"),
                        """
                        {binds: {"8080": "127.0.0.1:%d", "8443": "127.0.0.1:%d", \
                        "9000": "127.0.0.1:%d", "9001": "127.0.0.1:%d"}}\
                        """
                                .formatted(
                                        ports.http(), ports.https(), ports.kept(), ports.swapped()),
                        free.get(5),
                        control.xdsAddress().getPort()));
        start(
                dataPlane,
                "sidecar",
                new Bootstrap(
                        "sidecar~127.0.0.1~caller.default~default.svc.cluster.local",
                        "caller.default",
                        "default",
                        Map.of("app", "caller"),
                        "{httpProxy: \"127.0.0.1:%d\"}".formatted(ports.sidecar()),
                        free.get(6),
                        control.xdsAddress().getPort()));
        askSidecar = new KeptConnection(() -> open(ports.sidecar()));
        askGateway = new KeptConnection(() -> open(ports.http()));
        return ports;
    }

    private void start(DataPlane dataPlane, String name, Bootstrap bootstrap) throws IOException {
        Path file = Files.createDirectories(dir.resolve(name)).resolve("bootstrap.yaml");
        Files.writeString(file, bootstrap.text());
        parts.add(dataPlane.start(file, DRAIN));
    }

    private static Socket open(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// Waits until the control plane has it.
    private static void awaitTaken(ControlPlane control, int number) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isTaken(control.mesh().view(), number)) {
            assertThat(System.nanoTime()).as("state %d in time", number).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /// Waits until the state is in force: the control plane has it, both proxies have said that
    /// they have all of it, and each has answered a request since, after which nothing that it was
    /// told before is still on its way to its worker.
    private void awaitSettled(ControlPlane control, int number) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isSettled(control.mesh().view(), number) || !answer()) {
            if (System.nanoTime() > end) {
                MeshView view = control.mesh().view();
                throw new AssertionError(
                        "state %d is not in force after %s: world %d, proxies %s, findings %s, %s"
                                .formatted(
                                        number,
                                        PATIENCE,
                                        view.version(),
                                        view.proxies(),
                                        view.findings(),
                                        ledger.mistakes()));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        timeline.settle(number);
    }

    private static boolean isSettled(MeshView view, int number) {
        return view.inSync() == 2 && isTaken(view, number);
    }

    private static boolean isTaken(MeshView view, int number) {
        return view.resources().all(Kinds.VIRTUAL_SERVICE).stream()
                .map(it -> it.metadata().annotations().get(MeshText.ANNOTATION))
                .anyMatch(Integer.toString(number)::equals);
    }

    private boolean answer() {
        try {
            return askSidecar
                                    .call(
                                            HttpText.request(
                                                    "GET",
                                                    "http://shop:9080/none",
                                                    "shop:9080",
                                                    Map.of()))
                                    .status()
                            == 404
                    && askGateway
                                    .call(
                                            HttpText.request(
                                                    "GET", "/none", "shop.example.com", Map.of()))
                                    .status()
                            == 404;
        } catch (IOException _) {
            return false; // it does not listen yet
        }
    }

    private static List<String> nacks(MeshView view) {
        return view.proxies().stream()
                .flatMap(proxy -> proxy.types().stream())
                .flatMap(type -> type.nack().stream())
                .map(Object::toString)
                .toList();
    }
}

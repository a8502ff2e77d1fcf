package dev.heddle.e2e.swaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.cli.HeddleMain;
import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.process.JavaRuntime;
import dev.heddle.cli.process.Role;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Account;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.source.Pace;
import dev.heddle.control.stage.StagePlan;
import dev.heddle.control.stage.StageView;
import dev.heddle.control.view.Apply;
import dev.heddle.control.view.How;
import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.Proposal;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.EchoBackends;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.KeptConnection;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of several resources as one, while there is load: every subset of a service is replaced
/// by another, with the routes to them, and no request fails, though one proxy is stopped and one
/// is slow; and a change that a proxy refuses goes no further than its first stage.
///
/// This file is long because the mesh under load, its callers and those who refuse are made here.
@Tag("e2e")
class TransactionsUnderLoadTest {
    private static final int SWAPS = 60;
    private static final int SWAPS_IN_A_LONG_RUN = 1_000;
    private static final int CALLERS = 5;
    private static final int EACH_PER_SECOND = 100;
    private static final int SERVICE = 9080;
    private static final String STATE = "x-state";
    private static final Pace BRISK =
            new Pace(
                    Duration.ofMillis(2),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(1));
    private static final Caller ANNA =
            new Caller(
                    new Account("anna", "", List.of(Grant.of("operator"), Grant.of("viewer"))),
                    "",
                    "127.0.0.1");

    private final Parts parts = new Parts();
    private final AtomicInteger answered = new AtomicInteger();
    private final Set<String> states = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();

    @TempDir Path dir = Path.of("");
    private ControlPlane control;

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void subsetsAreSwappedAsOneWithOneProxyStoppedAndOneSlow() throws Exception {
        swap(SWAPS, new HeddleProxy()::start, this::heddle);
    }

    @Test
    void stockEnvoysLoseNothingEither() throws Exception {
        assumeEnvoy();
        swap(SWAPS, this::envoy, this::envoy);
    }

    @Test
    @Tag("long")
    void subsetsAreSwappedAsOneAThousandTimes() throws Exception {
        swap(SWAPS_IN_A_LONG_RUN, new HeddleProxy()::start, this::heddle);
    }

    @Test
    @Tag("long")
    void stockEnvoysLoseNothingInAThousandSwaps() throws Exception {
        assumeEnvoy();
        swap(SWAPS_IN_A_LONG_RUN, this::envoy, this::envoy);
    }

    private void swap(int swaps, Starter well, Starter process) throws Exception {
        int healthy = sidecar("healthy", well);
        int slow = sidecar("slow", process);
        int stopped = sidecar("stopped", process);
        change(1, new How.AtOnce());
        awaitOnVersion(3);
        for (int port : List.of(healthy, slow, stopped)) {
            awaitState(port, 1);
        }
        signal("stopped", "STOP");

        long began = System.nanoTime();
        try (var _ = new Callers(healthy, CALLERS);
                var _ = new Callers(slow, 1);
                var _ = new Stutter("slow")) {
            for (int swap = 2; swap <= swaps + 1 && failed.size() < 20; swap++) {
                change(swap, new How.AtOnce());
                if (swap % 2 == 0) {
                    // Every other one is on its way when the next one comes.
                    awaitState(healthy, swap);
                }
            }
            assertThat(failed).isEmpty();
            awaitState(healthy, swaps + 1);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        String what =
                "%d swaps in %d ms; %d requests answered, %d states seen"
                        .formatted(swaps, millis, answered.get(), states.size());
        System.out.println(what);
        assertThat(failed).as(what).isEmpty();
        assertThat(answered.get()).as(what).isGreaterThan((int) (millis * EACH_PER_SECOND / 1000));
        assertThat(states).as(what).hasSizeGreaterThan(swaps / 3);

        // Who was stopped all the time comes to the last state in one step.
        signal("stopped", "CONT");
        awaitOnVersion(3);
        awaitState(stopped, swaps + 1);
        MeshView view = control.mesh().view();
        assertThat(view.bugs()).isZero();
        assertThat(nacks(view)).isEmpty();
    }

    @Test
    void aPlantedRefusalStopsAtTheFirstStageAndIsTakenBack() throws Exception {
        refused(new HeddleProxy()::start, "connect_timeout");
    }

    @Test
    void soItDoesWhereStockEnvoyRefuses() throws Exception {
        assumeEnvoy();
        refused(this::envoy, "ConnectTimeout");
    }

    private static void assumeEnvoy() {
        Assumptions.assumeTrue(
                Envoy.find().isPresent(),
                "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
    }

    /// @param words of who refuses
    private void refused(Starter starter, String words) throws Exception {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < 4; i++) {
            ports.add(sidecar("caller-" + i, starter));
        }
        change(1, new How.AtOnce());
        awaitOnVersion(4);
        for (int port : ports) {
            awaitState(port, 1);
        }
        long version = control.mesh().view().version();

        StageView end;
        var callers = new ArrayList<Callers>();
        try {
            ports.forEach(port -> callers.add(new Callers(port, 1)));
            var refused =
                    new Proposal(
                            List.of(new Proposal.Text("planted.yaml", routes(2) + PLANTED)),
                            "default",
                            List.of(),
                            "planted");
            Apply outcome = control.configStore().change(ANNA, refused, stages());
            assertThat(outcome).isInstanceOf(Apply.Done.class);
            await().atMost(Duration.ofSeconds(20)).until(() -> !stage().isUnderWay());
            end = stage();
            awaitOnVersion(4);
        } finally {
            callers.forEach(Callers::close);
        }
        assertThat(end.state()).isEqualTo("reverted");
        assertThat(end.reason()).contains("refuses CDS of version " + end.version(), words);
        assertThat(control.mesh().view().version()).isEqualTo(version);
        assertThat(failed).isEmpty();
        assertThat(answered.get()).isPositive();

        // The same without what is refused goes all the way.
        try (var _ = new Callers(ports.getFirst(), 1)) {
            change(3, stages());
            await().atMost(Duration.ofSeconds(30)).until(() -> !stage().isUnderWay());
        }
        assertThat(stage().state()).as(stage().reason()).isEqualTo("promoted");
        awaitOnVersion(4);
        for (int port : ports) {
            awaitState(port, 3);
        }
        assertThat(failed).isEmpty();
    }

    private static How stages() {
        return new How.InStages(StagePlan.parse("25%,50%,100%", "500ms", "10s", false, "5%"));
    }

    private StageView stage() throws IOException {
        return control.configStore().stages().view().orElseThrow();
    }

    /// Backends, a control plane, and what does not change.
    @BeforeEach
    void begin() throws IOException {
        var echoes = new EchoBackends(_ -> {});
        parts.add(echoes);
        var text = new StringBuilder();
        text.append(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: shop, namespace: default}
                spec: {selector: {app: shop}, ports: [{name: http, port: %d}]}
                """
                        .formatted(SERVICE));
        for (String version : List.of("v1", "v2")) {
            text.append(
                    """
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: shop-%1$s, namespace: default}
                    spec: {address: 127.0.0.1, ports: {http: %2$d}, labels: {app: shop, version: %1$s}}
                    """
                            .formatted(version, echoes.start("shop/" + version)));
        }
        Files.createDirectories(dir.resolve("config"));
        Files.writeString(dir.resolve("config/services.yaml"), text);
        control =
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
        await().until(() -> control.mesh().view().version() > 0);
    }

    /// Subsets that no other state has, and the routes to them.
    private static String routes(int state) {
        return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: shop, namespace: default}
        spec:
          host: shop
          subsets:
          - {name: one-%1$d, labels: {version: v1}}
          - {name: two-%1$d, labels: {version: v2}}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: shop, namespace: default}
        spec:
          hosts: [shop]
          http:
          - headers: {response: {set: {%2$s: "%1$d"}}}
            route:
            - {destination: {host: shop, subset: one-%1$d}, weight: 50}
            - {destination: {host: shop, subset: two-%1$d}, weight: 50}
        """
                .formatted(state, STATE);
    }

    /// What passes every check of the control plane, and no proxy takes.
    private static final String PLANTED =
            """
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: planted, namespace: default}
            spec:
              configPatches:
              - applyTo: CLUSTER
                match: {context: SIDECAR_OUTBOUND, cluster: {service: shop.default.svc.cluster.local}}
                patch: {operation: MERGE, value: {connect_timeout: 0s}}
            """;

    private void change(int state, How how) throws IOException {
        var texts = List.of(new Proposal.Text("shop.yaml", routes(state)));
        Apply outcome =
                control.configStore()
                        .change(ANNA, new Proposal(texts, "default", List.of(), ""), how);
        assertThat(outcome).isInstanceOf(Apply.Done.class);
    }

    /// @return where it takes calls
    private int sidecar(String name, Starter starter) throws IOException {
        List<Integer> free = FreePorts.many(2);
        Path file = Files.createDirectories(dir.resolve(name)).resolve("bootstrap.yaml");
        Files.writeString(
                file,
                new Bootstrap(
                                "sidecar~127.0.0.1~%s.default~default.svc.cluster.local"
                                        .formatted(name),
                                "caller.default",
                                "default",
                                Map.of("app", name),
                                "{httpProxy: \"127.0.0.1:%d\"}".formatted(free.get(0)),
                                free.get(1),
                                control.xdsAddress().getPort())
                        .text());
        parts.add(starter.start(file));
        return free.getFirst();
    }

    private interface Starter {
        AutoCloseable start(Path bootstrap) throws IOException;
    }

    private AutoCloseable heddle(Path bootstrap) throws IOException {
        return process(
                bootstrap,
                JavaRuntime.ofThisProcess(dir)
                        .command(
                                Role.PROXY,
                                List.of(),
                                HeddleMain.class.getName(),
                                List.of("proxy", "-c", bootstrap.toString())));
    }

    private AutoCloseable envoy(Path bootstrap) throws IOException {
        return process(bootstrap, Envoy.find().orElseThrow().command(bootstrap));
    }

    /// A proxy in a process of its own, which can be stopped.
    private static AutoCloseable process(Path bootstrap, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(bootstrap.resolveSibling("log").toFile())
                        .start();
        Files.writeString(bootstrap.resolveSibling("pid"), Long.toString(process.pid()));
        return () -> {
            process.destroyForcibly();
            process.waitFor(5, TimeUnit.SECONDS);
        };
    }

    private void signal(String name, String signal) throws IOException, InterruptedException {
        String pid = Files.readString(dir.resolve(name).resolve("pid"));
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
    }

    private static Socket open(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static byte[] request() {
        return HttpText.request("GET", "http://shop:9080/", "shop:9080", Map.of());
    }

    private void awaitOnVersion(int proxies) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(control.mesh().view().onVersion())
                                .as("%s", control.mesh().view().proxies())
                                .isEqualTo(proxies));
    }

    private static void awaitState(int port, int state) {
        try (var connection = new KeptConnection(() -> open(port))) {
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(5))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() ->
                            connection
                                    .call(request())
                                    .header(STATE)
                                    .equals(Optional.of(Integer.toString(state))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Stops and goes on, so that all that a proxy does takes long.
    private final class Stutter implements AutoCloseable {
        private final String name;
        private final Thread thread;
        private volatile boolean isOver;

        Stutter(String name) {
            this.name = name;
            this.thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            try {
                while (!isOver) {
                    signal(name, "STOP");
                    TimeUnit.MILLISECONDS.sleep(150);
                    signal(name, "CONT");
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            } catch (IOException | InterruptedException e) {
                failed.add("stutter: " + e);
            }
        }

        @Override
        public void close() {
            isOver = true;
            end(thread);
        }
    }

    /// Callers, each with a hundred requests a second over a connection that it keeps.
    private final class Callers implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean isOver;

        Callers(int port, int count) {
            for (int i = 0; i < count; i++) {
                threads.add(Thread.ofVirtual().start(() -> ask(port)));
            }
        }

        private void ask(int port) {
            try (var connection = new KeptConnection(() -> open(port))) {
                long next = System.nanoTime();
                while (!isOver) {
                    ask(connection);
                    next += TimeUnit.SECONDS.toNanos(1) / EACH_PER_SECOND;
                    TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
                }
            } catch (IOException | InterruptedException e) {
                failed.add("caller: " + e);
            }
        }

        private void ask(KeptConnection connection) {
            try {
                Answer answer = connection.call(request());
                Optional<String> state = answer.header(STATE);
                if (answer.status() == 200 && state.isPresent()) {
                    answered.incrementAndGet();
                    states.add(state.get());
                } else {
                    failed.add("%d %s".formatted(answer.status(), answer.headers()));
                }
            } catch (IOException e) {
                failed.add(e.toString());
            }
        }

        @Override
        public void close() {
            isOver = true;
            threads.forEach(TransactionsUnderLoadTest::end);
        }
    }

    private static void end(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ResourceTexts;
import dev.heddle.proxy.kept.SnapshotKeeper;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.JavaCommand;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Proxies as processes that are killed or end by themselves, and what they serve when they start
/// again. G15, G16 and G25 of the fault catalogue.
class KeptSnapshotProcessTest {
    private static final Pattern CLUSTER = Pattern.compile("\\bc-\\d+\\b");
    private static final long PATIENCE_SECONDS = 60;

    @TempDir private Path directory;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Process> processes = new CopyOnWriteArrayList<>();
    private Backend backend;
    private int webPort;
    private int adminPort;
    private int xdsPort;

    @BeforeEach
    void open() throws Exception {
        backend = new Backend("one");
        List<Integer> ports = FreePorts.many(3);
        webPort = ports.get(0);
        adminPort = ports.get(1);
        xdsPort = ports.get(2);
        Files.writeString(
                directory.resolve("bootstrap.yaml"), ResourceTexts.bootstrap(xdsPort, adminPort));
    }

    @AfterEach
    void close() {
        processes.forEach(Process::destroyForcibly);
        backend.close();
        client.close();
    }

    /// Gives who connects one snapshot, and tells of each answer.
    private static final class Control implements XdsHandler {
        private final Semaphore acks = new Semaphore(0);
        private final List<String> nacks = new CopyOnWriteArrayList<>();
        private final Snapshot snapshot;

        Control(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public void onOpened(XdsStream stream) {
            stream.push(snapshot);
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {
            acks.release();
        }

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            nacks.add(text);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {
            // Processes come and go.
        }
    }

    private Snapshot state(int number) {
        return ResourceTexts.serviceAt(webPort, "v" + number, "web", "c-" + number, backend.port());
    }

    @Test
    @Tag("long")
    void aProxyThatIsKilledAnywhereInAPushServesOneStateWhenItIsBack() throws Exception {
        killAndStart(6);
    }

    @Test
    @Tag("long")
    void aProxyThatIsKilledManyTimesServesOneStateWhenItIsBack() throws Exception {
        killAndStart(200);
    }

    /// In each turn a process serves what the one before it left, hears of the next state, and is
    /// killed somewhere in that: after so many of the four answers to a push, or while it is kept.
    private void killAndStart(int turns) throws Exception {
        var chance = Seed.ofRun().random();
        String kept = "";
        for (int turn = 0; turn < turns; turn++) {
            Process process = start(ProxyMain.class, "-c", "--snapshot");
            String before = "c-" + (turn - 1);
            if (turn > 0 && !kept.isEmpty()) {
                awaitServed();
                Set<String> shown = shown();
                assertThat(shown).as("turn %d: one state", turn).hasSize(1);
                assertThat(shown).as("turn %d", turn).isSubsetOf(kept, before);
                kept = shown.iterator().next();
            }
            var control = new Control(state(turn));
            try (var _ = serve(control)) {
                int point = turn % 6;
                int answers = Math.min(point, 4);
                if (!control.acks.tryAcquire(answers, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError("not so many answers");
                }
                if (point == 0 || kept.isEmpty()) {
                    // The first is let be, so that there is something from then on.
                    awaitKept(turn);
                    kept = "c-" + turn;
                } else {
                    Thread.sleep(point == 5 ? 900 + chance.nextInt(300) : chance.nextInt(20));
                }
                process.destroyForcibly().waitFor();
            }
        }
        assertThat(kept).isNotEmpty();
    }

    private void awaitKept(int number) throws Exception {
        String wanted = "c-" + number;
        Path latest = directory.resolve("kept/latest");
        await(() ->
                Files.exists(latest)
                        && new String(Files.readAllBytes(latest), ISO_8859_1).contains(wanted));
    }

    private void awaitServed() throws Exception {
        await(() -> get(webPort, "/").equals("200"));
    }

    /// The clusters that are there and that routes name.
    private Set<String> shown() throws Exception {
        String dump = body(adminPort, "/config_dump?include_eds");
        return CLUSTER.matcher(dump)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void withoutAControlPlaneItServesWhatWasKeptAndTheFirstAnswerCostsNoRequest() throws Exception {
        Process first = start(ProxyMain.class, "-c", "--snapshot");
        try (var _ = serve(new Control(state(1)))) {
            awaitKept(1);
            first.destroy();
            assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(directory.resolve("kept/attempts")).doesNotExist();
        start(ProxyMain.class, "-c", "--snapshot");
        awaitServed();
        assertThat(body(adminPort, "/server_info")).contains("\"HEDDLE_CONFIGURATION\": \"KEPT\"");
        assertThat(body(adminPort, "/stats")).contains("control_plane.snapshot_in_force: 1\n");
        var over = new AtomicBoolean();
        var requests = new AtomicInteger();
        var failures = new CopyOnWriteArrayList<String>();
        Thread load =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!over.get()) {
                                String status = get(webPort, "/");
                                requests.incrementAndGet();
                                if (!status.equals("200")) {
                                    failures.add(status);
                                }
                            }
                        });
        try (var _ = serve(new Control(state(2)))) {
            await(() -> body(adminPort, "/stats").contains("control_plane.snapshot_in_force: 0\n"));
            assertThat(shown()).containsExactly("c-2");
            over.set(true);
            load.join();
        }
        assertThat(failures).isEmpty();
        assertThat(requests.get()).isGreaterThan(100);
        assertThat(body(adminPort, "/server_info")).doesNotContain("HEDDLE_CONFIGURATION");
    }

    @Test
    void aConfigurationThatEndsThreeProcessesIsHeldBackAndTheGoodOneServes() throws Exception {
        Snapshot good = state(1);
        // As after a minute of life.
        var keeper =
                new SnapshotKeeper(
                        directory.resolve("kept"),
                        BootstrapParser.parse("test", ResourceTexts.bootstrap(xdsPort, adminPort))
                                .node()
                                .id(),
                        InstantSource.system(),
                        Runnable::run,
                        Runnable::run);
        keeper.begin();
        keeper.keep(lists(good), true);
        keeper.end();
        XdsResource poison =
                ResourceTexts.service("2", "poison", "c-1", backend.port())
                        .of(XdsType.LISTENER)
                        .values()
                        .iterator()
                        .next();
        var control = new Control(ResourceTexts.with(good, poison));
        try (var _ = serve(control)) {
            for (int i = 0; i < 3; i++) {
                Process crashing = start(PoisonedProxy.class, "", "");
                assertThat(crashing.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(crashing.exitValue()).isEqualTo(PoisonedProxy.CRASHED);
            }
            Process last = start(PoisonedProxy.class, "", "");
            awaitServed();
            await(() -> !control.nacks.isEmpty());
            assertThat(control.nacks)
                    .allSatisfy(it ->
                            assertThat(it)
                                    .isEqualTo(
                                            "'poison': is held back, as 3 processes of this proxy"
                                                    + " ended within 60 s under it (expected:"
                                                    + " another version)"));
            assertThat(body(adminPort, "/stats")).contains("control_plane.suspects_held_back: 1\n");
            assertThat(body(adminPort, "/unsupported")).contains("rejected: LDS 'poison': is held");
            assertThat(last.isAlive()).isTrue();
        }
    }

    private static Map<XdsType, List<XdsResource>> lists(Snapshot snapshot) {
        return snapshot.resources().entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, it -> List.copyOf(it.getValue().values())));
    }

    private XdsServer serve(Control control) throws IOException {
        return XdsServer.start(
                XdsServer.Settings.on(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), xdsPort)),
                control);
    }

    /// The status of an answer, or why there is none.
    private String get(int port, String path) {
        try {
            HttpResponse<String> answer = client.send(request(port, path), BodyHandlers.ofString());
            return Integer.toString(answer.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String body(int port, String path) throws Exception {
        return client.send(request(port, path), BodyHandlers.ofString()).body();
    }

    private static HttpRequest request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        for (int i = 0; i < 100 * PATIENCE_SECONDS && !condition.holds(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.holds()).isTrue();
    }

    private Process start(Class<?> main, String bootstrapOption, String snapshotOption)
            throws IOException {
        List<String> command =
                JavaCommand.of(
                        main,
                        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        bootstrapOption,
                        directory.resolve("bootstrap.yaml").toString(),
                        snapshotOption,
                        directory.resolve("kept").toString());
        command.removeIf(String::isEmpty);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                directory.resolve("proxy-" + processes.size() + ".log").toFile())
                        .start();
        processes.add(process);
        return process;
    }
}

package dev.heddle.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What the demo promises, on one running demo for each data plane, one promise after the other.
@Tag("e2e")
class DemoTest {
    @TempDir Path directory = Path.of("");

    @TestFactory
    Stream<DynamicTest> withHeddlesOwnProxy() {
        return promises("heddle");
    }

    @TestFactory
    Stream<DynamicTest> withStockEnvoy() {
        assumeEnvoy();
        return promises("envoy");
    }

    private Stream<DynamicTest> promises(String dataPlane) {
        var demo = DemoProcess.start(directory.resolve(dataPlane), dataPlane);
        var visitors = new Visitors(demo.page());
        var promises = new Promises(demo, visitors);
        assertThat(demo.process().isAlive()).isTrue();
        return Stream.of(
                        DynamicTest.dynamicTest(
                                "a thousand requests are all answered with 200",
                                promises::everyRequestIsAnswered),
                        DynamicTest.dynamicTest(
                                "each of them is known to top and to the graph, once",
                                promises::everyRequestIsTold),
                        DynamicTest.dynamicTest(
                                "why finds a fault that a rule injects",
                                promises::aFaultIsExplained),
                        DynamicTest.dynamicTest(
                                "the 80-20 sample splits 80 to 20 within a second",
                                promises::theSampleSplits),
                        DynamicTest.dynamicTest(
                                "the jason sample tells users apart", promises::usersAreToldApart),
                        DynamicTest.dynamicTest(
                                "a hundred swaps of files under load lose no request",
                                promises::swapsLoseNothing),
                        DynamicTest.dynamicTest(
                                "a broken file is a finding and changes nothing",
                                promises::aBrokenFileChangesNothing),
                        DynamicTest.dynamicTest(
                                "under STRICT the shop works, and plain text is refused",
                                promises::strictIsKept),
                        DynamicTest.dynamicTest(
                                "kill -9 of the control plane under load loses no request",
                                promises::theControlPlaneMayDie),
                        DynamicTest.dynamicTest(
                                "kill -9 of a sidecar is mended", promises::aSidecarMayDie),
                        DynamicTest.dynamicTest(
                                "a second demo says which port is taken and by what",
                                promises::aSecondDemoIsTurnedAway),
                        DynamicTest.dynamicTest(
                                "SIGTERM leaves no process and no port",
                                promises::stoppingLeavesNothing))
                .onClose(() -> {
                    visitors.close();
                    demo.process().destroy();
                    if (!DemoProcess.eventually(
                            Duration.ofSeconds(15), () -> !demo.process().isAlive())) {
                        demo.process().destroyForcibly();
                    }
                });
    }

    @Tag("long")
    @Test
    void aDemoThatIsKilledTakesEnvoysWithIt() {
        assumeEnvoy();
        killed("envoy");
    }

    @Tag("long")
    @Test
    void aDemoThatIsKilledTakesItsProxiesWithIt() {
        killed("heddle");
    }

    private void killed(String dataPlane) {
        var demo = DemoProcess.start(directory.resolve("killed-" + dataPlane), dataPlane);
        List<ProcessHandle> children = demo.children();
        assertThat(children).hasSize(processes(dataPlane));
        demo.process().destroyForcibly();
        boolean gone =
                DemoProcess.eventually(
                        Duration.ofSeconds(10),
                        () -> children.stream().noneMatch(ProcessHandle::isAlive));
        children.forEach(ProcessHandle::destroyForcibly);
        assertThat(gone).as("no process is left 10 s after kill -9").isTrue();
    }

    /// How many a demo has: the control plane, six applications and seven proxies, and beside each
    /// Envoy an agent.
    private static int processes(String dataPlane) {
        return dataPlane.equals("envoy") ? 21 : 14;
    }

    private static void assumeEnvoy() {
        Assumptions.assumeTrue(
                System.getenv("HEDDLE_ENVOY") != null,
                "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
    }

    private record Promises(DemoProcess demo, Visitors visitors) {
        private static final int MANY = 1000;

        /// So many that the share of each version is within 6.5 percent of its weight, unless it
        /// has another: by chance in one of two million runs.
        private static final int SPLIT = 1_000;

        private static final int PROXIES = 7;

        /// Istio's own sample, unchanged, where the cases are there; else the one of ours that says
        /// the same.
        private static Path sample(String istios, String ours) {
            return Repository.cases()
                    .map(cases -> cases.resolve("istio-samples/samples/bookinfo/networking"))
                    .map(networking -> networking.resolve(istios))
                    .orElseGet(() -> ours(ours));
        }

        private static Path ours(String name) {
            return Repository.root().resolve("samples/bookinfo/try").resolve(name);
        }

        private static Path eightyTwenty() {
            return sample("virtual-service-reviews-80-20.yaml", "reviews-80-20.yaml");
        }

        private static Path jason() {
            return sample("virtual-service-reviews-jason-v2-v3.yaml", "reviews-jason.yaml");
        }

        private void put(String name, Path source) throws IOException {
            Files.copy(source, demo.config().resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }

        private void remove(String name) throws IOException {
            Files.deleteIfExists(demo.config().resolve(name));
        }

        /// A number that the control plane says about the mesh, as `proxiesInSync`.
        private int said(String name) {
            var number =
                    Pattern.compile("\"" + name + "\":\\s*(\\d+)").matcher(demo.api("version"));
            return number.find() ? Integer.parseInt(number.group(1)) : -1;
        }

        private boolean isInSync() {
            return said("proxiesInSync") == PROXIES && said("proxies") == PROXIES;
        }

        /// Removes a file and waits until that is in force everywhere.
        private void removeAndSettle(String name) throws IOException {
            if (!Files.exists(demo.config().resolve(name))) {
                settle();
                return;
            }
            int before = said("version");
            remove(name);
            assertThat(
                            DemoProcess.eventually(
                                    Duration.ofSeconds(5), () -> said("version") > before))
                    .isTrue();
            settle();
        }

        private void settle() {
            assertThat(DemoProcess.eventually(Duration.ofMinutes(1), this::isInSync))
                    .as(() -> "proxies out of step: " + demo.api("proxies"))
                    .isTrue();
        }

        void everyRequestIsAnswered() {
            var met = visitors.visit(MANY);
            assertThat(met.failures()).as("%s", met).isZero();
            assertThat(met.total()).isEqualTo(MANY);
            assertThat(met.counts()).containsOnlyKeys("v1", "v2", "v3");
        }

        /// The page is asked for by nobody but the visitors and the demo's own probe, which asks
        /// until it has one whole page.
        void everyRequestIsTold() {
            // Each proxy tells when its turn comes, every ten seconds.
            boolean isTold =
                    DemoProcess.eventually(
                            Duration.ofSeconds(30),
                            () ->
                                    Stream.of("productpage", "details", "reviews")
                                                    .allMatch(it -> requests(it) >= MANY)
                                            && requests("ratings") >= MANY / 2);
            assertThat(isTold).as(() -> demo.api("signals?by=service&seconds=600")).isTrue();
            assertThat(requests("productpage")).isBetween(MANY, MANY + 40);
            assertThat(requests("details")).isBetween(MANY, MANY + 40);
            assertThat(requests("reviews")).isBetween(MANY, MANY + 40);
            assertThat(requests("ratings")).isBetween(MANY / 2, MANY);
            assertThat(demo.api("graph?seconds=600"))
                    .contains("istio-ingressgateway", "productpage-v1", "reviews-v3", "ratings-v1");
        }

        /// How many requests to a service of the sample the control plane knows.
        private int requests(String service) {
            var number =
                    Pattern.compile(
                                    "\"service\":\\s*\""
                                            + service
                                            + "\\.default\\.svc\\.cluster\\.local\",\\s*"
                                            + "\"requests\":\\s*(\\d+)")
                            .matcher(demo.api("signals?by=service&seconds=600"));
            return number.find() ? Integer.parseInt(number.group(1)) : -1;
        }

        void aFaultIsExplained() throws Exception {
            Files.writeString(
                    demo.config().resolve("fault.yaml"),
                    """
                    apiVersion: networking.istio.io/v1
                    kind: VirtualService
                    metadata: {name: ratings}
                    spec:
                      hosts: [ratings]
                      http:
                      - fault: {abort: {percentage: {value: 100}, httpStatus: 556}}
                        route: [{destination: {host: ratings}}]
                    """);
            Pattern id = Pattern.compile("\"requestId\":\\s*\"([0-9a-f-]{36})\"");
            boolean isTold =
                    DemoProcess.eventually(
                            Duration.ofSeconds(20),
                            () -> {
                                visitors.visit(10);
                                return id.matcher(demo.api("logs?code=556&limit=1")).find();
                            });
            assertThat(isTold).as(() -> demo.api("logs?limit=5")).isTrue();
            var found = id.matcher(demo.api("logs?code=556&limit=1"));
            assertThat(found.find()).isTrue();

            assertThat(demo.api("why/" + found.group(1)))
                    .containsPattern("\"sentence\":\\s*\"GET /ratings/0 from reviews-v")
                    .contains("was answered 556 by the proxy of reviews-v")
                    .contains("fault")
                    .contains("Version ")
                    .contains("VirtualService default/ratings created");
            removeAndSettle("fault.yaml");
        }

        void theSampleSplits() throws Exception {
            // A machine that does other things besides may be late once, not three times in a row.
            var millis = new ArrayList<Long>();
            do {
                removeAndSettle("reviews.yaml");
                millis.add(millisUntilInForce());
            } while (millis.getLast() >= 1000 && millis.size() < 3);
            assertThat(millis)
                    .as("milliseconds until it was in force, each time")
                    .anySatisfy(time -> assertThat(time).isLessThan(1000));
            settle();
            var met = visitors.visit(SPLIT);
            assertThat(met.failures()).as("%s", met).isZero();
            assertThat(met.percent("v1")).as("%s", met).isCloseTo(80, within(6.5));
            assertThat(met.percent("v2")).as("%s", met).isCloseTo(20, within(6.5));
        }

        /// How long after its file appeared the sample is seen in force: with v3 gone from ten
        /// answers in a row (1 in 58 otherwise).
        private long millisUntilInForce() throws IOException {
            long from = System.nanoTime();
            put("reviews.yaml", eightyTwenty());
            boolean inForce =
                    DemoProcess.eventually(
                            Duration.ofSeconds(10),
                            () -> !visitors.visit(10).counts().containsKey("v3"));
            long millis = Duration.ofNanos(System.nanoTime() - from).toMillis();
            assertThat(inForce).as("in force within ten seconds").isTrue();
            return millis;
        }

        void usersAreToldApart() throws Exception {
            put("reviews.yaml", jason());
            boolean inForce =
                    DemoProcess.eventually(
                            Duration.ofSeconds(5),
                            () -> visitors.visit(10).counts().keySet().equals(Set.of("v3")));
            assertThat(inForce).isTrue();
            settle();
            assertThat(visitors.visit(50, Map.of("Cookie", "user=jason")).counts())
                    .containsOnlyKeys("v2");
            assertThat(visitors.visit(50, Map.of("Cookie", "user=tom")).counts())
                    .containsOnlyKeys("v3");
        }

        void swapsLoseNothing() throws Exception {
            var files =
                    List.of(
                            eightyTwenty(),
                            sample("virtual-service-reviews-90-10.yaml", "reviews-by-path.yaml"),
                            sample("virtual-service-reviews-v3.yaml", "reviews-all-v1.yaml"),
                            jason());
            var met =
                    visitors.visitWhile(() -> {
                        for (int i = 0; i < 100; i++) {
                            if (i % 10 == 9) {
                                remove("reviews.yaml");
                            } else {
                                put("reviews.yaml", files.get(i % files.size()));
                            }
                            TimeUnit.MILLISECONDS.sleep(60);
                        }
                        return null;
                    });
            assertThat(met.failures()).as("%s", met).isZero();
            assertThat(met.total()).isGreaterThan(200);
            removeAndSettle("reviews.yaml");
        }

        void aBrokenFileChangesNothing() throws Exception {
            put("reviews.yaml", ours("reviews-all-v1.yaml"));
            boolean inForce =
                    DemoProcess.eventually(
                            Duration.ofSeconds(5),
                            () -> visitors.visit(10).counts().keySet().equals(Set.of("v1")));
            assertThat(inForce).isTrue();
            Files.writeString(
                    demo.config().resolve("reviews.yaml"),
                    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: [\n");
            boolean found =
                    DemoProcess.eventually(
                            Duration.ofSeconds(5),
                            () -> demo.api("findings").contains("reviews.yaml"));
            assertThat(found).as(demo.api("findings")).isTrue();
            assertThat(visitors.visit(50).counts()).containsOnlyKeys("v1");
            removeAndSettle("reviews.yaml");
        }

        void strictIsKept() throws Exception {
            String door = "http://127.0.0.1:" + demo.inboundPort("reviews-v1") + "/health";
            assertThat(Visitors.canOpen(door)).as("plain text before STRICT").isTrue();
            put("strict.yaml", ours("strict.yaml"));
            boolean refused =
                    DemoProcess.eventually(Duration.ofSeconds(10), () -> !Visitors.canOpen(door));
            assertThat(refused).as("plain text under STRICT").isTrue();
            settle();
            var met = visitors.visit(200);
            assertThat(met.failures()).as("%s", met).isZero();
            assertThat(met.counts()).containsOnlyKeys("v1", "v2", "v3");
            removeAndSettle("strict.yaml");
        }

        void theControlPlaneMayDie() throws Exception {
            int version = said("version");
            var met =
                    visitors.visitWhile(() -> {
                        assertThat(demo.killAndAwaitAnother("control")).isTrue();
                        settle();
                        return null;
                    });
            assertThat(met.failures()).as("%s", met).isZero();
            assertThat(said("version")).isEqualTo(version);
        }

        void aSidecarMayDie() {
            assertThat(demo.killAndAwaitAnother("reviews-v2-proxy")).isTrue();
            settle();
            boolean mended =
                    DemoProcess.eventually(
                            Duration.ofSeconds(20),
                            () -> {
                                var met = visitors.visit(60);
                                return met.failures() == 0 && met.counts().containsKey("v2");
                            });
            assertThat(mended).isTrue();
        }

        void aSecondDemoIsTurnedAway() throws Exception {
            var second =
                    DemoProcess.begin(
                            demo.data().resolveSibling("second"),
                            "heddle",
                            demo.gatewayPort(),
                            demo.consolePort());
            assertThat(second.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.process().exitValue()).isEqualTo(1);
            assertThat(second.text())
                    .contains("port " + demo.gatewayPort() + " for the gateway is taken by")
                    .containsAnyOf(
                            demo.family("gateway")
                                    .map(it -> "process " + it.pid())
                                    .toArray(String[]::new))
                    .contains("port " + demo.consolePort() + " for the console is taken by")
                    .contains("of the demo that is process " + demo.process().pid())
                    .contains("--gateway-port and --console-port");
        }

        void stoppingLeavesNothing() throws Exception {
            List<ProcessHandle> children = new ArrayList<>(demo.children());
            long from = System.nanoTime();
            demo.process().toHandle().destroy(); // unlike the process's own, leaves its output open
            assertThat(demo.process().waitFor(15, TimeUnit.SECONDS)).isTrue();
            long seconds = Duration.ofNanos(System.nanoTime() - from).toSeconds();
            // Five seconds for the gateway to say that it drains, and what each kind may take.
            assertThat(seconds).as("seconds to stop").isLessThanOrEqualTo(10);
            assertThat(children)
                    .hasSize(processes(demo.dataPlane()))
                    .noneMatch(ProcessHandle::isAlive);
            assertThat(isOpen(demo.gatewayPort())).isFalse();
            assertThat(isOpen(demo.consolePort())).isFalse();
            boolean saidSo =
                    DemoProcess.eventually(
                            Duration.ofSeconds(5),
                            () -> demo.text().contains("stopped; no process is left"));
            assertThat(saidSo).as(demo.text()).isTrue();
        }

        private static boolean isOpen(int port) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
                return true;
            } catch (IOException _) {
                return false;
            }
        }
    }
}

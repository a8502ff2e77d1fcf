package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.identity.IstioMetricsTest.Pair;
import dev.heddle.e2e.identity.IstioMetricsTest.Plane;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Both sides of a connection of bytes count it while it is open, whichever proxies they are.
@Tag("e2e")
class TcpMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path dir = Path.of("");

    static Stream<Pair> pairs() {
        return IstioMetricsTest.pairs();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void connectionsAreCountedWhileTheyAreOpen(Pair pair) throws Exception {
        Assumptions.assumeTrue(
                !pair.toString().contains("ENVOY") || Envoy.find().isPresent(),
                "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.write("settings.yaml", IstioMetricsTest.MESH);
            BytesOfMesh bytes = BytesOfMesh.start(mesh, pair.caller().get(), pair.called().get());
            var both =
                    List.of(
                            new Seen(mesh, "door", pair.caller()),
                            new Seen(mesh, "ledger", pair.called()));
            try (Socket _ = bytes.served(PATIENCE)) {
                await(() ->
                        both.stream().allMatch(it -> it.sum("tcp_connections_opened_total") >= 1));
            }
            await(() -> both.stream().allMatch(Seen::isQuiet));
            both.forEach(Seen::remember);
            try (Socket open = bytes.connect()) {
                BytesOfMesh.say(open, 1_000);
                await(() ->
                        both.stream()
                                .allMatch(it -> it.grown("tcp_connections_opened_total") == 1));
                for (Seen seen : both) {
                    if (seen.plane() == Plane.OWN) {
                        await(() -> seen.grown("tcp_sent_bytes_total") == 1_000);
                        assertThat(seen.grown("tcp_received_bytes_total")).isEqualTo(1_000);
                    }
                    assertThat(seen.grown("tcp_connections_closed_total")).isZero();
                }
                BytesOfMesh.say(open, 500);
            }
            await(() ->
                    both.stream().allMatch(it -> it.grown("tcp_connections_closed_total") == 1));
            for (Seen seen : both) {
                assertThat(seen.grown("tcp_connections_opened_total")).isEqualTo(1);
                assertThat(seen.grown("tcp_sent_bytes_total")).isEqualTo(1_500);
                assertThat(seen.grown("tcp_received_bytes_total")).isEqualTo(1_500);
            }
            assertThat(both.getFirst().labels("tcp_connections_opened_total"))
                    .containsEntry("reporter", "source")
                    .containsEntry("destination_workload", "ledger")
                    .containsEntry(
                            "destination_principal", "spiffe://cluster.local/ns/default/sa/ledger")
                    .containsEntry("request_protocol", "tcp");
            assertThat(both.getLast().labels("tcp_connections_opened_total"))
                    .containsEntry("reporter", "destination")
                    .containsEntry("source_principal", "spiffe://cluster.local/ns/default/sa/door")
                    .containsEntry("connection_security_policy", "mutual_tls");
            aConnectionWithoutAHostIsOpenedAndClosed(both.getFirst(), bytes);
        }
    }

    private static void aConnectionWithoutAHostIsOpenedAndClosed(Seen seen, BytesOfMesh bytes)
            throws Exception {
        try (Socket socket = bytes.connectToNobody()) {
            assertThat(socket.getInputStream().read()).isNegative();
        }
        for (String name :
                List.of("tcp_connections_opened_total", "tcp_connections_closed_total")) {
            await(() ->
                    seen.samples(name).stream()
                            .anyMatch(it ->
                                    it.labels().getOrDefault("response_flags", "").contains("UF")
                                            && "gone.default.svc.cluster.local"
                                                    .equals(it.labels().get("destination_service"))
                                            && it.value() == 1));
        }
    }

    /// What a proxy says.
    private static final class Seen {
        private final SecureMesh mesh;
        private final String proxy;
        private final Plane plane;
        private final Map<String, Long> before = new HashMap<>();

        Seen(SecureMesh mesh, String proxy, Plane plane) {
            this.mesh = mesh;
            this.proxy = proxy;
            this.plane = plane;
        }

        Plane plane() {
            return plane;
        }

        List<Scraped> samples(String name) {
            return Scraped.of(mesh, proxy, plane, name);
        }

        Map<String, String> labels(String name) {
            return samples(name).stream()
                    .map(Scraped::labels)
                    .filter(it -> "-".equals(it.get("response_flags")))
                    .findFirst()
                    .orElseThrow();
        }

        long sum(String name) {
            return samples(name).stream().mapToLong(Scraped::value).sum();
        }

        /// Whether all that was opened was closed.
        boolean isQuiet() {
            return sum("tcp_connections_opened_total") == sum("tcp_connections_closed_total");
        }

        void remember() {
            for (String name :
                    List.of(
                            "tcp_connections_opened_total",
                            "tcp_connections_closed_total",
                            "tcp_sent_bytes_total",
                            "tcp_received_bytes_total")) {
                before.put(name, sum(name));
            }
        }

        /// By how much it is more than when it was remembered.
        long grown(String name) {
            return sum(name) - before.getOrDefault(name, 0L);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}

package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Both sides of a call count it by Istio's labels, whichever proxies they are.
@Tag("e2e")
class IstioMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String WEB = "spiffe://cluster.local/ns/default/sa/web";
    private static final String BANK = "spiffe://cluster.local/ns/default/sa/bank";

    static final String MESH =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                accessLogFile: ""
                defaultProviders: {metrics: [prometheus]}
            """;

    @TempDir Path dir = Path.of("");

    enum Plane {
        OWN,
        ENVOY;

        DataPlane get() {
            return switch (this) {
                case OWN -> new HeddleProxy();
                case ENVOY -> Envoy.find().orElseThrow();
            };
        }

        /// Envoy puts its own name in front; the shipped scrape configuration takes it away.
        String prefix() {
            return this == OWN ? "istio_" : "envoy_istio_";
        }
    }

    record Pair(Plane caller, Plane called) {}

    static Stream<Pair> pairs() {
        return Stream.of(Plane.values())
                .flatMap(a -> Stream.of(Plane.values()).map(b -> new Pair(a, b)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void bothSidesCountByIstiosLabels(Pair pair) throws Exception {
        Assumptions.assumeTrue(
                !pair.toString().contains("ENVOY") || Envoy.find().isPresent(),
                "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.write("settings.yaml", MESH);
            mesh.serve(pair.called().get());
            int web = mesh.call(pair.caller().get(), "web", mesh.identity("web").toString());
            await(() -> status(mesh.get(web)) == 200);
            long before = requests(mesh, "web", pair.caller());
            for (int i = 0; i < 5; i++) {
                assertThat(status(mesh.get(web))).isEqualTo(200);
            }
            await(() -> requests(mesh, "web", pair.caller()) == before + 5);
            assertThat(mesh.get(web).orElseThrow().toString())
                    .as("what the application sees")
                    .contains("x-request-id")
                    .doesNotContain("x-heddle-peer");
            Map<String, String> seen = labels("source", "unknown");
            assertThat(good(mesh, "web", pair.caller(), "requests_total")).containsExactly(seen);
            assertThat(good(mesh, "web", pair.caller(), "request_duration_milliseconds_count"))
                    .containsExactly(seen);
            Map<String, String> served = labels("destination", "mutual_tls");
            await(() -> requests(mesh, "bank", pair.called()) >= before + 5);
            assertThat(good(mesh, "bank", pair.called(), "requests_total")).containsExactly(served);
            assertThat(good(mesh, "bank", pair.called(), "response_bytes_count"))
                    .containsExactly(served);
            ofSomebodyWithoutASidecar(mesh, pair.called());
        }
    }

    /// Who has no sidecar is nobody in particular.
    private static void ofSomebodyWithoutASidecar(SecureMesh mesh, Plane called) throws Exception {
        assertThat(status(mesh.plain())).isEqualTo(200);
        await(() ->
                Scraped.of(mesh, "bank", called, "requests_total").stream()
                        .anyMatch(it -> it.labels().containsValue("none")));
        Map<String, String> seen =
                Scraped.of(mesh, "bank", called, "requests_total").stream()
                        .map(Scraped::labels)
                        .filter(it -> it.containsValue("none"))
                        .findFirst()
                        .orElseThrow();
        Map<String, String> expected = new TreeMap<>(labels("destination", "none"));
        expected.replaceAll((name, value) ->
                name.startsWith("source_") || name.endsWith("_principal") ? "unknown" : value);
        assertThat(seen).isEqualTo(expected);
    }

    private static Map<String, String> labels(String reporter, String security) {
        var all = new TreeMap<String, String>();
        for (String side : List.of("source", "destination")) {
            String name = side.equals("source") ? "web" : "bank";
            all.put(side + "_workload", name);
            all.put(side + "_workload_namespace", "default");
            all.put(side + "_app", name);
            all.put(side + "_version", "unknown");
            all.put(side + "_canonical_service", name);
            all.put(side + "_canonical_revision", "latest");
            all.put(side + "_cluster", "Kubernetes");
            all.put(side + "_principal", side.equals("source") ? WEB : BANK);
        }
        all.put("reporter", reporter);
        all.put("destination_service", "bank.default.svc.cluster.local");
        all.put("destination_service_name", "bank");
        all.put("destination_service_namespace", "default");
        all.put("request_protocol", "http");
        all.put("response_code", "200");
        all.put("grpc_response_status", "");
        all.put("response_flags", "-");
        all.put("connection_security_policy", security);
        return all;
    }

    private static List<Map<String, String>> good(
            SecureMesh mesh, String proxy, Plane plane, String name) {
        return Scraped.of(mesh, proxy, plane, name).stream()
                .map(Scraped::labels)
                .filter(it -> "200".equals(it.get("response_code")))
                .toList();
    }

    private static long requests(SecureMesh mesh, String proxy, Plane plane) {
        return Scraped.of(mesh, proxy, plane, "requests_total").stream()
                .filter(it -> "200".equals(it.labels().get("response_code")))
                .mapToLong(Scraped::value)
                .sum();
    }

    private static int status(Optional<Answer> answer) {
        return answer.map(Answer::status).orElse(0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}

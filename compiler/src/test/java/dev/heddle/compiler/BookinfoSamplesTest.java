package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Severity;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Istio's own Bookinfo samples, unchanged, with our own definitions of the services.
class BookinfoSamplesTest {
    private static final Map<String, List<String>> VERSIONS =
            new TreeMap<>(
                    Map.of(
                            "productpage", List.of("v1"),
                            "details", List.of("v1", "v2"),
                            "reviews", List.of("v1", "v2", "v3"),
                            "ratings", List.of("v1", "v2", "v2-mysql", "v2-mysql-vm")));

    @TempDir private Path directory;
    private Path samples = Path.of("");

    @BeforeEach
    void findTheSamples() {
        Optional<Path> cases = Repository.cases();
        Assumptions.assumeTrue(cases.isPresent(), "no ../shared/cases: Istio's samples are absent");
        samples = cases.orElseThrow().resolve("istio-samples/samples/bookinfo/networking");
    }

    @Test
    void allV1SendsEveryReviewToVersion1() throws IOException {
        assertThat(shares("/reviews/0", Map.of(), "virtual-service-all-v1"))
                .containsExactly(Map.entry("v1", 100));
    }

    @Test
    void reviews50SplitsEvenlyBetweenVersions1And3() throws IOException {
        assertThat(shares("/reviews/0", Map.of(), "virtual-service-reviews-50-v3"))
                .containsExactly(Map.entry("v1", 50), Map.entry("v3", 50));
    }

    @Test
    void reviews80SplitsFourToOne() throws IOException {
        assertThat(shares("/reviews/0", Map.of(), "virtual-service-reviews-80-20"))
                .containsExactly(Map.entry("v1", 80), Map.entry("v2", 20));
    }

    @Test
    void reviews90SplitsNineToOne() throws IOException {
        assertThat(shares("/reviews/0", Map.of(), "virtual-service-reviews-90-10"))
                .containsExactly(Map.entry("v1", 90), Map.entry("v2", 10));
    }

    @Test
    void jasonSeesVersion2AndEverybodyElseVersion3() throws IOException {
        String sample = "virtual-service-reviews-jason-v2-v3";
        assertThat(shares("/reviews/0", Map.of("end-user", "jason"), sample))
                .containsExactly(Map.entry("v2", 100));
        assertThat(shares("/reviews/0", Map.of("end-user", "tom"), sample))
                .containsExactly(Map.entry("v3", 100));
    }

    @Test
    void theTestUserSeesVersion2AndEverybodyElseVersion1() throws IOException {
        String sample = "virtual-service-reviews-test-v2";
        assertThat(shares("/reviews/0", Map.of("end-user", "jason"), sample))
                .containsExactly(Map.entry("v2", 100));
        assertThat(shares("/reviews/0", Map.of(), sample)).containsExactly(Map.entry("v1", 100));
    }

    @Test
    void everySubsetOfDestinationRuleAllHasItsOwnHosts() throws IOException {
        Compiled compiled =
                MeshCompiler.compile(world("destination-rule-all"), Meshes.sidecar("productpage"));
        String service = "|reviews.default.svc.cluster.local";

        assertThat(List.of("v1", "v2", "v3"))
                .allSatisfy(version ->
                        assertThat(
                                        compiled.plan()
                                                .assignment("outbound|9080|" + version + service)
                                                .orElseThrow()
                                                .size())
                                .isEqualTo(1));
        assertThat(compiled.plan().assignment("outbound|9080|" + service).orElseThrow().size())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/productpage", "/static/x", "/login", "/logout", "/api/v1/products"})
    void theGatewayLeadsToTheProductPage(String path) throws IOException {
        assertThat(gateway(path).destinations())
                .singleElement()
                .satisfies(d ->
                        assertThat(d.cluster())
                                .isEqualTo(
                                        "outbound|9080||productpage.default.svc.cluster"
                                                + ".local"));
    }

    @Test
    void theGatewayKnowsNoOtherPath() throws IOException {
        assertThat(gateway("/reviews/0").reply())
                .hasValueSatisfying(r -> assertThat(r.status()).isEqualTo(404));
    }

    @Test
    void anExplanationNamesTheLineThatDecided() throws IOException {
        Explanation explanation =
                explain(
                        "/reviews/0",
                        Map.of("end-user", "jason"),
                        "virtual-service-reviews-test-v2");

        assertThat(explanation.routeOrigin())
                .hasToString(
                        "virtual-service-reviews-test-v2.yaml:"
                                + explanation.routeOrigin().position().line()
                                + " VirtualService default/reviews spec.http[0].match[0]");
        assertThat(explanation.routeOrigin().position().line()).isPositive();
        assertThat(explanation.listener()).isEqualTo("0.0.0.0_9080");
    }

    @Test
    void everySampleLoadsAndNothingInItIsWrong() throws IOException {
        try (Stream<Path> files = Files.list(samples)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                String name = file.getFileName().toString().replace(".yaml", "");
                World world = world("destination-rule-all", "bookinfo-gateway", name);

                Compiled compiled = MeshCompiler.compile(world, Meshes.sidecar("productpage"));

                assertThat(compiled.snapshot().version()).as(name).isEqualTo("1");
                assertThat(MeshCompiler.analyze(world))
                        .as(name)
                        .filteredOn(d -> d.severity() == Severity.ERROR)
                        .filteredOn(d -> !d.message().contains("cert-manager-resolver"))
                        .isEmpty();
            }
        }
    }

    private Explanation gateway(String path) throws IOException {
        ProxyScope scope =
                Meshes.scope(
                        Role.GATEWAY,
                        "default",
                        Map.of("istio", "ingressgateway"),
                        new Interception.Redirect());
        return Explainer.explain(
                world("bookinfo-gateway"),
                scope,
                Request.of("GET", "http://localhost:8080" + path, Map.of()));
    }

    private Map<String, Integer> shares(String path, Map<String, String> headers, String sample)
            throws IOException {
        var shares = new TreeMap<String, Integer>();
        explain(path, headers, sample)
                .destinations()
                .forEach(d -> shares.put(d.subset(), d.weight()));
        return shares;
    }

    private Explanation explain(String path, Map<String, String> headers, String sample)
            throws IOException {
        return Explainer.explain(
                world("destination-rule-all", sample),
                Meshes.sidecar("productpage"),
                Request.of("GET", "http://reviews:9080" + path, headers));
    }

    private World world(String... names) throws IOException {
        var files = new ArrayList<Path>();
        Path services = directory.resolve("services.yaml");
        var text = new StringBuilder();
        int port = 20_000;
        for (Map.Entry<String, List<String>> service : VERSIONS.entrySet()) {
            text.append("---\n").append(service(service.getKey()));
            for (String version : service.getValue()) {
                text.append(workload(service.getKey(), version, ++port));
            }
        }
        Files.writeString(services, text);
        files.add(services);
        for (String name : names) {
            Files.copy(
                    samples.resolve(name + ".yaml"),
                    directory.resolve(name + ".yaml"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            files.add(directory.resolve(name + ".yaml"));
        }
        return Meshes.read(directory, files).world();
    }

    private static String service(String name) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec:
          selector: {app: %1$s}
          ports: [{name: http, port: 9080}]
        """
                .formatted(name);
    }

    private static String workload(String app, String version, int port) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %1$s-%2$s}
        spec:
          address: 127.0.0.1
          ports: {http: %3$d}
          labels: {app: %1$s, version: %2$s}
        """
                .formatted(app, version, port);
    }
}

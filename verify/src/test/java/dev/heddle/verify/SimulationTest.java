package dev.heddle.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigPaths;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.testkit.Repository;
import dev.heddle.verify.sim.Measured;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Path CASES =
            Repository.root().resolve("verify/src/test/resources/dev/heddle/verify/sim");

    private static SourceState source() throws IOException {
        return ConfigPaths.read(List.of(CASES));
    }

    private static Verifier verifier() throws IOException {
        return new Verifier(WorldBuilder.first(source(), MeshSettings.DEFAULT, Instant.EPOCH));
    }

    private static Simulated simulate(String url, String endpoints, String expect)
            throws IOException {
        return simulate("app: web", url, endpoints, expect);
    }

    private static Simulated simulate(String from, String url, String endpoints, String expect)
            throws IOException {
        var parsed =
                ResourceReader.read(
                        "test.yaml",
                        """
                        apiVersion: heddle.dev/v1alpha1
                        kind: MeshTest
                        metadata: {name: one, namespace: shop}
                        spec:
                          from: {labels: {%s}}
                          simulations:
                          - name: one
                            request: {url: "%s"}
                            load: {requestsPerSecond: 20, duration: 10s}
                            endpoints: [%s]
                            expect: {%s}
                        """
                                .formatted(from, url, endpoints, expect));
        assertThat(parsed.diagnostics()).isEmpty();
        Resource<?> read = parsed.resources().getFirst();
        return verifier()
                .simulate(
                        new Resource<>(
                                Kinds.MESH_TEST,
                                read.metadata(),
                                (MeshTest) read.spec(),
                                read.source()),
                        0);
    }

    @Test
    void productionsRetriesTimeoutsAndOutliersDoWhatIsExpected() throws Exception {
        var verifier = verifier();
        Resource<MeshTest> suite = MeshTests.of(source()).getFirst();
        List<TestResult> results = verifier.verify(suite, _ -> true).toList();
        assertThat(results).hasSize(4);
        assertThat(results).allSatisfy(it -> assertThat(it.mismatches()).as(it.why()).isEmpty());
    }

    /// Ten seconds after the first, five failures more: those who are not tried again notice.
    @Test
    void fiveFailuresEjectAndNoMore() throws Exception {
        Simulated simulated =
                simulate(
                        "http://reviews:9080/",
                        "{workload: b, phases: [{status: 503}]}",
                        "ejected: [b], minSuccess: 97.5, maxSuccess: 97.5");
        assertThat(simulated.measured().statuses()).containsEntry(503, 5).containsEntry(200, 195);
        assertThat(simulated.passed()).isTrue();
    }

    /// Ten at once, and five each second of the ten.
    @Test
    void aGatewayLetsNoMorePassThanItsLimit() throws Exception {
        Simulated simulated =
                simulate(
                        "istio: ingressgateway",
                        "http://shop.example.com/",
                        "",
                        "minAttempts: 0.29, maxAttempts: 0.3");
        assertThat(simulated.mismatches()).as(simulated.why()).isEmpty();
        assertThat(simulated.measured().statuses()).containsOnlyKeys(200, 429);
    }

    @Test
    void theSameSeedGivesTheSameRun() throws Exception {
        String flapping =
                "{workload: a, phases: [{every: 2s, length: 1s, reset: true, percentage: 40}]}";
        Measured once = simulate("http://reviews:9080/", flapping, "minSuccess: 0").measured();
        Measured again = simulate("http://reviews:9080/", flapping, "minSuccess: 0").measured();
        assertThat(again).isEqualTo(once);
        assertThat(once.statuses()).containsKey(503);
    }

    @Test
    void whatIsNotSoIsSaid() throws Exception {
        Simulated simulated =
                simulate(
                        "http://reviews:9080/",
                        "{workload: b, phases: [{status: 500, latency: 20ms}]}",
                        "minSuccess: 99, maxSuccess: 97, maxP99: 1ms, minAttempts: 2, maxAttempts:"
                                + " 0.5, ejected: [], shares: [{workload: b, min: 50}]");
        assertThat(simulated.mismatches())
                .extracting(Mismatch::toString)
                .containsExactly(
                        "minSuccess: 97.50 % (expected: at least 99 %)",
                        "maxSuccess: 97.50 % (expected: at most 97 %)",
                        "maxP99: 0.02s (expected: at most 0.001s)",
                        "minAttempts: 1 (expected: at least 2)",
                        "maxAttempts: 1 (expected: at most 0.500)",
                        "ejected: b (expected: nobody)",
                        "shares: 2.50 % (expected: from 50 % to 100 % of b)");
        assertThat(simulated.why())
                .contains("          at           test.yaml:11\n".strip())
                .contains("statuses       195 x 200, 5 x 500\n");
    }

    @Test
    void anEndpointThatThereIsNotIsNamed() throws Exception {
        Simulated simulated =
                simulate(
                        "http://reviews:9080/",
                        "{workload: x, phases: [{status: 503}]}",
                        "minSuccess: 1");
        assertThat(simulated.mismatches())
                .extracting(Mismatch::toString)
                .containsExactly(
                        "simulation: no endpoint of these requests is x (there are: a, b, c)"
                                + " (expected: a run)");
    }

    @Test
    void whatNobodyServesIsAnsweredByTheProxy() throws Exception {
        Simulated simulated = simulate("http://nobody:9080/", "", "maxSuccess: 100");
        assertThat(simulated.measured().attempts()).isZero();
        assertThat(simulated.measured().statuses().keySet()).isSubsetOf(404, 502, 503);
    }
}

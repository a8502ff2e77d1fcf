package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.NetworkNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The calls of every golden case whose sidecar has its workload's traffic redirected, each in a
/// network of its own.
@Tag("e2e")
class RedirectedTrafficTest {
    @TempDir Path dir = Path.of("");

    static Stream<GoldenCase> cases() {
        return GoldenCase.all().stream()
                .filter(CaseWorld::isRedirected)
                .filter(c -> c.yamlFile("calls.yaml").isPresent());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void throughStockEnvoyTheCallsMeetWhatTheCaseSays(GoldenCase golden) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        String binary = envoy.orElseThrow().binary().toString();
        assertThat(run(golden, binary)).contains(RedirectedMesh.MET);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void throughOurProxyTheCallsMeetWhatTheCaseSays(GoldenCase golden) throws Exception {
        assertThat(run(golden, "heddle")).contains(RedirectedMesh.MET);
    }

    private String run(GoldenCase golden, String dataPlane) throws Exception {
        return NetworkNamespace.run(
                RedirectedMesh.class,
                dir,
                Duration.ofMinutes(2),
                golden.name(),
                dataPlane,
                dir.toString());
    }
}

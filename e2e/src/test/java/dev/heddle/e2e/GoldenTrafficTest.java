package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The calls of every golden case, over real sockets.
@Tag("e2e")
class GoldenTrafficTest {
    @TempDir Path dir = Path.of("");

    static Stream<GoldenCase> cases() {
        return GoldenCase.all().stream()
                .filter(c -> !CaseWorld.isRedirected(c))
                .filter(c -> c.yamlFile("calls.yaml").isPresent());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void throughStockEnvoyTheCallsMeetWhatTheCaseSays(GoldenCase golden) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        callsMeet(golden, envoy.orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void throughOurProxyTheCallsMeetWhatTheCaseSays(GoldenCase golden) throws Exception {
        callsMeet(golden, new HeddleProxy());
    }

    private void callsMeet(GoldenCase golden, DataPlane dataPlane) throws Exception {
        CallSheet sheet = CallSheet.of(golden.yamlFile("calls.yaml").orElseThrow());
        try (LiveMesh mesh = LiveMesh.start(golden, dataPlane, dir)) {
            CallCheck.check(mesh, sheet);
            assertThat(mesh.nacks()).isEmpty();
        }
    }
}

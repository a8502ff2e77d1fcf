package dev.heddle.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.CallCheck;
import dev.heddle.e2e.CallSheet;
import dev.heddle.e2e.CaseWorld;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Seed;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The calls of every golden case, in one thread under virtual time.
class GoldenSimulationTest {
    @TempDir Path dir = Path.of("");

    static Stream<GoldenCase> cases() {
        return GoldenCase.all().stream()
                .filter(c -> !CaseWorld.isRedirected(c))
                .filter(c -> !CaseWorld.isSecured(c))
                .filter(c -> !CaseWorld.isCalledElsewhere(c))
                .filter(c -> c.yamlFile("calls.yaml").isPresent());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCallsMeetWhatTheCaseSays(GoldenCase golden) throws Exception {
        CallSheet sheet = CallSheet.of(golden.yamlFile("calls.yaml").orElseThrow());
        try (SimMesh mesh = SimMesh.start(golden, Seed.ofRun(), dir)) {
            assertThat(mesh.nacks()).isEmpty();
            CallCheck.check(mesh, sheet);
            assertThat(mesh.nacks()).isEmpty();
        }
    }
}

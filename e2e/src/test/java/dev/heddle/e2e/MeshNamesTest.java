package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.NetworkNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The names of the golden case `names`, asked for by real clients whose questions the kernel sends
/// to the sidecar.
@Tag("e2e")
class MeshNamesTest {
    @TempDir Path directory = Path.of("");

    @Test
    void throughStockEnvoyClientsFindTheMeshsNames() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        assumeTrue(envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        assertThat(run(envoy.orElseThrow().binary().toString())).contains(RedirectedMesh.MET);
    }

    @Test
    void throughOurProxyClientsFindTheMeshsNames() throws Exception {
        assertThat(run("heddle")).contains(RedirectedMesh.MET);
    }

    private String run(String dataPlane) throws Exception {
        return NetworkNamespace.run(
                NamesInNamespace.class,
                directory,
                Duration.ofMinutes(2),
                dataPlane,
                directory.toString());
    }
}

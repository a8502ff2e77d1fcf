package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Stock Envoy reads what the compiler writes. Needs the binary that `HEDDLE_ENVOY` names.
@Tag("envoy")
class EnvoyAcceptsTest {
    @TempDir private Path directory;

    static Stream<GoldenCase> cases() {
        return GoldenCase.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void envoyAcceptsTheCase(GoldenCase golden) throws IOException, InterruptedException {
        ValidatingEnvoy envoy = ValidatingEnvoy.find(golden.name());
        World world = Meshes.read(golden).world();
        ProxyScope scope = Meshes.scope(golden);
        Compiled compiled = MeshCompiler.compile(world, scope);
        String bootstrap =
                SnapshotJson.bootstrapWithKeys(
                                compiled.snapshot(),
                                made -> BootstrapPatches.complete(world, scope, made))
                        .replace("/case/", golden.directory().toAbsolutePath() + "/");
        assertThat(envoy.objection(bootstrap, directory)).isEmpty();
    }
}

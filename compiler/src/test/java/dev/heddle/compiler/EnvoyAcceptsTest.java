package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
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
        Optional<String> envoy = Optional.ofNullable(System.getenv("HEDDLE_ENVOY"));
        Assumptions.assumeTrue(
                envoy.filter(e -> Files.isExecutable(Path.of(e))).isPresent(),
                () -> "SKIPPED " + golden.name() + ": HEDDLE_ENVOY names no Envoy");
        World world = Meshes.read(golden).world();
        ProxyScope scope = Meshes.scope(golden);
        Compiled compiled = MeshCompiler.compile(world, scope);
        Path bootstrap = directory.resolve("bootstrap.json");
        Files.writeString(
                bootstrap,
                SnapshotJson.bootstrapWithKeys(
                                compiled.snapshot(),
                                made -> BootstrapPatches.complete(world, scope, made))
                        .replace("/case/", golden.directory().toAbsolutePath() + "/"));

        Path output = directory.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                envoy.orElseThrow(),
                                "--mode",
                                "validate",
                                "--service-node",
                                "case",
                                "--service-cluster",
                                "case",
                                "-l",
                                "warning",
                                "-c",
                                bootstrap.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();

        assertThat(ended).as("envoy ended").isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }
}

package dev.heddle.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JavaRuntimeTest {
    @TempDir private Path build;

    @ParameterizedTest
    @EnumSource
    void aJvmTakesTheFlagsOfEveryRole(Role role) throws Exception {
        var command =
                new ArrayList<>(
                        JavaRuntime.ofThisProcess(build)
                                .command(role, List.of(), "Main", List.of()));
        // The version is printed after all flags were read, and no class is looked for.
        command.subList(command.indexOf("-cp"), command.size()).clear();
        command.add("-version");
        Path printed = build.resolve("printed");
        Process java =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(printed.toFile())
                        .start();
        assertThat(java.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(java.exitValue()).as(Files.readString(printed)).isZero();
        assertThat(Files.readString(printed)).doesNotContainIgnoringCase("warning");
    }

    @Test
    void aRoleHasTheStartUpCacheThatWasMadeForIt() throws Exception {
        var java = new JavaRuntime(Path.of("java"), "a.jar", build, Optional.empty());
        assertThat(java.command(Role.PROXY, List.of(), "Main", List.of("x")))
                .noneMatch(flag -> flag.startsWith("-XX:AOT"))
                .endsWith("-cp", "a.jar", "Main", "x");
        Files.writeString(build.resolve("proxy.aot"), "");
        Files.writeString(build.resolve("heddle.aot"), "");
        assertThat(java.command(Role.PROXY, List.of(), "Main", List.of()))
                .contains("-XX:AOTCache=" + build.resolve("proxy.aot"));
        assertThat(java.command(Role.TOOL, List.of("-Xmx9m"), "Main", List.of()))
                .contains("-XX:AOTCache=" + build.resolve("heddle.aot"), "-Xmx9m");
        assertThat(java.command(Role.APPLICATION, List.of(), "Main", List.of()))
                .noneMatch(flag -> flag.startsWith("-XX:AOT"));
        assertThat(java.rehearsal(Role.PROXY, "Main", List.of()))
                .contains("-XX:AOTCacheOutput=" + build.resolve("proxy.aot"));
    }

    @Test
    void aProxyRunsFromWhatTheLauncherLaidOutForIt() throws Exception {
        Path lib = Files.createDirectories(build.resolve("proxy/lib"));
        for (String name : List.of("b.jar", "a-b.jar", "a.jar", "notes.txt")) {
            Files.writeString(lib.resolve(name), "");
        }
        var java =
                new JavaRuntime(
                        Path.of("java"), "all.jar", build, Optional.of(build.resolve("proxy")));
        assertThat(java.command(Role.PROXY, List.of(), "Main", List.of()))
                .contains("-Djava.library.path=" + build.resolve("proxy/native"))
                .endsWith("-cp", lib + "/a-b.jar:" + lib + "/a.jar:" + lib + "/b.jar", "Main");
        assertThat(java.command(Role.TOOL, List.of(), "Main", List.of()))
                .endsWith("-cp", "all.jar", "Main");
    }
}

package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServeProxyTest {
    @TempDir private Path directory;
    private String file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("bootstrap.yaml"), "{}").toString();
    }

    @Test
    void aPlainCommandLineIsReadWithoutTheParserOfAllCommands() {
        assertThat(
                        ServeProxy.plain(
                                List.of(
                                        "proxy",
                                        "--profile",
                                        "sidecar",
                                        "-c",
                                        file,
                                        "--concurrency",
                                        "3",
                                        "--drain-time-s",
                                        "7",
                                        "--minimum-drain-time-s",
                                        "5",
                                        "--termination-drain-time-s",
                                        "0",
                                        "--snapshot",
                                        "kept",
                                        "--exit-on-stdin-eof")))
                .contains(
                        new ServeProxy.Settings(
                                Path.of(file),
                                Profile.SIDECAR,
                                OptionalInt.of(3),
                                new ServeProxy.Drain(
                                        OptionalInt.of(7),
                                        "gradual",
                                        OptionalInt.of(5),
                                        OptionalInt.of(0)),
                                60,
                                Optional.of(Path.of("kept")),
                                Optional.empty(),
                                false,
                                true));
        assertThat(ServeProxy.plain(List.of("proxy", "--config-path", file)))
                .contains(
                        new ServeProxy.Settings(
                                Path.of(file),
                                Profile.PLAIN,
                                OptionalInt.empty(),
                                ServeProxy.Drain.UNSAID,
                                60,
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                false));
    }

    @Test
    void whateverIsNotPlainIsLeftToThatParser() {
        assertThat(ServeProxy.plain(List.of())).isEmpty();
        assertThat(ServeProxy.plain(List.of("control"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "--help"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c", file, "--help"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c=" + file))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c", file + ".gone"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c", file, "--concurrency", "x"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c", file, "--concurrency", "65"))).isEmpty();
        assertThat(ServeProxy.plain(List.of("proxy", "-c", file, "--profile", "odd"))).isEmpty();
    }

    @Test
    void aSidecarLeavesTheMachineToItsWorkload() {
        assertThat(Profile.SIDECAR.workers(16)).isEqualTo(2);
        assertThat(Profile.SIDECAR.workers(1)).isEqualTo(1);
        assertThat(Profile.GATEWAY.workers(16)).isEqualTo(16);
        assertThat(Profile.PLAIN.workers(16)).isEqualTo(16);
    }
}

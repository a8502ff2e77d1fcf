package dev.heddle.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A network of its own, in which a test may redirect connections as a mesh's node does: for root,
/// or where users may have namespaces of their own.
public final class NetworkNamespace {
    private NetworkNamespace() {}

    /// Runs a class of the test's in a new one, and gives what it printed. Skips the test where
    /// there are no namespaces or no iptables.
    ///
    /// @param directory where what it prints may lie meanwhile
    /// @param most how long it may take
    public static String run(Class<?> main, Path directory, Duration most, String... arguments)
            throws IOException, InterruptedException {
        List<String> inside = inside();
        assumeTrue(inside != null, "network namespaces with iptables and ip");
        var command = new ArrayList<>(inside);
        command.addAll(
                JavaCommand.of(
                        main,
                        List.of(
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-ea"),
                        arguments));
        Path printed = directory.resolve("namespace.out");
        Path errors = directory.resolve("namespace.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(printed.toFile())
                        .redirectError(errors.toFile())
                        .start();
        try {
            if (!process.waitFor(most.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(
                        Files.readString(printed) + "\n" + Files.readString(errors));
            }
            return Files.readString(printed);
        } finally {
            process.destroyForcibly();
        }
    }

    /// The command that others are run inside of a new namespace with.
    private static @Nullable List<String> inside() throws InterruptedException {
        for (List<String> command :
                List.of(List.of("unshare", "-n"), List.of("unshare", "-r", "-n"))) {
            var probe = new ArrayList<>(command);
            probe.addAll(
                    List.of(
                            "sh",
                            "-c",
                            "PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && iptables -t nat -L"
                                    + " -n"));
            try {
                Process process =
                        new ProcessBuilder(probe)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start();
                if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return command;
                }
            } catch (IOException e) {
                return null; // no unshare
            }
        }
        return null;
    }

    /// Runs a command of the system, for whoever is inside.
    public static void command(String line) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + line);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(line + ": " + said);
        }
    }
}

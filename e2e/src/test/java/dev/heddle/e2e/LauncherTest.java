package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Repository;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher's proxies, started as an operator does: from the checkout, and from a distribution
/// that brings its own Java.
@EnabledOnOs(OS.LINUX)
class LauncherTest {
    private static final Pattern PORT =
            Pattern.compile("BoundListener\\[name=door, .*?port=(\\d+)");

    @TempDir private Path directory;

    @Test
    @Tag("long")
    void aDistributionServesWithoutJavaAndFromItsCache() throws Exception {
        Path dist = directory.resolve("dist/heddle-proxy");
        Files.createDirectories(directory.resolve("dist"));
        Process made = launcher(build(), "dist", dist.toString());
        assertThat(made.waitFor(4, TimeUnit.MINUTES)).as("made in time").isTrue();
        assertThat(made.exitValue()).as(said()).isZero();
        assertThat(directory.resolve("dist/heddle-proxy.tar.gz")).isNotEmptyFile();

        var proxy =
                new ProcessBuilder(
                        dist.resolve("heddle-proxy").toString(),
                        "--profile",
                        "edge",
                        "-c",
                        bootstrap().toString(),
                        "--concurrency",
                        "1");
        proxy.environment().clear();
        proxy.environment().put("PATH", "/usr/bin:/bin");
        Process running = started(proxy);
        try {
            int port = port(running);
            assertThat(status(port, "")).isEqualTo("HTTP/1.1 200 OK");
            assertThat(mappings(running))
                    .anyMatch(line -> line.endsWith(dist + "/proxy.aot"))
                    .anyMatch(line -> line.contains(dist + "/proxy/native/libnetty_tcnative"))
                    .noneMatch(line -> line.contains("(deleted)"));
            end(running);
        } finally {
            running.destroyForcibly();
        }
    }

    @Test
    @Tag("long")
    void theProfileForTheEdgeIsStricterThanThePlainOne() throws Exception {
        Path build = build();
        for (var expected :
                Map.of("edge", "HTTP/1.1 400 Bad Request", "sidecar", "HTTP/1.1 200 OK")
                        .entrySet()) {
            Process running =
                    launcher(
                            build,
                            "proxy",
                            "--profile",
                            expected.getKey(),
                            "-c",
                            bootstrap().toString());
            try {
                int port = port(running);
                assertThat(status(port, "")).isEqualTo("HTTP/1.1 200 OK");
                assertThat(status(port, "with_underscore: 1\r\n"))
                        .as(expected.getKey())
                        .isEqualTo(expected.getValue());
                assertThat(nice(running, "C2 CompilerThre")).isEqualTo(5);
                assertThat(nice(running, "C1 CompilerThre")).isZero();
                assertThat(nice(running, "worker-1-1")).isZero();
                end(running);
            } finally {
                running.destroyForcibly();
            }
        }
    }

    @Test
    void aMistakeOnTheCommandLineIsExplainedByTheProxysJarsAlone() throws Exception {
        Process running = launcher(build(), "proxy", "--profile", "nobody");
        assertThat(running.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(running.exitValue()).isEqualTo(2);
        assertThat(said()).contains("next:").doesNotContain("Exception", "SLF4J");
    }

    /// How nice a thread of a process is: the nineteenth number of its state, after its name.
    private static int nice(Process process, String thread) throws IOException {
        try (var tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith(thread)) {
                    String state = Files.readString(task.resolve("stat"));
                    String numbers = state.substring(state.lastIndexOf(')') + 2);
                    return Integer.parseInt(numbers.split(" ", -1)[16]);
                }
            }
        }
        throw new AssertionError("no thread " + thread);
    }

    /// What the launcher would have built: jars of what this test runs from.
    private Path build() throws IOException {
        Path build = directory.resolve("build");
        Path lib = Files.createDirectories(build.resolve("lib"));
        ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                // MODULE/target/classes
                int names = path.getNameCount();
                String name = path.getName(names - 3) + "-" + path.getName(names - 1) + ".jar";
                int code =
                        jar.run(
                                System.out,
                                System.err,
                                "cf",
                                lib.resolve(name).toString(),
                                "-C",
                                entry,
                                ".");
                assertThat(code).as(entry).isZero();
            } else if (entry.endsWith(".jar")) {
                Files.copy(path, lib.resolve(path.getName(path.getNameCount() - 1)));
            }
        }
        return build;
    }

    private Path bootstrap() throws IOException {
        return Files.writeString(
                directory.resolve("bootstrap.yaml"),
                """
                static_resources:
                  listeners:
                  - name: door
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/%1$s.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: door
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/%1$s.http.router.v3.Router}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: /}
                                direct_response: {status: 200, body: {inline_string: hello}}
                """
                        .formatted("envoy.extensions.filters"));
    }

    private Process launcher(Path build, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Repository.root().resolve("heddle").toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("HEDDLE_BUILD", build.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return started(builder);
    }

    private Process started(ProcessBuilder builder) throws IOException {
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("said"));
    }

    private int port(Process proxy) throws Exception {
        for (int i = 0; i < 1_200 && proxy.isAlive(); i++) {
            Matcher found = PORT.matcher(said());
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
            proxy.waitFor(50, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("it does not listen: " + said());
    }

    private static String status(int port, String header) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + header + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.lines().findFirst().orElse("nothing");
        }
    }

    private static List<String> mappings(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "maps"));
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        assertThat(process.exitValue()).isZero();
    }
}

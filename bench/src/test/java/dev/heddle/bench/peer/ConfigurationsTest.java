package dev.heddle.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.heddle.bench.peer.Shape.Wire;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the generators write is accepted by the peers themselves; skipped where one is missing.
class ConfigurationsTest {
    @TempDir private Path directory;
    private Tools tools = Tools.onPath("");
    private Optional<Children> children = Optional.empty();

    @BeforeEach
    void findPeers() {
        Map<String, String> env = System.getenv();
        tools = Tools.onPath(env.getOrDefault("PATH", ""));
        Path cached = Path.of(env.getOrDefault("HOME", "/"), ".cache/heddle/envoy-1.40.0");
        Optional<Path> envoy =
                Stream.of(
                                env.getOrDefault("HEDDLE_ENVOY", ""),
                                cached.toString(),
                                cached + "/envoy")
                        .filter(name -> !name.isEmpty())
                        .map(Path::of)
                        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                        .findFirst();
        tools = envoy.map(file -> tools.where("envoy", file)).orElse(tools);
        children = Optional.of(new Children(directory, tools));
    }

    @AfterEach
    void stopEverything() {
        children.ifPresent(Children::close);
    }

    @Test
    void haproxyAcceptsEveryShape() throws IOException {
        Path haproxy = need("haproxy");
        for (Shape shape : withTls(List.of(Wire.values()))) {
            Path map = Files.writeString(directory.resolve("map"), HaProxyConfig.map(shape));
            Path file = directory.resolve("haproxy.cfg");
            Files.writeString(file, HaProxyConfig.text(shape, 18080, 18081, map));
            assertAccepted(shape, List.of(haproxy.toString(), "-c", "-f", file.toString()));
        }
    }

    @Test
    void nginxAcceptsEveryShapeOfHttp1AndTheHttp2Origin() throws IOException {
        Path nginx = need("nginx");
        Path file = directory.resolve("nginx.conf");
        List<String> check = List.of(nginx.toString(), "-t", "-e", "stderr", "-c", file.toString());
        for (Shape shape : withTls(List.of(Wire.HTTP1))) {
            Files.writeString(file, NginxConfig.proxy(shape, 18080, 18081, directory));
            assertAccepted(shape, check);
        }
        Files.writeString(file, NginxConfig.http2Origin(18080, 1024, directory));
        assertAccepted(Shape.plain(Wire.HTTP2), check);
    }

    @Test
    void envoyAcceptsEveryShape() throws IOException {
        Path envoy = need("envoy");
        Path file = directory.resolve("bootstrap.yaml");
        for (Shape shape : withTls(List.of(Wire.values()))) {
            Path log = directory.resolve("access.log");
            Files.writeString(file, EnvoyConfig.text(shape, 18080, 18081, 18082, log));
            assertAccepted(
                    shape, List.of(envoy.toString(), "--mode", "validate", "-c", file.toString()));
        }
        Shape telling = Shape.mesh(Wire.HTTP1, 2, 2).telling(Shape.Telling.EVERYTHING);
        Files.writeString(
                file, EnvoyConfig.text(telling, 18080, 18081, 18082, directory.resolve("log")));
        assertAccepted(
                telling, List.of(envoy.toString(), "--mode", "validate", "-c", file.toString()));
    }

    private List<Shape> withTls(List<Wire> wires) {
        Certificates.make(directory, need("openssl"), children.orElseThrow());
        return wires.stream()
                .flatMap(wire ->
                        wire == Wire.TCP
                                ? Stream.of(Shape.tcp())
                                : Stream.of(
                                        Shape.plain(wire),
                                        Shape.mesh(wire, 20, 5)
                                                .tlsInside(directory)
                                                .tlsOutside(directory)))
                .toList();
    }

    private Path need(String tool) {
        return tools.find(tool)
                .orElseGet(() -> abort("SKIPPED ConfigurationsTest: " + Tools.missing(tool)));
    }

    private void assertAccepted(Shape shape, List<String> command) {
        Child child = children.orElseThrow().run("check", Optional.empty(), 30, command);
        assertThat(child.process().exitValue())
                .as("%s: %s%s", shape, child.printed(), child.complaints())
                .isZero();
    }
}

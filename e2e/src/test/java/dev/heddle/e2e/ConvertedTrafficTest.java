package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Options;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Golden cases that convert to the Gateway API with nothing lost, over real sockets: the calls of
/// the original, answered by what it was converted to.
@Tag("e2e")
class ConvertedTrafficTest {
    @TempDir Path directory = Path.of("");

    @Test
    void throughStockEnvoyTheCallsMeetWhatTheOriginalSays() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        callsMeet(envoy.orElseThrow());
    }

    @Test
    void throughOurProxyTheCallsMeetWhatTheOriginalSays() throws Exception {
        callsMeet(new HeddleProxy());
    }

    private void callsMeet(DataPlane dataPlane) throws Exception {
        var met = new ArrayList<String>();
        for (GoldenCase golden : GoldenCase.all()) {
            Optional<GoldenCase> converted =
                    CaseWorld.isRedirected(golden) || golden.yamlFile("calls.yaml").isEmpty()
                            ? Optional.empty()
                            : converted(golden);
            if (converted.isPresent()) {
                CallSheet sheet = CallSheet.of(golden.yamlFile("calls.yaml").orElseThrow());
                Path own = Files.createDirectory(directory.resolve("mesh-" + golden.name()));
                try (LiveMesh mesh = LiveMesh.start(converted.get(), dataPlane, own)) {
                    CallCheck.check(mesh, sheet);
                    assertThat(mesh.nacks()).isEmpty();
                } catch (AssertionError e) {
                    throw new AssertionError(golden.name() + ": " + e.getMessage(), e);
                }
                met.add(golden.name());
            }
        }
        assertThat(met)
                .contains("gateway-one-host-many-rules", "grpc-rules", "redirect", "route-by-path");
        assertThat(met).hasSizeGreaterThan(7);
    }

    /// The case with what its resources come to; empty where something is lost, or nothing is
    /// converted.
    private Optional<GoldenCase> converted(GoldenCase golden) throws IOException {
        var all = new ArrayList<Resource<?>>();
        for (Path file : golden.inputs()) {
            all.addAll(ResourceReader.read(file.toString(), Files.readString(file)).resources());
        }
        if (golden.options().get("scope") instanceof Map<?, ?> scope
                && "gateway".equals(scope.get("role"))) {
            all.addAll(ResourceReader.read("proxies.yaml", proxies(scope)).resources());
        }
        World world = World.of(1, Resources.of(all), MeshSettings.DEFAULT);
        Conversion made = Conversion.of(world, Options.DEFAULT);
        if (made.documents().isEmpty() || !made.losses().isEmpty()) {
            return Optional.empty();
        }
        Set<ResourceId> gone = new HashSet<>(made.replaced());
        List<String> documents =
                Stream.concat(
                                world.resources().all().stream()
                                        .filter(r -> !gone.contains(r.id()))
                                        .map(ResourceWriter::yaml),
                                made.documents().stream().map(d -> YamlWriter.write(d.tree())))
                        .toList();
        Path copy = directory.resolve(golden.name());
        try (Stream<Path> files = Files.walk(golden.directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(golden.directory().relativize(file).toString());
                if (!file.startsWith(golden.directory().resolve("input"))) {
                    Files.createDirectories(copy.resolve(to).resolveSibling("."));
                    Files.copy(file, to);
                }
            }
        }
        Path input = Files.createDirectories(copy.resolve("input"));
        Files.writeString(input.resolve("all.yaml"), String.join("---\n", documents));
        return Optional.of(GoldenCase.at(copy));
    }

    /// The proxies of a gateway case have a Service, as in a cluster.
    private static String proxies(Map<?, ?> scope) {
        Node.Mapping selector = Node.Mapping.EMPTY;
        if (scope.get("labels") instanceof Map<?, ?> labels) {
            for (Map.Entry<?, ?> label : labels.entrySet()) {
                selector =
                        selector.with(
                                String.valueOf(label.getKey()), String.valueOf(label.getValue()));
            }
        }
        String namespace = scope.get("namespace") instanceof String home ? home : "default";
        return YamlWriter.write(
                Node.Mapping.EMPTY
                        .with("apiVersion", "v1")
                        .with("kind", "Service")
                        .with(
                                "metadata",
                                Node.Mapping.EMPTY
                                        .with("name", "proxies")
                                        .with("namespace", namespace))
                        .with("spec", Node.Mapping.EMPTY.with("selector", selector)));
    }
}

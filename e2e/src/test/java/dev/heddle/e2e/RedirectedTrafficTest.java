package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The calls of every golden case whose sidecar has its workload's traffic redirected, in a network
/// of its own for each data plane.
@Tag("e2e")
class RedirectedTrafficTest {
    @TempDir Path directory = Path.of("");

    @TestFactory
    Stream<DynamicTest> theCallsMeetWhatTheCaseSays() {
        Optional<Envoy> envoy = Envoy.find();
        List<String> names =
                GoldenCase.all().stream()
                        .filter(CaseWorld::isRedirected)
                        .filter(c -> c.yamlFile("calls.yaml").isPresent())
                        .map(GoldenCase::name)
                        .toList();
        assertThat(names).isNotEmpty();
        var ours = run(new HeddleProxy(), "heddle", names);
        Optional<RedirectedRun> stock = envoy.map(it -> run(it, "envoy", names));
        return names.stream()
                .flatMap(name ->
                        Stream.of(
                                DynamicTest.dynamicTest(
                                        name + " through our proxy", () -> ours.assertMet(name)),
                                DynamicTest.dynamicTest(
                                        name + " through stock Envoy",
                                        () -> {
                                            assumeTrue(
                                                    stock.isPresent(),
                                                    "HEDDLE_ENVOY names no Envoy ('./heddle test'"
                                                            + " finds one)");
                                            stock.orElseThrow().assertMet(name);
                                        })))
                .onClose(() -> {
                    ours.close();
                    stock.ifPresent(RedirectedRun::close);
                });
    }

    private RedirectedRun run(DataPlane plane, String name, List<String> cases) {
        return new RedirectedRun(RedirectedMesh.class, plane, directory.resolve(name), cases);
    }
}

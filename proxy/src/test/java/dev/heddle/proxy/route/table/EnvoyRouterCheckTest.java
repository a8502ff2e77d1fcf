package dev.heddle.proxy.route.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.RouteTexts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Envoy's own tables of routes and requests (`envoy-router-check`), with Envoy's answers: every
/// table of the folder that has requests beside it.
///
/// As in Envoy's tool, a share of the requests (`runtime_fraction`) is one only under the runtime
/// key that the request names, and none otherwise. The file of deliberate failures must fail, each
/// of its conditions by itself.
class EnvoyRouterCheckTest {
    private static final String REQUESTS = ".golden.proto.";

    @TestFactory
    Stream<DynamicTest> routesAreFoundAsEnvoyFindsThem() throws IOException {
        Path cases = cases();
        var tests = new ArrayList<DynamicTest>();
        for (Path file : files(cases)) {
            String name = file.getFileName().toString();
            Path table = cases.resolve(name.substring(0, name.indexOf(REQUESTS)) + ".yaml");
            if (!Files.exists(table)) {
                continue;
            }
            for (Map<String, Object> test : requests(file)) {
                tests.add(
                        DynamicTest.dynamicTest(
                                name + ": " + test.get("test_name"),
                                () ->
                                        assertThat(check(table, test).findings())
                                                .as("%s", test)
                                                .isEmpty()));
            }
        }
        assertThat(tests).hasSizeGreaterThan(40);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> whatEnvoysToolMustRefuseIsRefusedHere() throws IOException {
        Path cases = cases();
        Path table = cases.resolve("TestRoutes.yaml");
        return requests(cases.resolve("TestRoutesFailures.golden.proto.json")).stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                String.valueOf(test.get("test_name")),
                                () -> assertThat(check(table, test).findings()).hasSize(5)));
    }

    private static Path cases() {
        Optional<Path> cases = Repository.cases().map(it -> it.resolve("envoy-router-check"));
        assumeTrue(cases.isPresent(), "skipped: no ../shared/cases/envoy-router-check here");
        return cases.orElseThrow();
    }

    /// The files of requests, but those that are the same in protobuf's own text.
    private static List<Path> files(Path cases) throws IOException {
        try (Stream<Path> files = Files.list(cases)) {
            return files.filter(it -> it.getFileName().toString().contains(REQUESTS))
                    .filter(it -> !it.toString().endsWith(".pb_text"))
                    .sorted()
                    .toList();
        }
    }

    private static RouterCheck check(Path table, Map<String, Object> test) {
        var input = Objects.requireNonNull((Map<?, ?>) test.get("input"));
        Object runtime = input.get("runtime");
        return new RouterCheck(
                CompiledRoutes.of(
                        RouteTexts.table(table(table, runtime == null ? "" : runtime.toString()))),
                test);
    }

    /// The table, in which what depends on the runtime is settled.
    @SuppressWarnings("unchecked") // the shape of the files
    private static String table(Path file, String runtime) {
        var table = (Map<String, Object>) read(file);
        table.putIfAbsent("name", file.getFileName().toString());
        for (var host :
                (List<Map<String, Object>>) table.getOrDefault("virtual_hosts", List.of())) {
            for (var route : (List<Map<String, Object>>) host.getOrDefault("routes", List.of())) {
                var match = (Map<String, Object>) route.getOrDefault("match", Map.of());
                if (match.get("runtime_fraction") instanceof Map<?, ?> fraction) {
                    settle((Map<String, Object>) fraction, runtime);
                }
            }
        }
        return new Dump(DumpSettings.builder().build()).dumpToString(table);
    }

    @SuppressWarnings("unchecked") // the shape of the files
    private static void settle(Map<String, Object> fraction, String runtime) {
        var share = (Map<String, Object>) Objects.requireNonNull(fraction.get("default_value"));
        boolean isActive = !runtime.isEmpty() && runtime.equals(fraction.get("runtime_key"));
        if (!isActive) {
            share.put("numerator", 0);
        } else if (Objects.equals(share.getOrDefault("numerator", 0), 0)) {
            share.put("numerator", 1);
        }
    }

    @SuppressWarnings("unchecked") // the shape of the files
    private static List<Map<String, Object>> requests(Path file) {
        return Objects.requireNonNull(
                (List<Map<String, Object>>) ((Map<String, Object>) read(file)).get("tests"));
    }

    /// One of the files has a comma too many for JSON, so all are read as YAML.
    private static Object read(Path file) {
        try {
            return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.heddle.proxy.route.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.config.RouteTexts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
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
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Envoy's own tables of routes and requests (`envoy-router-check`), with Envoy's answers.
///
/// Exceptions: `TestRoutes.yaml` asks for `internal_only_headers`, which this proxy rejects, so the
/// table is read without it; no request of the file has such a header. The file of deliberate
/// failures must fail, each of its five conditions by itself.
class EnvoyRouterCheckTest {

    @TestFactory
    Stream<DynamicTest> routesAreFoundAsEnvoyFindsThem() throws IOException {
        Optional<Path> cases = Repository.cases().map(it -> it.resolve("envoy-router-check"));
        assumeTrue(cases.isPresent(), "skipped: no ../shared/cases/envoy-router-check here");
        var tests = new ArrayList<DynamicTest>();
        for (String table : List.of("TestRoutes", "HeaderMatchedRouting", "Weighted")) {
            var routes = CompiledRoutes.of(table(cases.get(), table));
            tests.addAll(tests(table, routes, requests(cases.get(), table)));
        }
        assertThat(tests).hasSizeGreaterThan(40);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> whatEnvoysToolMustRefuseIsRefusedHere() throws IOException {
        Optional<Path> cases = Repository.cases().map(it -> it.resolve("envoy-router-check"));
        assumeTrue(cases.isPresent(), "skipped: no ../shared/cases/envoy-router-check here");
        var routes = CompiledRoutes.of(table(cases.get(), "TestRoutes"));
        return requests(cases.get(), "TestRoutesFailures").stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                name(test),
                                () ->
                                        assertThat(new RouterCheck(routes, test).findings())
                                                .hasSize(5)));
    }

    private static List<DynamicTest> tests(
            String table, CompiledRoutes routes, List<Map<String, Object>> requests) {
        return requests.stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                table + ": " + name(test),
                                () ->
                                        assertThat(new RouterCheck(routes, test).findings())
                                                .isEmpty()))
                .toList();
    }

    private static String name(Map<String, Object> test) {
        return String.valueOf(test.get("test_name"));
    }

    private static RouteConfig table(Path cases, String name) throws IOException {
        String yaml = Files.readString(cases.resolve(name + ".yaml"));
        return RouteTexts.table(
                yaml.replace("internal_only_headers:\n- x-lyft-user-id\n", "") + "\nname: " + name);
    }

    @SuppressWarnings("unchecked") // the shape of the files
    private static List<Map<String, Object>> requests(Path cases, String name) throws IOException {
        // One of the files has a comma too many for JSON, so they are read as YAML.
        Object tree =
                new Load(LoadSettings.builder().build())
                        .loadFromString(
                                Files.readString(cases.resolve(name + ".golden.proto.json")));
        return Objects.requireNonNull(
                (List<Map<String, Object>>) ((Map<String, Object>) tree).get("tests"));
    }
}

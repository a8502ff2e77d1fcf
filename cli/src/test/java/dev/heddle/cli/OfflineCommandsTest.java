package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineCommandsTest {
    private static final Path BOOKINFO = Repository.root().resolve("samples/bookinfo");
    private static final String CONFIG = BOOKINFO.resolve("config").toString();

    private static String sample(String name) {
        return BOOKINFO.resolve("try").resolve(name).toString();
    }

    @Test
    void theSampleConfigurationIsFine() {
        var result = run("analyze", CONFIG);
        assertThat(result.out()).startsWith("nothing wrong in 11 resources of 5 files");
        assertThat(result.code()).isZero();
    }

    @Test
    void everySampleToTryIsFineExceptForTheMistakes() {
        for (String file :
                new String[] {
                    "reviews-all-v1.yaml",
                    "reviews-80-20.yaml",
                    "reviews-jason.yaml",
                    "reviews-by-path.yaml"
                }) {
            assertThat(run("analyze", CONFIG, sample(file)).out()).startsWith("nothing wrong");
        }
    }

    @Test
    void mistakesAreFoundWithFileLineAndField() {
        var result = run("analyze", CONFIG, sample("mistakes.yaml"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .contains("mistakes.yaml:14:13: ", "v9")
                .contains("110")
                .contains("mistakes.yaml:29:7: error HED0004", "Did you mean 'route'?");
    }

    @Test
    void findingsAreJsonForPrograms() {
        var result = run("analyze", "-o", "json", CONFIG, sample("mistakes.yaml"));
        assertThat(result.code()).isEqualTo(1);
        var finding = (Node.Mapping) items(Json.parse(result.out()), "findings").getFirst();
        assertThat(finding.entries())
                .extracting(Node.Entry::key)
                .containsExactly(
                        "code",
                        "severity",
                        "file",
                        "line",
                        "column",
                        "resource",
                        "field",
                        "message",
                        "why",
                        "hint",
                        "text");
    }

    @Test
    void configurationMayComeOnStandardInput() {
        var result = runWith("kind: [\n", "analyze", "-");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).startsWith("stdin:");
    }

    @Test
    void servicesWithoutWorkloadsAreNoMistakeButSaid() {
        var text = run("analyze", CONFIG);
        assertThat(text.out()).contains("note: no workload here is behind details.default.svc");
        assertThat(text.code()).isZero();
        assertThat(run("analyze", CONFIG, "-o", "json").out())
                .contains(
                        "\"servicesWithoutWorkloads\": [", "\"ratings.default.svc.cluster.local\"");
    }

    @Test
    void whyNobodyWouldAnswerIsExplained(@TempDir Path directory) throws Exception {
        String request = "GET http://reviews:9080/reviews/0";
        var alone =
                run("explain", "--config", CONFIG, "--from", "app=ratings", "--request", request);
        assertThat(alone.out())
                .contains("503 UH no workload here is behind reviews.default.svc.cluster.local")
                .contains("none has the labels app=reviews");
        assertThat(alone.err()).isEmpty();

        Path workload =
                Files.writeString(
                        directory.resolve("v2.yaml"),
                        """
                        apiVersion: networking.istio.io/v1
                        kind: WorkloadEntry
                        metadata: {name: reviews-v2}
                        spec: {address: 10.0.0.7, labels: {app: reviews, version: v2}}
                        """);
        var subset =
                run(
                        "explain",
                        "--config",
                        CONFIG,
                        "--config",
                        workload.toString(),
                        "--config",
                        sample("reviews-all-v1.yaml"),
                        "--from",
                        "app=ratings",
                        "--request",
                        request);
        assertThat(subset.out())
                .contains(
                        "no workload here of reviews.default.svc.cluster.local is in the subset"
                                + " 'v1'");
        assertThat(subset.err()).contains("note: no workload here has the labels app=ratings");
        assertThat(run("analyze", CONFIG, workload.toString()).out())
                .contains("behind details.default")
                .doesNotContain("reviews.default.svc.cluster.local");
    }

    @Test
    void aPathThatIsNotThereIsAUsageError() {
        var result = run("analyze", "/nonexistent/file.yaml");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("/nonexistent/file.yaml: there is no such file");
    }

    @Test
    void aRequestIsExplainedDownToTheLineThatDecides() {
        var result =
                run(
                        "explain",
                        "--config",
                        CONFIG,
                        "--config",
                        sample("reviews-jason.yaml"),
                        "--from",
                        "app=productpage",
                        "--request",
                        "GET http://reviews:9080/reviews/0",
                        "-H",
                        "end-user: jason",
                        "-o",
                        "json");
        assertThat(result.code()).isZero();
        Node answer = Json.parse(result.out());
        var destination = items(answer, "destinations").getFirst();
        assertThat(text(destination, "host")).isEqualTo("reviews.default.svc.cluster.local");
        assertThat(text(destination, "subset")).isEqualTo("v2");
        var origin = ((Node.Mapping) answer).get("routeOrigin").orElseThrow();
        assertThat(text(origin, "file")).endsWith("reviews-jason.yaml");
        assertThat(text(origin, "line")).isEqualTo("12");
        assertThat(text(origin, "field")).isEqualTo("spec.http[0].match[0]");
    }

    @Test
    void aHeaderWithoutAColonIsAUsageError() {
        var result =
                run(
                        "explain",
                        "--config",
                        CONFIG,
                        "--from",
                        "app=productpage",
                        "--request",
                        "GET http://reviews:9080/",
                        "-H",
                        "jason");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("-H: 'jason' (expected: 'name: value')");
    }

    @Test
    void envoyAcceptsWhatIsCompiled(@TempDir Path directory) throws Exception {
        String envoy = System.getenv("HEDDLE_ENVOY");
        Assumptions.assumeTrue(envoy != null, "HEDDLE_ENVOY names no Envoy");
        for (String labels : new String[] {"app=productpage", "istio=ingressgateway"}) {
            var result = run("compile", "--config", CONFIG, "--proxy", labels, "-o", "json");
            assertThat(result.code()).isZero();
            Path file = Files.writeString(directory.resolve("envoy.json"), result.out());
            var process =
                    new ProcessBuilder(
                                    String.valueOf(envoy),
                                    "--mode",
                                    "validate",
                                    "-c",
                                    file.toString())
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
    }

    @Test
    void aBootstrapIsCompletedWithWhatTheMeshSaysOfTheProxysStart(@TempDir Path directory)
            throws Exception {
        Path base =
                Files.writeString(
                        directory.resolve("base.yaml"),
                        "node: {id: sidecar~10.0.0.1~web.default~default.svc.cluster.local,"
                                + " cluster: web, metadata: {LABELS: {app: web}}}\n");
        Path config =
                Files.writeString(
                        directory.resolve("config.yaml"),
                        """
                        apiVersion: networking.istio.io/v1beta1
                        kind: ProxyConfig
                        metadata: {name: web}
                        spec: {selector: {matchLabels: {app: web}}, concurrency: 3}
                        ---
                        apiVersion: networking.istio.io/v1alpha3
                        kind: EnvoyFilter
                        metadata: {name: flush}
                        spec:
                          configPatches:
                          - applyTo: BOOTSTRAP
                            patch: {operation: MERGE, value: {stats_flush_interval: 7s}}
                        """);
        var result = run("bootstrap", "--config", config.toString(), "-c", base.toString());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("\"stats_flush_interval\": \"7s\"", "\"concurrency\": 3\n")
                .contains("\"id\": \"sidecar~10.0.0.1~web.default~default.svc.cluster.local\"");
        Files.writeString(base, "node: {id: web}");
        assertThat(run("bootstrap", "--config", config.toString(), "-c", base.toString()).err())
                .contains("base.yaml: node id: 'web' (expected: sidecar~ADDRESS~NAME");
    }

    @Test
    void aBootstrapIsGivenAWayToTheControlPlaneThatProvesWhoTheProxyIs(@TempDir Path directory)
            throws Exception {
        Path base =
                Files.writeString(
                        directory.resolve("base.yaml"),
                        new Bootstrap(
                                        "sidecar~10.0.0.1~web.default~default.svc.cluster.local",
                                        "web.default",
                                        "default",
                                        Map.of("app", "web"),
                                        """
                                        {inbound: [{port: 9080, bind: "127.0.0.1:9081", \
                                        application: "127.0.0.1:9082"}]}\
                                        """,
                                        15000,
                                        15010)
                                .text());
        var result =
                run(
                        "bootstrap",
                        "-c",
                        base.toString(),
                        "--ca",
                        "control.example:15012",
                        "--identity",
                        directory.toString());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("\"address\": \"control.example\"", "\"port_value\": 15012")
                .contains("\"HEDDLE_IDENTITY\": \"" + directory + "\"")
                .contains("\"path\": \"" + directory + "/sds-certificate.json\"")
                .contains("\"exact\": \"istiod.istio-system.svc\"")
                // Envoy would take 9080.0 for a text in what is called YAML.
                .contains("\"port\": 9080\n")
                .doesNotContain("\"port_value\": 15010");
        assertThat(run("bootstrap", "-c", base.toString(), "--ca", "a:1").err())
                .contains("--ca and --identity belong together");
    }

    @Test
    void whatProvesNothingIsNotReachedFromElsewhere(@TempDir Path directory) {
        String[] command = {"control", "--config", directory + "", "--data", directory + "/data"};
        for (String option : List.of("--xds", "--api")) {
            var result =
                    run(
                            Stream.concat(Arrays.stream(command), Stream.of(option, "0.0.0.0:0"))
                                    .toArray(String[]::new));
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err())
                    .contains(option + ": 0.0.0.0:0 can be reached from elsewhere")
                    .contains("--allow-");
        }
        var none =
                run(
                        Stream.concat(Arrays.stream(command), Stream.of("--xds", "none"))
                                .toArray(String[]::new));
        assertThat(none.err()).contains("--xds: none, and there is no --ca");
    }

    @Test
    void compiledConfigurationIsYamlOnRequest() {
        var result = run("compile", "--config", CONFIG, "--proxy", "app=reviews", "-o", "yaml");
        assertThat(result.out()).contains("static_resources:");
    }

    private static java.util.List<Node> items(Node node, String key) {
        return ((Node.Sequence) ((Node.Mapping) node).get(key).orElseThrow()).items();
    }

    private static String text(Node node, String key) {
        return switch (((Node.Mapping) node).get(key).orElseThrow()) {
            case Node.Text(var value, _) -> value;
            case Node.Numeric(var digits, _) -> digits;
            case Node other -> other.toString();
        };
    }
}

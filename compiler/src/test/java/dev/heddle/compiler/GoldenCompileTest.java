package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.PlanText;
import dev.heddle.compiler.explain.RateText;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

class GoldenCompileTest {
    private static final Map<XdsType, String> FILES =
            Map.of(
                    XdsType.LISTENER, "xds/listeners.yaml",
                    XdsType.ROUTE, "xds/routes.yaml",
                    XdsType.CLUSTER, "xds/clusters.yaml",
                    XdsType.ENDPOINT, "xds/endpoints.yaml",
                    XdsType.SECRET, "xds/secrets.yaml");

    static Stream<GoldenCase> cases() {
        return GoldenCase.all().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCompilerMakesWhatTheCaseSays(GoldenCase golden) {
        Meshes.Read read = Meshes.read(golden);
        Compiled compiled = MeshCompiler.compile(read.world(), Meshes.scope(golden));
        var findings = new Diagnostics();
        findings.addAll(read.findings());
        findings.addAll(MeshCompiler.analyze(read.world()));
        var outputs = new LinkedHashMap<String, String>();
        outputs.put("plan.txt", PlanText.of(compiled.plan()));
        FILES.forEach((type, file) -> outputs.put(file, yaml(compiled.snapshot(), type)));
        outputs.put(
                "diagnostics.txt",
                findings.toList().stream()
                        .map(Diagnostic::toString)
                        .collect(
                                Collectors.joining(
                                        "\n", "", findings.toList().isEmpty() ? "" : "\n")));

        Bootstrap start =
                BootstrapPatches.complete(
                        read.world(), Meshes.scope(golden), Bootstrap.getDefaultInstance());
        outputs.put(
                "start.yaml",
                start.equals(Bootstrap.getDefaultInstance()) ? "" : yaml(EnvoyJson.print(start)));

        golden.expect(outputs, Set.of("plan.txt", "xds", "diagnostics.txt", "start.yaml"));
    }

    static Stream<GoldenCase> casesWithCalls() {
        return cases().filter(golden -> golden.yamlFile("calls.yaml").isPresent());
    }

    @ParameterizedTest
    @MethodSource("casesWithCalls")
    void explainSaysWhatTheCaseExpectsOfItsCalls(GoldenCase golden) throws Exception {
        List<?> calls = (List<?>) golden.yamlFile("calls.yaml").orElseThrow();
        assertThat(calls).isNotEmpty();
        Meshes.Read read = Meshes.read(golden);
        ProxyScope scope = Meshes.scope(golden);
        Compiled compiled = MeshCompiler.compile(read.world(), scope);
        var workloads = new WorkloadNames(read.world());
        for (Object call : calls) {
            Map<?, ?> map = (Map<?, ?>) call;
            String[] line = String.valueOf(map.get("request")).split(" ", 2);
            Map<String, String> headers = texts(map.get("headers"));
            String url = line[1];
            if (map.get("at") instanceof String at) {
                // What is said of the URL's host is a header then.
                URI uri = URI.create(url);
                headers.putIfAbsent("host", uri.getRawAuthority());
                url = url.replace("//" + uri.getRawAuthority(), "//" + at);
            }
            // Calls come from this machine.
            var caller = new Request.Caller(identity(golden, map), "127.0.0.1");
            Request request = Request.of(line[0], url, headers).by(caller);
            Explanation explanation = Explainer.explain(compiled, scope, request);

            check(
                    golden.name() + ": " + map,
                    map.get("expect") instanceof Map<?, ?> expect ? expect : Map.of(),
                    explanation,
                    workloads);
        }
    }

    /// What a call's certificate proves; empty for nothing.
    private static String identity(GoldenCase golden, Map<?, ?> call)
            throws IOException, UnusableMaterial {
        if (!(call.get("client") instanceof String client)) {
            return "";
        }
        Path file = golden.directory().resolve("certs").resolve(client + ".pem");
        return SpiffeId.of(PemText.certificates(Files.readString(file)).getFirst())
                .map(SpiffeId::toString)
                .orElse("");
    }

    private static void check(
            String what, Map<?, ?> expect, Explanation explanation, WorkloadNames workloads) {
        if (expect.containsKey("refused") || expect.containsKey("unsecured")) {
            // What a handshake comes to is nothing that a plan says.
            return;
        }
        if (expect.containsKey("statuses")
                && explanation.access().decision() == Explanation.Decision.UNSURE) {
            // What a service says that is asked is nothing that a plan says.
            return;
        }
        if (!expect.containsKey("destination")
                && RateText.limits(explanation.features()).isPresent()) {
            // Whether a limit is reached is nothing that a plan says.
            return;
        }
        // Where calls go to hosts that only the proxy finds is nothing that a plan says.
        boolean isSaid = explanation.reply().isPresent() || !workloads.of(explanation).isEmpty();
        if (isSaid && expect.get("destination") instanceof String destination) {
            assertThat(workloads.of(explanation)).as(what).containsOnlyKeys(destination);
        }
        if (expect.get("shares") instanceof Map<?, ?> shares) {
            assertThat(workloads.of(explanation)).as(what).isEqualTo(shares);
        }
        if (!isSaid && Integer.valueOf(503).equals(expect.get("status"))) {
            return;
        }
        boolean isPassedOn =
                expect.containsKey("destination")
                        || expect.containsKey("shares")
                        || expect.containsKey("statuses")
                        || expect.containsKey("sticks");
        if (expect.get("status") instanceof Integer status && (status != 200 || !isPassedOn)) {
            assertThat(explanation.reply().map(Explanation.Reply::status))
                    .as("%s %s", what, explanation.tried())
                    .hasValue(status);
        } else {
            assertThat(explanation.reply()).as("%s %s", what, explanation.tried()).isEmpty();
        }
        if (expect.get("flags") instanceof String flag) {
            assertThat(explanation.reply().map(Explanation.Reply::flag)).as(what).hasValue(flag);
        }
        Map<String, String> headers = texts(expect.get("responseHeaders"));
        if (headers.containsKey("location")) {
            assertThat(explanation.reply().map(Explanation.Reply::detail))
                    .as(what)
                    .hasValue(headers.get("location"));
        }
    }

    private static Map<String, String> texts(@Nullable Object yaml) {
        var texts = new LinkedHashMap<String, String>();
        if (yaml instanceof Map<?, ?> map) {
            map.forEach((k, v) -> texts.put(String.valueOf(k), String.valueOf(v)));
        }
        return texts;
    }

    private static String yaml(Snapshot snapshot, XdsType type) {
        if (snapshot.of(type).isEmpty()) {
            return "";
        }
        return yaml(SnapshotJson.resources(snapshot, type));
    }

    private static String yaml(String json) {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(json);
        return new Dump(
                        DumpSettings.builder()
                                .setDefaultFlowStyle(FlowStyle.BLOCK)
                                .setWidth(120)
                                .build())
                .dumpToString(tree);
    }
}

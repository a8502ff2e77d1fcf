package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Options;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What converts with nothing named means the same as before: requests at the borders of whatever
/// rules match come to the same destinations by the same path, with the same headers, copies,
/// timeouts and retries, or to the same answer. Nothing of a new kind is found in it.
class ConversionProofTest {
    /// What findings call the text that a conversion made.
    private static final String CONVERTED = "converted.yaml";

    /// What was compared.
    ///
    /// @param converted worlds that had something to convert
    /// @param lossless those of them of which nothing was lost
    /// @param requests that were compared
    /// @param differences empty, or it does not hold
    private record Compared(
            List<String> converted,
            List<String> lossless,
            List<Integer> requests,
            List<String> differences) {
        Compared() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        int asked() {
            return requests.stream().mapToInt(Integer::intValue).sum();
        }
    }

    @Test
    void everyGoldenCaseOfWhichNothingIsLostMeansTheSame() {
        var compared = new Compared();
        for (GoldenCase golden : GoldenCase.all()) {
            ProxyScope scope = Meshes.scope(golden);
            World world = Meshes.read(golden).world();
            boolean isGateway = scope.role() == Role.GATEWAY && !scope.labels().isEmpty();
            compare(
                    golden.name(),
                    isGateway
                            ? with(world, proxies("proxies", scope.namespace(), scope.labels()))
                            : world,
                    List.of(scope),
                    compared);
        }
        assertThat(compared.differences()).isEmpty();
        assertThat(compared.lossless()).hasSizeGreaterThan(15);
        assertThat(compared.asked()).isGreaterThan(400);
    }

    @Test
    void everySampleOfIstiosOfWhichNothingIsLostMeansTheSame() throws IOException {
        Optional<Path> cases = Repository.cases();
        assumeTrue(cases.isPresent(), "skipped: no ../shared/cases");
        var compared = new Compared();
        Path samples = cases.get().resolve("istio-samples/samples");
        Path rules = samples.resolve("bookinfo/networking/destination-rule-all.yaml");
        try (Stream<Path> files = Files.walk(samples)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                String text = Files.readString(file);
                if (text.contains("kind: VirtualService")) {
                    boolean isBookinfo = file.startsWith(samples.resolve("bookinfo/networking"));
                    sample(
                            samples.relativize(file).toString(),
                            isBookinfo ? text + "\n---\n" + Files.readString(rules) : text,
                            compared);
                }
            }
        }
        Node examples =
                Json.parse(Files.readString(cases.get().resolve("istio-api-examples.json")));
        int number = 0;
        for (Node example : ((Node.Sequence) examples).items()) {
            number++;
            if (((Node.Mapping) example).get("text").orElseThrow() instanceof Node.Text(var text, _)
                    && text.contains("kind: VirtualService")) {
                sample("example " + number, text, compared);
            }
        }
        assertThat(compared.differences()).isEmpty();
        assertThat(compared.converted()).hasSizeGreaterThan(40);
        assertThat(compared.lossless()).hasSizeGreaterThan(20);
        assertThat(compared.asked()).isGreaterThan(250);
    }

    @Test
    void randomRulesOfWhichNothingIsLostMeanTheSame() {
        var random = new Random(2024);
        var compared = new Compared();
        for (int i = 0; i < 60; i++) {
            sample("random " + i, random(random, i % 2 == 0), compared);
        }
        assertThat(compared.differences()).isEmpty();
        assertThat(compared.lossless()).hasSizeGreaterThan(30);
        assertThat(compared.asked()).isGreaterThan(10_000);
    }

    private static final List<String> CONDITIONS =
            List.of(
                    "uri: {exact: /a}",
                    "uri: {exact: /a/b}",
                    "uri: {prefix: /}",
                    "uri: {prefix: /a}",
                    "uri: {prefix: /a/}",
                    "uri: {prefix: /ab}",
                    "uri: {exact: /A}, ignoreUriCase: true",
                    "uri: {prefix: /a/b}, method: {exact: POST}",
                    "method: {regex: GET|PATCH}",
                    "headers: {user: {exact: jason}}",
                    "uri: {exact: /a}, headers: {user: {prefix: j}}",
                    "headers: {user: {}}, queryParams: {q: {exact: x}}",
                    "queryParams: {q: {regex: x+}}");

    private static final List<String> ACTIONS =
            List.of(
                    "route: [{destination: {host: one, port: {number: 80}}}]",
                    "route: [{destination: {host: two, port: {number: 80}}}], timeout: 3s",
                    "route: [{destination: {host: one, port: {number: 80}}, weight: 30},"
                            + " {destination: {host: two, port: {number: 80}}, weight: 70}]",
                    "route: [{destination: {host: two, subset: v1, port: {number: 80}}}]",
                    "route: [{destination: {host: one, port: {number: 80}}}],"
                            + " headers: {request: {set: {x: '1'}}, response: {remove: [y]}}",
                    "route: [{destination: {host: one, port: {number: 80}}}],"
                            + " rewrite: {authority: in.example.com}",
                    "redirect: {uri: /moved, redirectCode: 302}",
                    "redirect: {authority: else.example.com, scheme: https}",
                    "route: [{destination: {host: one, port: {number: 80}}}],"
                            + " mirrors: [{destination: {host: two, port: {number: 80}},"
                            + " percentage: {value: 12.5}}]");

    /// Rules without any order.
    private static String random(Random random, boolean isAtGateway) {
        var rules = new StringBuilder();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            var matches = new ArrayList<String>();
            for (int j = random.nextInt(3); j > 0; j--) {
                matches.add("{" + CONDITIONS.get(random.nextInt(CONDITIONS.size())) + "}");
            }
            rules.append("  - {match: ")
                    .append(matches)
                    .append(", ")
                    .append(ACTIONS.get(random.nextInt(ACTIONS.size())))
                    .append("}\n");
        }
        return """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge}
        spec:
          selector: {istio: edge}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: two}
        spec: {host: two, subsets: [{name: v1, labels: {version: v1}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: random}
        spec:
          hosts: [%s]
          gateways: [%s]
          http:
        %s\
        """
                .formatted(
                        isAtGateway ? "'*.example.com'" : "one",
                        isAtGateway ? "edge" : "mesh",
                        rules);
    }

    /// A text of Istio's, with the services that it speaks about and the proxies of its gateways.
    private static void sample(String name, String original, Compared compared) {
        // A place to fill in, as its comment says.
        String text = original.replace("ISTIOD-HOST.DOMAIN", "istiod.example.com");
        World said =
                World.of(
                        1,
                        Resources.of(ResourceReader.read(name, text).resources()),
                        MeshSettings.DEFAULT);
        World world = with(said, new Surroundings(said).text());
        Set<ProxyScope> scopes = new LinkedHashSet<>();
        for (var gateway : said.resources().all(Kinds.GATEWAY)) {
            scopes.add(
                    Meshes.scope(
                            Role.GATEWAY,
                            gateway.metadata().namespace(),
                            gateway.spec().selector(),
                            Meshes.EXPLICIT));
        }
        for (var service : said.resources().all(Kinds.VIRTUAL_SERVICE)) {
            scopes.add(
                    Meshes.sidecar(
                            service.metadata().namespace(),
                            Map.of("app", "client"),
                            Meshes.EXPLICIT));
        }
        compare(name, world, List.copyOf(scopes), compared);
    }

    private static void compare(
            String name, World before, List<ProxyScope> scopes, Compared compared) {
        Conversion conversion = Conversion.of(before, Options.DEFAULT);
        World after = converted(before, conversion);
        if (!conversion.replaced().isEmpty()) {
            compared.converted().add(name);
        }
        if (conversion.replaced().isEmpty() || !conversion.losses().isEmpty()) {
            return;
        }
        compared.lossless().add(name);
        Set<DiagnosticCode> known =
                MeshCompiler.analyze(before).stream()
                        .map(Diagnostic::code)
                        .collect(Collectors.toSet());
        MeshCompiler.analyze(after).stream()
                .filter(d -> d.origin().file().equals(CONVERTED) && !known.contains(d.code()))
                .forEach(d -> compared.differences().add(name + ": " + d));
        var probes = new Probes(before);
        for (ProxyScope scope : scopes) {
            Compiled first = MeshCompiler.compile(before, scope);
            Compiled second = MeshCompiler.compile(after, scope);
            List<Request> requests =
                    scope.role() == Role.GATEWAY ? probes.atGateways() : probes.inMesh();
            compared.requests().add(requests.size());
            for (Request request : requests) {
                Outcome expected = Outcome.of(first, scope, request);
                Outcome found = Outcome.of(second, scope, request);
                if (!expected.equals(found)) {
                    compared.differences()
                            .add(
                                    "%s: %s%n was %s%n is  %s"
                                            .formatted(name, request, expected, found));
                }
            }
        }
    }

    /// A Service that proxies are chosen by.
    static String proxies(String name, String namespace, Map<String, String> labels) {
        Node.Mapping selector = Node.Mapping.EMPTY;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            selector = selector.with(label.getKey(), label.getValue());
        }
        return YamlWriter.write(
                Node.Mapping.EMPTY
                        .with("apiVersion", "v1")
                        .with("kind", "Service")
                        .with(
                                "metadata",
                                Node.Mapping.EMPTY.with("name", name).with("namespace", namespace))
                        .with("spec", Node.Mapping.EMPTY.with("selector", selector)));
    }

    private static World with(World world, String text) {
        var all = new ArrayList<Resource<?>>(world.resources().all());
        all.addAll(ResourceReader.read("added.yaml", text).resources());
        return World.of(1, Resources.of(all), MeshSettings.DEFAULT);
    }

    /// The world with what a conversion made, read back from its text.
    static World converted(World before, Conversion conversion) {
        Set<ResourceId> gone = new HashSet<>(conversion.replaced());
        var all = new ArrayList<Resource<?>>();
        before.resources().all().stream().filter(r -> !gone.contains(r.id())).forEach(all::add);
        String text =
                conversion.documents().stream()
                        .map(d -> YamlWriter.write(d.tree()))
                        .collect(Collectors.joining("---\n"));
        ResourceReader.Parsed parsed = ResourceReader.read(CONVERTED, text);
        assertThat(parsed.hasErrors()).as("%s%n%s", parsed.diagnostics(), text).isFalse();
        all.addAll(parsed.resources());
        return World.of(2, Resources.of(all), MeshSettings.DEFAULT);
    }
}

package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Options;
import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The conformance features of Kubernetes' Ingress (`k8s-ingress-conformance`), asked of explain;
/// the golden case `ingress` has the same questions answered by both data planes. What `convert`
/// makes of the Ingresses is asked the same.
///
/// A step that this test does not know fails it. Steps about what a backend echoes hold where the
/// request goes on as it came, which is what is looked at.
class IngressConformanceTest {
    /// What the Gateway API has no words for, and `convert` names.
    private static final Set<String> LOST =
            Set.of("should not route traffic matching on more than a single dns label");

    private static final String CLASS =
            """
            apiVersion: networking.k8s.io/v1
            kind: IngressClass
            metadata:
              name: istio
              annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
            spec: {controller: istio.io/ingress-controller}
            """;

    @TestFactory
    Stream<DynamicTest> everyScenarioHolds() throws IOException {
        Optional<Path> features =
                Repository.cases().map(it -> it.resolve("k8s-ingress-conformance/features"));
        assumeTrue(features.isPresent(), "skipped: no ../shared/cases/k8s-ingress-conformance");
        var tests = new ArrayList<DynamicTest>();
        try (Stream<Path> files = Files.list(features.get())) {
            for (Path file : files.sorted().toList()) {
                tests.addAll(scenarios(Files.readAllLines(file)));
            }
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(25);
        return tests.stream();
    }

    // --- reading -------------------------------------------------------------------------------

    /// @param steps lines of it, the background's first
    /// @param examples rows of an outline; one empty one for a plain scenario
    private record Scenario(String name, List<String> steps, List<Map<String, String>> examples) {}

    private static List<DynamicTest> scenarios(List<String> lines) {
        var background = new ArrayList<String>();
        var all = new ArrayList<Scenario>();
        List<String> at = new ArrayList<>();
        List<Map<String, String>> examples = new ArrayList<>();
        List<String> header = List.of();
        boolean isText = false;
        boolean isExamples = false;
        for (String line : lines) {
            String text = line.strip();
            if (text.equals("\"\"\"")) {
                isText = !isText;
            }
            if (!isText && text.startsWith("Background:")) {
                at = background;
            } else if (!isText && text.startsWith("Scenario")) {
                at = new ArrayList<>(background);
                examples = new ArrayList<>();
                header = List.of();
                isExamples = false;
                all.add(new Scenario(text, at, examples));
            } else if (!isText && text.startsWith("Examples:")) {
                isExamples = true;
            } else if (isExamples && text.startsWith("|")) {
                List<String> cells = cells(text);
                if (header.isEmpty()) {
                    header = cells;
                } else {
                    var row = new TreeMap<String, String>();
                    for (int i = 0; i < header.size(); i++) {
                        row.put(header.get(i), cells.get(i));
                    }
                    examples.add(row);
                }
            } else {
                at.add(line);
            }
        }
        return all.stream()
                .flatMap(scenario ->
                        (scenario.examples().isEmpty()
                                        ? List.of(Map.<String, String>of())
                                        : scenario.examples())
                                .stream().flatMap(row -> tests(scenario, row)))
                .toList();
    }

    private static Stream<DynamicTest> tests(Scenario scenario, Map<String, String> row) {
        String name = scenario.name() + " " + row;
        return Stream.of(
                DynamicTest.dynamicTest(name, () -> new Run(scenario, row, false).check()),
                DynamicTest.dynamicTest(
                        name + ", converted",
                        () -> {
                            var run = new Run(scenario, row, true);
                            if (LOST.stream().anyMatch(name::contains)) {
                                assertThat(catchThrowable(run::check))
                                        .as("holds: take it from the list")
                                        .isNotNull();
                                assertThat(Run.converted(run.ingresses()).losses()).isNotEmpty();
                            } else {
                                run.check();
                            }
                        }));
    }

    private static List<String> cells(String row) {
        String[] cells = row.split("\\|", -1);
        return Stream.of(cells).skip(1).limit(cells.length - 2L).map(String::strip).toList();
    }

    // --- running -------------------------------------------------------------------------------

    private static final class Run {
        private static final Pattern SEND =
                Pattern.compile(
                        "When I send (?:a \"([^\"]+)\" request|(\\d+) requests) to \"?(.*)");
        private static final Pattern NAMED =
                Pattern.compile("Given an Ingress resource named \"([^\"]*)\" with this spec:");
        private static final Pattern SCALED =
                Pattern.compile(
                        "Then The backend deployment \"([^\"]*)\" for the ingress resource is"
                                + " scaled to (\\d+)");
        private static final Pattern PODS =
                Pattern.compile(
                        "Then all the responses status-code must be (\\d+) and the response body"
                                + " should contain the IP address of (\\d+) different Kubernetes"
                                + " pods");

        private final List<String> steps;
        private final Map<String, String> row;
        private final boolean isConverted;
        private final Map<String, Integer> pods = new TreeMap<>();
        private String ingress = "";
        private Optional<Explanation> answer = Optional.empty();
        private Request request = Request.of("GET", "http://none/", Map.of());
        private int checked;

        /// @param isConverted whether it is asked in the words of the Gateway API
        Run(Scenario scenario, Map<String, String> row, boolean isConverted) {
            this.steps = scenario.steps();
            this.row = row;
            this.isConverted = isConverted;
        }

        void check() {
            for (int i = 0; i < steps.size(); i++) {
                String step = steps.get(i).strip();
                if (step.isEmpty() || step.startsWith("(") || step.startsWith("|")) {
                    continue;
                }
                String text = "";
                if (i + 1 < steps.size() && steps.get(i + 1).strip().equals("\"\"\"")) {
                    int end = i + 2;
                    while (!steps.get(end).strip().equals("\"\"\"")) {
                        end++;
                    }
                    text = String.join("\n", steps.subList(i + 2, end)).stripIndent();
                    i = end;
                }
                step(step.replaceFirst("^And ", "Then "), text);
            }
            assertThat(checked).as("checks in %s", steps).isPositive();
        }

        private void step(String step, String text) {
            Matcher named = NAMED.matcher(step);
            Matcher send = SEND.matcher(step);
            Matcher scaled = SCALED.matcher(step);
            Matcher all = PODS.matcher(step);
            if (step.startsWith("Given a new random namespace")
                    || step.startsWith("Given a self-signed TLS secret named")) {
                return;
            }
            if (named.matches()) {
                ingress =
                        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: "
                                + named.group(1)
                                + "}\nspec:\n"
                                + text.indent(2);
            } else if (step.startsWith("Given an Ingress resource")) {
                ingress = text;
            } else if (scaled.matches()) {
                pods.put(scaled.group(1), Integer.parseInt(scaled.group(2)));
            } else if (send.matches()) {
                String method = send.group(1) == null ? "GET" : method(send.group(1));
                request = Request.of(method, url(send.group(3)), Map.of());
                answer = Optional.of(Explainer.explain(world(), scope(), request));
            } else if (all.matches()) {
                status(Integer.parseInt(all.group(1)));
                assertThat(answer.orElseThrow().destinations().getFirst().endpoints())
                        .hasSize(Integer.parseInt(all.group(2)));
            } else {
                expect(step);
            }
        }

        /// A column of the examples, or what the step says itself.
        private String method(String said) {
            return row.getOrDefault("method", said);
        }

        /// As in `http://"<host>"/"<path>"`, filled and without the quotes.
        private String url(String said) {
            String url = said;
            for (Map.Entry<String, String> cell : row.entrySet()) {
                url = url.replace("<" + cell.getKey() + ">", cell.getValue());
            }
            url = url.replace("\"", "");
            // A request without a host in its URL goes to the address, as its Host says.
            return url.replace("http:///", "http://192.0.2.1/");
        }

        private void expect(String step) {
            String said = step.replaceFirst("^Then ", "");
            if (said.startsWith("The Ingress status shows")) {
                assertThat(isServed()).as("Ingress is served").isTrue();
                checked++;
            } else if (said.startsWith("The Ingress status should not contain")) {
                assertThat(isServed()).as("Ingress is served").isFalse();
                checked++;
            } else if (said.startsWith("the response status-code must be ")) {
                status(Integer.parseInt(said.substring(said.lastIndexOf(' ') + 1)));
            } else if (said.startsWith("the response must be served by the ")) {
                assertThat(answer.orElseThrow().destinations())
                        .extracting(share -> share.host().substring(0, share.host().indexOf('.')))
                        .as("%s", answer)
                        .containsExactly(quoted(said));
                checked++;
            } else if (said.startsWith("the secure connection must verify the ")) {
                assertThat(secured(quoted(said))).as("a certificate for it").isTrue();
                checked++;
            } else if (said.startsWith("the request host must be ")) {
                assertThat(request.authority()).isEqualTo(quoted(said));
                unchanged();
            } else if (said.startsWith("the request ") || said.startsWith("the response ")) {
                unchanged();
            } else {
                throw new AssertionError("a step that this test does not know: " + step);
            }
        }

        /// Nothing about the request is changed on the way, and what the backend says is its own.
        private void unchanged() {
            Explanation explanation = answer.orElseThrow();
            assertThat(explanation.reply()).isEmpty();
            assertThat(explanation.headers()).isEqualTo(HeaderEdit.NONE);
            checked++;
        }

        private void status(int expected) {
            Optional<Explanation.Reply> reply = answer.orElseThrow().reply();
            assertThat(reply.map(Explanation.Reply::status).orElse(200))
                    .as("%s", answer)
                    .isEqualTo(expected);
            checked++;
        }

        private boolean isServed() {
            return MeshCompiler.compile(world(), scope()).plan().routes().stream()
                    .flatMap(table -> table.virtualHosts().stream())
                    .anyMatch(host -> !host.routes().isEmpty());
        }

        private boolean secured(String host) {
            return MeshCompiler.compile(world(), scope()).plan().listeners().stream()
                    .map(Listener::chains)
                    .flatMap(List::stream)
                    .filter(chain -> chain.match().serverNames().contains(host))
                    .map(FilterChain::tls)
                    .anyMatch(Optional::isPresent);
        }

        private static String quoted(String said) {
            int from = said.indexOf('"') + 1;
            return said.substring(from, said.indexOf('"', from));
        }

        private World world() {
            World before = ingresses();
            return isConverted ? ConversionProofTest.converted(before, converted(before)) : before;
        }

        private static Conversion converted(World before) {
            return Conversion.of(before, Options.DEFAULT);
        }

        /// With the Service of the proxies, which a conversion wants to know.
        private World ingresses() {
            var names = new TreeSet<String>();
            Matcher service = Pattern.compile("service:\\s*\\n\\s*name: (\\S+)").matcher(ingress);
            while (service.find()) {
                names.add(service.group(1));
            }
            var text = new StringBuilder(CLASS).append("---\n").append(secret());
            text.append("---\n").append(ingress).append('\n');
            for (String name : names) {
                text.append(
                        """
                        ---
                        apiVersion: v1
                        kind: Service
                        metadata: {name: %1$s}
                        spec:
                          selector: {app: %1$s}
                          ports: [{name: http, port: 8080}]
                        """
                                .formatted(name));
                for (int i = 1; i <= pods.getOrDefault(name, 1); i++) {
                    text.append(
                            """
                            ---
                            apiVersion: networking.istio.io/v1
                            kind: WorkloadEntry
                            metadata: {name: %1$s-%2$d}
                            spec: {address: 10.0.0.%2$d, labels: {app: %1$s}}
                            """
                                    .formatted(name, i));
                }
            }
            text.append("---\n")
                    .append(
                            ConversionProofTest.proxies(
                                    "edge", "istio-system", Map.of("istio", "ingressgateway")));
            return Meshes.world(text.toString());
        }

        /// That of the background.
        private static String secret() {
            return """
            apiVersion: v1
            kind: Secret
            metadata: {name: conformance-tls}
            type: kubernetes.io/tls
            data: {tls.crt: %s, tls.key: %s}
            """
                    .formatted(base64("client.pem"), base64("client.key"));
        }

        private static String base64(String file) {
            return Base64.getEncoder()
                    .encodeToString(SecretsTest.pem(file).getBytes(StandardCharsets.UTF_8));
        }

        private static ProxyScope scope() {
            return Meshes.scope(
                    Role.GATEWAY,
                    "istio-system",
                    Map.of("istio", "ingressgateway"),
                    new Interception.Redirect());
        }
    }
}

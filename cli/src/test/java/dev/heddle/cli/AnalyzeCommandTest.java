package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeCommandTest {
    private static final String RATINGS =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: ratings, namespace: data}
            spec: {selector: {app: ratings}, ports: [{name: web, port: 80}]}
            """;

    private static final String REVIEWS =
            """
            # Who reads what others think.
            apiVersion: networking.istio.io/v1beta2
            kind: VirtualService   # not yet an HTTPRoute
            metadata: {name: reviews, namespace: shop}
            spec:
              hosts: ["reviews"]
              http:
              - rout:           # the usual way
                - destination: {host: ratings}
                  weight: 80    # most
                - destination:
                    host: 'ratings'
                  weight: 30
                fault:
                  delay: {percent: 10, fixedDelay: 5s}
            """;

    @TempDir private Path directory;

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void aThresholdSaysWhatIsPrintedAndAnotherWhatFails() throws IOException {
        String ratings = file("ratings.yaml", RATINGS);
        var usual = run("analyze", ratings);
        assertThat(usual.out()).contains("info IST0118 Service data/ratings spec.ports[0]");
        assertThat(usual.code()).isZero();
        assertThat(run("analyze", "--output-threshold", "warning", ratings).out())
                .doesNotContain("IST0118");
        assertThat(run("analyze", "--failure-threshold", "info", ratings).code()).isEqualTo(1);
        String bad = file("bad.yaml", "kind: [\n");
        assertThat(run("analyze", bad).code()).isEqualTo(1);
        assertThat(run("analyze", "--output-threshold", "error", bad).out()).contains("HED0001");
    }

    @Test
    void whatNobodyWantsToKnowIsSuppressed() throws IOException {
        String ratings = file("ratings.yaml", RATINGS);
        assertThat(run("analyze", "-S", "IST0118=Service *.data", ratings).out())
                .doesNotContain("IST0118");
        assertThat(run("analyze", "-S", "IST0118=Service *.shop", ratings).out())
                .contains("IST0118");
        String annotated =
                RATINGS.replace(
                        "namespace: data",
                        "namespace: data, annotations: {galley.istio.io/analyze-suppress:"
                                + " 'IST0101,IST0118'}");
        assertThat(run("analyze", file("annotated.yaml", annotated)).out())
                .doesNotContain("IST0118");
    }

    @Test
    void istiosCodesForWhatIsWrongWithAResourceSuppressOurs() throws IOException {
        String wrong = file("wrong.yaml", RATINGS.replace(" ports:", " portz: [], ports:"));
        assertThat(run("analyze", wrong).out()).contains("HED0004");
        assertThat(run("analyze", "-S", "IST0106=Service ratings.data", wrong).out())
                .doesNotContain("HED0004");
    }

    @Test
    void aSuppressionThatIsNoneIsRefused() throws IOException {
        String ratings = file("ratings.yaml", RATINGS);
        assertThat(run("analyze", "-S", "HED9999=Pod x", ratings).err())
                .contains("there is no code 'HED9999'");
        assertThat(run("analyze", "-S", "IST0118", ratings).err()).contains("expected: as in");
        assertThat(run("analyze").err()).contains("there is nothing to analyze");
        assertThat(run("analyze", "--dry-run", ratings).err()).contains("--dry-run is for --fix");
    }

    @Test
    void hintsAreCountedAndShownToWhoeverAsks() throws IOException {
        String rule =
                file(
                        "rule.yaml",
                        RATINGS
                                + """
                                ---
                                apiVersion: networking.istio.io/v1
                                kind: DestinationRule
                                metadata: {name: ratings, namespace: data}
                                spec: {host: ratings, subsets: [{name: v1, labels: {version: v1}}]}
                                """);
        assertThat(run("analyze", rule).out())
                .contains("note: 1 more depends on what runs")
                .doesNotContain("IST0173");
        assertThat(run("analyze", "--hints", rule).out()).contains("info IST0173");
    }

    /// What the schema of SARIF 2.1.0 asks of a log with one run.
    @Test
    void findingsAreSarif() throws IOException {
        String wrong = file("a wrong.yaml", RATINGS.replace(" ports:", " portz: [], ports:"));
        var log = (Node.Mapping) Json.parse(run("analyze", "-o", "sarif", wrong).out());
        assertThat(text(log, "version")).isEqualTo("2.1.0");
        assertThat(text(log, "$schema")).endsWith("sarif-2.1.0.json");
        Node.Mapping run = items(log, "runs").getFirst();
        Node.Mapping driver = at(at(run, "tool"), "driver");
        assertThat(text(driver, "name")).isEqualTo("heddle analyze");
        List<Node.Mapping> rules = items(driver, "rules");
        assertThat(rules).extracting(r -> text(r, "id")).doesNotHaveDuplicates();
        for (Node.Mapping rule : rules) {
            assertThat(text(at(rule, "shortDescription"), "text")).isNotEmpty();
            assertThat(text(at(rule, "help"), "text")).isNotEmpty();
            assertThat(text(at(rule, "defaultConfiguration"), "level"))
                    .isIn("error", "warning", "note");
        }
        List<Node.Mapping> results = items(run, "results");
        assertThat(results).hasSizeGreaterThan(1);
        for (Node.Mapping result : results) {
            int rule = Integer.parseInt(digits(result, "ruleIndex"));
            assertThat(text(rules.get(rule), "id")).isEqualTo(text(result, "ruleId"));
            assertThat(text(result, "level")).isIn("error", "warning", "note");
            assertThat(text(at(result, "message"), "text")).isNotEmpty();
            assertThat(text(at(result, "partialFingerprints"), "heddleFinding/v1")).hasSize(32);
            Node.Mapping place = at(items(result, "locations").getFirst(), "physicalLocation");
            assertThat(text(at(place, "artifactLocation"), "uri"))
                    .startsWith("file:///")
                    .endsWith("/a%20wrong.yaml");
            assertThat(digits(at(place, "region"), "startLine")).isEqualTo("4");
            assertThat(Integer.parseInt(digits(at(place, "region"), "startColumn"))).isPositive();
        }
    }

    @Test
    void whatNeedsNoDecisionIsMendedInPlace() throws IOException {
        String reviews = file("reviews.yaml", REVIEWS);
        String ratings = file("ratings.yaml", RATINGS);
        Files.setPosixFilePermissions(
                Path.of(reviews), PosixFilePermissions.fromString("rw-r-----"));

        var shown = run("analyze", "--fix", "--dry-run", reviews, ratings);
        assertThat(shown.out())
                .contains(
                        "-apiVersion: networking.istio.io/v1beta2",
                        "+apiVersion: networking.istio.io/v1",
                        "would fix 6 findings in 1 file");
        assertThat(Files.readString(Path.of(reviews))).isEqualTo(REVIEWS);

        var fixed = run("analyze", "--fix", reviews, ratings);
        assertThat(fixed.out()).contains("fixed 6 findings in 1 file", "nothing wrong in");
        assertThat(fixed.code()).isZero();
        assertThat(Files.readString(Path.of(reviews)))
                .isEqualTo(
                        """
                        # Who reads what others think.
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService   # not yet an HTTPRoute
                        metadata: {name: reviews, namespace: shop}
                        spec:
                          hosts: ["reviews"]
                          http:
                          - route:           # the usual way
                            - destination: {host: ratings.data.svc.cluster.local}
                              weight: 73    # most
                            - destination:
                                host: 'ratings.data.svc.cluster.local'
                              weight: 27
                            fault:
                              delay: {percentage: {value: 10}, fixedDelay: 5s}
                        """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(reviews))))
                .isEqualTo("rw-r-----");

        assertThat(run("analyze", "--fix", reviews, ratings).out())
                .startsWith("nothing here can be fixed without a decision");
    }

    @Test
    void lineEndsStayAsTheyAre() throws IOException {
        String windows = "# é\n" + RATINGS.replace("kind: Service", "kind: Service # 🧵");
        String text = windows.replace(" ports:", " selektor: {}, ports:").replace("\n", "\r\n");
        String ratings = file("ratings.yaml", text.replace("selector: {app: ratings}, ", ""));
        run("analyze", "--fix", ratings);
        assertThat(Files.readString(Path.of(ratings)))
                .isEqualTo(
                        text.replace("selector: {app: ratings}, ", "")
                                .replace("selektor", "selector"));
    }

    @Test
    void whatWouldMakeThingsWorseIsNotWritten() throws IOException {
        // With its field spelled right, the rule would lead to two hosts that are not there.
        String text =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews]
                  http:
                  - rout:
                    - destination: {host: a}
                      weight: 50
                    - destination: {host: b}
                      weight: 50
                """;
        String reviews = file("reviews.yaml", text);
        assertThat(run("analyze", "--fix", reviews).out())
                .startsWith("nothing here can be fixed without a decision");
        assertThat(Files.readString(Path.of(reviews))).isEqualTo(text);
    }

    @Test
    void nothingOfASecretIsShownBesideAChange() throws IOException {
        String both =
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: s}
                stringData:
                  password: swordfish
                ---
                """
                        + RATINGS.replace(" ports:", " selektor: {}, ports:")
                                .replace("selector: {app: ratings}, ", "");
        var fixed = run("analyze", "--fix", file("both.yaml", both));
        assertThat(fixed.out()).contains("+spec: {selector: {}").doesNotContain("swordfish");
    }

    @Test
    void fixesNeedFilesAndAreText() throws IOException {
        String ratings = file("ratings.yaml", RATINGS);
        assertThat(runWith(RATINGS, "analyze", "--fix", "-").err()).contains("--fix needs files");
        assertThat(run("analyze", "--fix", "-o", "json", ratings).err()).contains("as text");
    }

    private static Node.Mapping at(Node.Mapping mapping, String key) {
        return (Node.Mapping) mapping.get(key).orElseThrow();
    }

    private static String text(Node.Mapping mapping, String key) {
        return ((Node.Text) mapping.get(key).orElseThrow()).value();
    }

    private static String digits(Node.Mapping mapping, String key) {
        return ((Node.Numeric) mapping.get(key).orElseThrow()).digits();
    }

    private static List<Node.Mapping> items(Node.Mapping mapping, String key) {
        return ((Node.Sequence) mapping.get(key).orElseThrow())
                .items().stream().map(Node.Mapping.class::cast).toList();
    }
}

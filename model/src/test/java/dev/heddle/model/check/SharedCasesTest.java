package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Istio's own cases, which stand beside the checkout: what Istio accepts we accept, and what it
/// refuses we refuse. Warnings are ours.
class SharedCasesTest {
    /// Files of the samples that are no YAML before Helm has filled them in.
    private static final List<String> TEMPLATES =
            List.of(
                    "samples/ambient-argo/tag-chart/templates/mutatingwebhooks.yaml",
                    "samples/ambient-argo/tag-chart/templates/shimservice.yaml",
                    "samples/ambient-argo/tag-chart/templates/validatingwebhook.yaml");

    /// Rows and objects where we differ, with the reason.
    private static final List<String> DIFFERENT =
            List.of(
                    // `match: [null]`, which no API server takes; we refuse it like the API server.
                    "valid mirror percentage",
                    // `[001:db8::]` without quotes, which is a mapping in YAML 1.2.
                    "001:db8::");

    /// Rows that Istio warns of and we do not, with the reason.
    private static final List<String> UNWARNED =
            List.of(
                    // Two matches of one rule lead to the same place; of rules the compiler says
                    // it.
                    "non-method-get",
                    // '.' is the namespace 'bar' in Istio's test, and not in this one.
                    "sidecar egress duplicated with wildcarded same namespace .",
                    // Whether there is outlier detection the mesh may say, so it is looked for in
                    // whole worlds: the compiler's FailoverCheckTest.
                    "failover priority provided without outlier detection policy",
                    "failover provided without outlier detection policy",
                    "failover without outlier detection warns");

    @Test
    void everySampleLoadsWithoutAFindingOfOurs() {
        Path samples = cases().resolve("istio-samples");
        var findings = new ArrayList<String>();
        int resources = 0;
        for (Path file : yamlFiles(samples)) {
            String name = samples.relativize(file).toString();
            if (TEMPLATES.contains(name)) {
                continue;
            }
            var parsed = ResourceReader.read(name, read(file));
            resources += parsed.resources().size();
            parsed.diagnostics().stream()
                    .filter(d -> d.code() != DiagnosticCode.NOT_IMPLEMENTED)
                    .filter(d -> d.severity() != Severity.INFO)
                    .map(Diagnostic::toString)
                    .forEach(findings::add);
        }
        assertThat(findings).isEmpty();
        assertThat(resources).isGreaterThan(300);
    }

    /// Examples that are parts of resources, or of MeshConfig, are only mentioned. Where an example
    /// leaves something out, it says `...`.
    @Test
    void everyExampleOfTheReferenceLoads() {
        var errors = new ArrayList<String>();
        int resources = 0;
        List<Node> examples = items(Json.parse(read(cases().resolve("istio-api-examples.json"))));
        for (int i = 0; i < examples.size(); i++) {
            String example = text(examples.get(i), "text").replaceAll("(?m)^ *\\.\\.\\.$", "");
            var parsed = ResourceReader.read("#" + i, example);
            resources += parsed.resources().size();
            parsed.diagnostics().stream()
                    .filter(d -> d.severity() == Severity.ERROR)
                    .map(Diagnostic::toString)
                    .forEach(errors::add);
        }
        assertThat(resources).isGreaterThan(100);
        assertThat(errors).isEmpty();
    }

    @Test
    void theCrdCasesAreAcceptedAndRefusedAsMarked() {
        Path dir = cases().resolve("istio-crd-validation/pkg/config/validation/testdata/crds");
        var wrong = new ArrayList<String>();
        int count = 0;
        for (Path file : yamlFiles(dir)) {
            boolean valid = file.toString().endsWith("-valid.yaml");
            for (String document : read(file).split("(?m)^---", -1)) {
                if (document.lines().allMatch(l -> l.isBlank() || l.startsWith("#"))) {
                    continue;
                }
                count++;
                String text = document.replaceAll("(?m)^_err:.*$", "");
                var parsed = ResourceReader.read(file.getFileName().toString(), text);
                boolean different = DIFFERENT.stream().anyMatch(text::contains);
                if (parsed.hasErrors() == valid && !different) {
                    wrong.add(document + " -> " + parsed.diagnostics());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(100);
    }

    @Test
    void theValidationTablesAreAcceptedAndRefusedAsMarked() {
        var wrong = new ArrayList<String>();
        int count = 0;
        List<Node> rows =
                items(Json.parse(read(cases().resolve("istio-validation-tables/cases.json"))));
        for (Node row : rows) {
            Optional<String> resource = TableRow.resource((Node.Mapping) row);
            if (resource.isEmpty()) {
                continue;
            }
            count++;
            var parsed = ResourceReader.read("row", resource.get(), "ns5");
            String name = text(row, "test") + ": " + text(row, "name");
            boolean different = DIFFERENT.stream().anyMatch(name::endsWith);
            if (parsed.hasErrors() == TableRow.accepted((Node.Mapping) row) && !different) {
                wrong.add(name + " " + resource.get() + " -> " + parsed.diagnostics());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(250);
    }

    /// What Istio warns of we mention, too, in whatever words.
    @Test
    void theValidationTablesAreWarnedOfAsMarked() {
        var silent = new ArrayList<String>();
        int count = 0;
        List<Node> rows =
                items(Json.parse(read(cases().resolve("istio-validation-tables/cases.json"))));
        for (Node row : rows) {
            Optional<String> resource = TableRow.resource((Node.Mapping) row);
            if (resource.isEmpty() || !TableRow.isWarned((Node.Mapping) row)) {
                continue;
            }
            count++;
            boolean isSilent =
                    ResourceReader.read("row", resource.get(), "ns5").diagnostics().stream()
                            .noneMatch(d ->
                                    d.severity() == Severity.WARNING
                                            && d.code() != DiagnosticCode.NOT_IMPLEMENTED);
            String name = text(row, "test") + ": " + text(row, "name");
            if (isSilent && UNWARNED.stream().noneMatch(name::endsWith)) {
                silent.add(name + " " + resource.get());
            }
        }
        assertThat(silent).isEmpty();
        assertThat(count).isGreaterThan(10);
    }

    /// Whatever happens to a text, reading it comes back with findings.
    @Test
    void brokenTextsAreFindingsAndNothingElse() {
        var random = new Random(20260101);
        List<String> texts =
                yamlFiles(cases().resolve("istio-samples/samples/bookinfo/networking")).stream()
                        .map(SharedCasesTest::read)
                        .toList();
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            String text = texts.get(random.nextInt(texts.size()));
            read += ResourceReader.read("f", mutated(text, random)).resources().size();
        }
        assertThat(read).isPositive();
    }

    private static String mutated(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(5); i++) {
            int at = random.nextInt(changed.length());
            int to = Math.min(changed.length(), at + random.nextInt(20));
            switch (random.nextInt(4)) {
                case 0 -> changed.delete(at, to);
                case 1 -> changed.insert(at, changed.substring(at, to));
                case 2 ->
                        changed.insert(
                                at, "{}[]:-*&!|>'\"%@`#,?\n\t \0é😀".charAt(random.nextInt(26)));
                default -> changed.setCharAt(at, (char) random.nextInt(0x300));
            }
        }
        return changed.toString();
    }

    private static Path cases() {
        Optional<Path> cases = Repository.cases();
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        return cases.orElseThrow();
    }

    private static List<Path> yamlFiles(Path dir) {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Node> items(Node node) {
        return ((Node.Sequence) node).items();
    }

    private static String text(Node node, String key) {
        return ((Node.Mapping) node).get(key).orElse(node) instanceof Node.Text(String value, _)
                ? value
                : "";
    }
}

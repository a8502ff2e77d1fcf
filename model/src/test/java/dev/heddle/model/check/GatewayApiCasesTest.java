package dev.heddle.model.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heddle.model.Diagnostic;
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
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The Gateway API's own cases of what its CRDs take, which stand beside the checkout: what they
/// take we take, and what they refuse we refuse.
class GatewayApiCasesTest {
    /// What version 1.7 refuses of what version 1.6 takes.
    private static final Set<String> LATER =
            Set.of(
                    "cookie must be specified for Cookie type",
                    "header must be specified for Header type");

    @Test
    void theCasesAreAcceptedAndRefusedAsMarked() {
        Path file = cases().resolve("cel_cases.json");
        var wrong = new ArrayList<String>();
        int count = 0;
        for (Node row : ((Node.Sequence) Json.parse(read(file))).items()) {
            count++;
            String resource = resource((Node.Mapping) row);
            ResourceReader.Parsed parsed = ResourceReader.read("case", resource);
            boolean isRefused = parsed.hasErrors() || parsed.resources().isEmpty();
            boolean isMeant =
                    ((Node.Sequence) field(row, "wantErrors"))
                            .items().stream()
                                    .anyMatch(e -> !LATER.contains(((Node.Text) e).value()));
            if (isRefused != isMeant) {
                wrong.add(
                        text(row, "test")
                                + (isMeant ? " is accepted: " : " is refused: ")
                                + resource
                                + " -> "
                                + parsed.diagnostics());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(100);
    }

    /// The folder may have the suite's files beside its table, or not.
    @TestFactory
    Stream<DynamicTest> examplesAreAcceptedAndRefusedAsTheirFolderSays() {
        return Stream.of(
                        Stream.of(cases().resolve("cel_cases.json")),
                        yamlFiles(cases().resolve("examples")).stream(),
                        yamlFiles(cases().resolve("hack/invalid-examples")).stream())
                .flatMap(files -> files)
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> check(file)));
    }

    private static void check(Path file) {
        boolean isMeant = file.toString().contains("invalid-examples");
        if (file.toString().endsWith(".json")) {
            assertThat(((Node.Sequence) Json.parse(read(file))).items()).isNotEmpty();
            return;
        }
        List<Diagnostic> errors =
                ResourceReader.read(file.toString(), read(file)).diagnostics().stream()
                        .filter(d -> d.severity() == Severity.ERROR)
                        .toList();
        assertThat(!errors.isEmpty()).as("%s: %s", file, errors).isEqualTo(isMeant);
    }

    /// The object with its kind, which the case has beside it.
    private static String resource(Node.Mapping row) {
        String type = text(row, "kind");
        boolean isX = type.startsWith("x");
        Node.Mapping object = (Node.Mapping) field(row, "object");
        // In Go's code some fields have their Go names.
        Node.Mapping named =
                object.get("status").orElse(row) instanceof Node.Mapping status
                                && status.get("Addresses").isPresent()
                        ? object.with(
                                "status",
                                Node.Mapping.EMPTY.with(
                                        "addresses", status.get("Addresses").orElseThrow()))
                        : object;
        return Json.compact(
                named.with(
                                "apiVersion",
                                isX
                                        ? "gateway.networking.x-k8s.io/v1alpha1"
                                        : "gateway.networking.k8s.io/v1")
                        .with("kind", type.substring(type.indexOf('.') + 1)));
    }

    private static Path cases() {
        Optional<Path> cases = Repository.cases().map(c -> c.resolve("gateway-api-cel"));
        assumeThat(cases).as("the cases of other projects, beside the checkout").isPresent();
        return cases.orElseThrow();
    }

    private static List<Path> yamlFiles(Path dir) {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
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

    private static Node field(Node node, String key) {
        return ((Node.Mapping) node).get(key).orElseThrow();
    }

    private static String text(Node node, String key) {
        return ((Node.Text) field(node, key)).value();
    }
}

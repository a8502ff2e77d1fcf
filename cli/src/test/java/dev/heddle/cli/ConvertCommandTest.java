package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
    private static final String CONFIG =
            Repository.root().resolve("samples/bookinfo/config").toString();
    private static final String JASON =
            Repository.root().resolve("samples/bookinfo/try/reviews-jason.yaml").toString();
    private static final String FAULT =
            """
            # For tests.
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - fault: {abort: {httpStatus: 500, percentage: {value: 10}}}
                route: [{destination: {host: reviews, subset: v2}}]
            """;

    @Test
    void whatIsMadeIsPrintedAndCanBeRead() {
        var result = run("convert", "-f", JASON, "--config", CONFIG, "--strict");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).endsWith("; nothing is lost\n");
        ResourceReader.Parsed parsed = ResourceReader.read("out", result.out());
        assertThat(parsed.diagnostics()).isEmpty();
        assertThat(parsed.resources()).extracting(r -> r.kind().name()).contains("HTTPRoute");
        assertThat(result.out()).contains("# Made of VirtualService default/reviews (" + JASON);
    }

    @Test
    void whatIsLostIsNamedAndCountsWhenItMustNotBe() {
        var result = runWith(FAULT, "convert", "-f", "-", "--config", CONFIG);
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .contains("stdin:8:5: warning HED0026 VirtualService default/reviews")
                .contains("spec.http[0].fault: ")
                .contains("1 thing cannot be carried over");
        assertThat(result.out())
                .contains("# For tests.\n")
                .contains("kind: Service\n", "name: reviews-v2\n");
        assertThat(runWith(FAULT, "convert", "-f", "-", "--config", CONFIG, "--strict").code())
                .isEqualTo(1);
    }

    @Test
    void programsGetJson() {
        var result = runWith(FAULT, "convert", "-f", "-", "--config", CONFIG, "-o", "json");
        var root = (Node.Mapping) Json.parse(result.out());
        assertThat(root.get("resources").orElseThrow())
                .isInstanceOfSatisfying(
                        Node.Sequence.class, all -> assertThat(all.items()).hasSize(2));
        assertThat(result.out())
                .contains("\"field\": \"spec.http[0].fault\"")
                .contains("\"VirtualService default/reviews\"");
    }

    @Test
    void filesAreWrittenOnceForEachThatIsConverted(@TempDir Path directory) throws Exception {
        Path out = directory.resolve("made");
        var result = run("convert", "-f", JASON, "--config", CONFIG, "--out", out.toString());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(out.resolve("reviews-jason.yaml") + "\n");
        assertThat(Files.readString(out.resolve("reviews-jason.yaml"))).contains("kind: HTTPRoute");
        var again = run("convert", "-f", JASON, "--config", CONFIG, "--out", out.toString());
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("reviews-jason.yaml is there already", "next: ");
    }

    @Test
    void wrongUsageIsToldOf() {
        assertThat(run("convert").code()).isEqualTo(2);
        var result = run("convert", "--config", CONFIG, "--gateway-service", "edge");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("'edge' (expected: NAME.NAMESPACE)");
    }
}

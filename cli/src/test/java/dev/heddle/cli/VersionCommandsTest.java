package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes as one, versions and stages from the command line.
class VersionCommandsTest {
    @TempDir Path directory = Path.of("");
    private TestMesh mesh;
    private String api = "";

    @BeforeEach
    void start() throws IOException {
        mesh = TestMesh.start(directory);
        api = mesh.api();
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private static String sample(String name) {
        return TestMesh.BOOKINFO.resolve("try").resolve(name).toString();
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(more), Stream.of(some)).toArray(String[]::new);
    }

    @Test
    void severalFilesAndDeletionsAreOneChangeOrNone() {
        assertThat(run("apply", "-f", sample("reviews-80-20.yaml"), "--api", api).code()).isZero();
        String[] swap = {"-f", "-", "--delete", "vs/reviews", "-m", "swap", "--api", api};
        String text =
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: %s}
                spec:
                  hosts: [other.example.com]
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  resolution: DNS
                """;
        var refused = runWith(text.formatted("No_Name"), with(swap, "apply"));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(run("get", "vs/reviews", "--api", api).code()).isZero();
        var missing =
                runWith(text.formatted("other"), with(swap, "apply", "--delete", "vs/nobody"));
        assertThat(missing.err()).contains("nobody is not there");
        assertThat(run("get", "se", "-o", "name", "--api", api).out()).doesNotContain("other");
        assertThat(runWith(text.formatted("other"), with(swap, "apply")).out())
                .isEqualTo(
                        """
                        serviceentry.networking.istio.io/other created
                        virtualservice.networking.istio.io "reviews" deleted
                        """);
        assertThat(run("get", "vs/reviews", "--api", api).code()).isEqualTo(1);
        assertThat(run("apply", "--api", api).code()).isEqualTo(2);
        assertThat(run("delete", "se/other", "--api", api).code()).isZero();
    }

    @Test
    void versionsAreListedComparedAndPutBack() {
        run("apply", "-f", sample("reviews-80-20.yaml"), "-m", "one in five", "--api", api);
        run("apply", "-f", sample("reviews-all-v1.yaml"), "--api", api);
        var history = run("history", "--limit", "2", "--api", api);
        assertThat(history.code()).isZero();
        assertThat(history.out())
                .contains("VERSION", "CHANGED")
                .containsPattern("local +created VirtualService default/reviews +one in five")
                .containsPattern("configured VirtualService default/reviews");
        assertThat(history.out().lines()).hasSize(3);
        assertThat(run("history", "-o", "json", "--api", api).out())
                .contains("\"message\": \"one in five\"");
        List<String> versions =
                history.out()
                        .lines()
                        .skip(1)
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .toList();
        var diff = run("diff", versions.get(1), "--api", api);
        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.out())
                .startsWith("--- virtualservice.networking.istio.io/default/reviews\n")
                .contains("-      weight: 80");
        assertThat(run("diff", versions.get(0), versions.get(0), "--api", api).code()).isZero();

        var dry = run("rollback", versions.get(1), "--dry-run", "--api", api);
        assertThat(dry.out()).contains("+      weight: 80", "reviews configured (dry run)");
        var back = run("rollback", versions.get(1), "-m", "back", "--api", api);
        assertThat(back.code()).isZero();
        assertThat(back.out()).contains("says what version", "reviews configured");
        assertThat(run("get", "vs/reviews", "-o", "yaml", "--api", api).out())
                .contains("weight: 80");
        var gone = run("rollback", "v4711", "--api", api);
        assertThat(gone.code()).isEqualTo(1);
        assertThat(gone.err()).contains("there is no version 4711 yet", "are kept");
        assertThat(run("diff", "yesterday", "--api", api).code()).isEqualTo(2);
        assertThat(run("delete", "vs/reviews", "--api", api).code()).isZero();
    }

    @Test
    void aChangeInStagesNeedsAProxyAndAPlanThatIsOne() {
        String sample = sample("reviews-80-20.yaml");
        var nobody = run("apply", "-f", sample, "--stages", "50%,100%", "--api", api);
        assertThat(nobody.code()).isEqualTo(1);
        assertThat(nobody.err()).contains("no proxy runs the version in force");
        var half = run("apply", "-f", sample, "--stages", "50%", "--api", api);
        assertThat(half.err())
                .contains("stages: 50% (expected: at most 20, the last of them 100%)");
        assertThat(run("apply", "-f", sample, "--hold", "1s", "--api", api).code()).isEqualTo(2);
        var none = run("stage", "--api", api);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("no change is on its way in stages");
        assertThat(run("stage", "abort", "--api", api).code()).isEqualTo(1);
        assertThat(run("get", "vs/reviews", "--api", api).code()).isEqualTo(1);
        var status = run("status", "--wait-s", "1", "--api", api);
        assertThat(status.code()).isZero();
        assertThat(status.out()).contains("applied by 0/0 proxies on version ", "0 errors");
    }
}

package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests that are written out of access logs pass for as long as the configuration does the same.
class RecordCommandTest {
    @TempDir Path directory = Path.of("");
    private PlannedShop shop = new PlannedShop(directory);

    @BeforeEach
    void open() throws IOException {
        shop = PlannedShop.in(directory);
    }

    private String recorded(String... more) throws IOException {
        var words = new ArrayList<>(List.of("verify", "--record"));
        words.addAll(List.of("--requests", shop.log(), "--config", shop.config()));
        words.addAll(List.of(more));
        var result = run(words.toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    @Test
    void whatIsRecordedPassesAndAChangeOfItDoesNot() throws IOException {
        String tests = shop.file("recorded.yaml", recorded());
        assertThat(Files.readString(Path.of(tests)))
                .contains("name: recorded-web", "app: web", "rule: VirtualService shop/reviews")
                .contains("- name: \"GET http://reviews:9080/reviews/1\"")
                .contains("subset: v2")
                .contains("timeout: 2s");
        var before = run("verify", tests, "--config", shop.config());
        assertThat(before.out()).contains("8 tests, 0 failed");

        shop.file("mesh/rules.yaml", PlannedShop.STEALING);
        var after = run("verify", tests, "--config", shop.config());
        assertThat(after.code()).isEqualTo(1);
        assertThat(after.out())
                .contains("8 tests, 3 failed")
                .contains("  FAIL  GET http://reviews:9080/reviews/beta/7\n")
                .contains("  ok    GET http://reviews:9080/reviews/1\n");
    }

    @Test
    void policiesAndAnswersOfTheProxyAreRecordedToo() throws IOException {
        shop.file(
                "mesh/closed.yaml",
                """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: closed, namespace: shop}
                spec:
                  selector: {matchLabels: {app: reviews}}
                  action: DENY
                  rules: [{to: [{operation: {paths: [/reviews/beta/*]}}]}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: gone, namespace: shop}
                spec:
                  hosts: [gone.example.com]
                  http:
                  - fault: {abort: {httpStatus: 503, percentage: {value: 50}}}
                    redirect: {uri: /elsewhere}
                """);
        String tests = shop.file("recorded.yaml", recorded());
        assertThat(Files.readString(Path.of(tests)))
                .contains("status: 403", "decision: deny", "ns[shop]-policy[closed]-rule[0]");
        assertThat(run("verify", tests, "--config", shop.config()).out())
                .contains("8 tests, 0 failed");
        Files.delete(Path.of(shop.config(), "closed.yaml"));
        assertThat(run("verify", tests, "--config", shop.config()).out())
                .contains("8 tests, 3 failed");
    }

    @Test
    void thoseThatWereMadeMostOftenAreWritten() throws IOException {
        var result =
                run(
                        "verify",
                        "--record",
                        "--most",
                        "5",
                        "--requests",
                        shop.log(),
                        "--config",
                        shop.config());
        assertThat(result.out()).doesNotContain("beta");
        assertThat(result.err())
                .contains("5 of 8 distinct requests are written, those that were made most often");
    }

    @Test
    void whatDoesNotGoTogetherIsSaid() throws IOException {
        assertThat(run("verify", "--record", "--config", shop.config()).err())
                .contains("there are no requests to record");
        assertThat(run("verify", "--requests", shop.log(), "--config", shop.config()).err())
                .contains("add --record");
        assertThat(run("verify", "--record", "--requests", shop.log()).err())
                .contains("name --config DIR or --api URL");
        var empty =
                run(
                        "verify",
                        "--record",
                        "--requests",
                        shop.file("empty.log", ""),
                        "--config",
                        shop.config());
        assertThat(empty.code()).isEqualTo(1);
        assertThat(empty.err()).contains("there is no request to make a test of", "logs are empty");
    }
}

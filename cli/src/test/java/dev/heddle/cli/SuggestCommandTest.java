package dev.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `heddle authz suggest` makes of a log, whose paths are written by callers.
class SuggestCommandTest {
    private static final String WEB = "spiffe://cluster.local/ns/default/sa/web";

    @TempDir Path directory = Path.of("");

    private static String line(String principal, String path, int code, String cluster) {
        return """
        {"source_principal": "%s", "method": "GET", "path": "%s", "response_code": %d,\
         "upstream_cluster": "%s"}
        """
                .formatted(principal, path, code, cluster);
    }

    private TestCommand suggest(String text) throws IOException {
        Path log = directory.resolve("log");
        Files.writeString(log, text);
        return TestCommand.run("authz", "suggest", "--for", "app=x", "--paths", log.toString());
    }

    @Test
    void whatWasAnsweredWellIsAllowed() throws Exception {
        var said =
                suggest(
                        line(WEB, "/a?secret=1", 200, "inbound|80||")
                                + line(WEB, "/tried", 404, "inbound|80||")
                                + line(WEB, "/out", 200, "outbound|80||x")
                                + line("-", "/plain", 200, "inbound|80||")
                                + line(WEB + "," + WEB, "/two", 200, "inbound|80||")
                                + "torn {\n");
        assertThat(said.code()).isZero();
        assertThat(said.out())
                .contains("istio.io/dry-run", "cluster.local/ns/default/sa/web", "/a", "app: x")
                .doesNotContain("secret", "tried", "/out", "plain", "two", "spiffe:");
        assertThat(said.err())
                .contains("     2 requests came without an identity: they WOULD BE DENIED")
                .contains("     1 requests were answered as mistakes")
                .contains("     1 requests are allowed");
    }

    @Test
    void aPathThatWouldBeAPatternAllowsNoMore() throws Exception {
        var said =
                suggest(
                        line(WEB, "/a", 200, "inbound|80||")
                                + line(WEB, "/*", 200, "inbound|80||"));
        assertThat(said.out()).contains("GET").doesNotContain("paths", "*");
    }

    @Test
    void aLogThatSaysNothingOfCallersIsAFailure() throws Exception {
        var said = suggest("[2026-11-29] \"GET / HTTP/1.1\" 200\n");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).contains("lines are no JSON", "%DOWNSTREAM_PEER_URI_SAN%");
    }
}

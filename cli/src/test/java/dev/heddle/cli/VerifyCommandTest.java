package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class VerifyCommandTest {
    private static final Path CASES =
            Repository.root().resolve("verify/src/test/resources/dev/heddle/verify");
    private static final String MESH = CASES.resolve("mesh").toString();
    private static final String TESTS = CASES.resolve("tests").toString();

    /// One that passes, and one that does not, the name of which is hard to write down in XML.
    private static final String FAILING =
            """
            apiVersion: heddle.dev/v1alpha1
            kind: MeshTest
            metadata: {name: some, namespace: shop}
            spec:
              from: {labels: {app: web}}
              tests:
              - name: the rest is for v1
                request: {url: "http://reviews:9080/"}
                expect: {destinations: [{host: reviews, subset: v1}]}
              - name: jason & <others> "get" v1
                request: {url: "http://reviews:9080/", headers: {end-user: jason}}
                expect:
                  destinations:
                  - {host: reviews, subset: v1}
            """;

    @TempDir Path directory = Path.of("");

    private String failing() throws Exception {
        return Files.writeString(directory.resolve("some.yaml"), FAILING).toString();
    }

    @Test
    void testsThatPassAreCounted() {
        var result = run("verify", TESTS, "--config", MESH);
        assertThat(result.out())
                .contains("reviews.yaml: MeshTest shop/reviews\n")
                .contains("  ok    jason gets the new version\n")
                .containsPattern("8 tests, 0 failed, in \\d+ ms\n$");
        assertThat(result.code()).isZero();
    }

    @Test
    void theSampleDoesWhatItsTestsSay() {
        Path sample = Repository.root().resolve("samples/bookinfo");
        var result =
                run(
                        "verify",
                        sample.resolve("tests").toString(),
                        "--config",
                        sample.resolve("config").toString());
        assertThat(result.out()).contains("3 tests, 0 failed");
        assertThat(result.code()).isZero();
    }

    @Test
    void testsMayLieAmongWhatTheyTest() {
        var result = run("verify", "--config", MESH, "--config", TESTS);
        assertThat(result.out()).contains("8 tests, 0 failed");
        assertThat(run("verify", MESH, TESTS).out()).contains("8 tests, 0 failed");
    }

    @Test
    void aFailureSaysWhatCameAndWhoDecided() throws Exception {
        var result = run("verify", failing(), "--config", MESH);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .contains("  ok    the rest is for v1\n  FAIL  jason & <others> \"get\" v1\n")
                .contains(
                        """
                                destinations   100 % to reviews.shop.svc.cluster.local subset v2 port 9080
                                  expected     reviews subset v1
                        """)
                .containsPattern("          at           .*some.yaml:13\n")
                .containsPattern("        decided by     .*routes.yaml:\\d+ VirtualService")
                .contains("yes route jason: all conditions hold")
                .contains("2 tests, 1 failed");
    }

    @Test
    void testsAreChosenByName() throws Exception {
        assertThat(run("verify", failing(), "--config", MESH, "--run", "rest").out())
                .contains("1 test, 0 failed");
        var none = run("verify", failing(), "--config", MESH, "--run", "^x");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("--run: no test has a name that matches '^x'");
        var bad = run("verify", failing(), "--config", MESH, "--run", "(");
        assertThat(bad.code()).isEqualTo(2);
        assertThat(bad.err()).contains("--run: '(' is no regular expression");
    }

    @Test
    void programsReadJson() throws Exception {
        var result = run("verify", failing(), "--config", MESH, "-o", "json");
        var root = (Node.Mapping) Json.parse(result.out());
        assertThat(root.get("passed").map(VerifyCommandTest::text)).contains("1");
        assertThat(root.get("failed").map(VerifyCommandTest::text)).contains("1");
        var tests = ((Node.Sequence) root.get("tests").orElseThrow()).items();
        var failed = (Node.Mapping) tests.get(1);
        assertThat(failed.get("passed").map(VerifyCommandTest::text)).contains("false");
        var mismatch =
                (Node.Mapping)
                        ((Node.Sequence) failed.get("mismatches").orElseThrow()).items().getFirst();
        assertThat(mismatch.get("field").map(VerifyCommandTest::text)).contains("destinations");
        var origin = (Node.Mapping) mismatch.get("origin").orElseThrow();
        assertThat(origin.get("line").map(VerifyCommandTest::text)).contains("13");
        assertThat(result.code()).isEqualTo(1);
    }

    private static String text(Node node) {
        return Json.pretty(node).strip().replace("\"", "");
    }

    @Test
    void collectorsReadJunitsXml() throws Exception {
        var result = run("verify", failing(), "--config", MESH, "-o", "junit");
        Document xml =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(
                                new ByteArrayInputStream(
                                        result.out().getBytes(StandardCharsets.UTF_8)));
        Element suite = (Element) xml.getElementsByTagName("testsuite").item(0);
        assertThat(suite.getAttribute("tests")).isEqualTo("2");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        Element failed = (Element) xml.getElementsByTagName("testcase").item(1);
        assertThat(failed.getAttribute("name")).isEqualTo("jason & <others> \"get\" v1");
        assertThat(failed.getElementsByTagName("failure").item(0).getTextContent())
                .contains("expected     reviews subset v1");
        assertThat(result.code()).isEqualTo(1);
    }

    @Test
    void whatIsWrongWithATestIsSaidAtItsLineAndFails() {
        var result = runWith(FAILING.replace("subset: v1", "subset: v1, wieght: 3"), "verify", "-");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .contains("stdin:9:57: error HED0004 MeshTest shop/some")
                .contains("unknown field 'wieght'. Did you mean 'weight'?")
                .contains("0 tests, 0 failed; the files have errors");
        assertThat(
                        runWith(
                                        FAILING.replace("name: the", "nam: the"),
                                        "verify",
                                        "-",
                                        "-o",
                                        "junit")
                                .out())
                .contains("<error message=\"stdin:7:5: error HED0006");
    }

    @Test
    void whatIsWrongWithTheConfigurationFailsTestsThatPass() throws Exception {
        String broken =
                Files.writeString(
                                directory.resolve("broken.yaml"),
                                """
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: audit, namespace: shop}
                                spec: {hosts: [audit], htp: []}
                                """)
                        .toString();
        var result = run("verify", TESTS, "--config", MESH, "--config", broken);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .contains("broken.yaml:4:24: error HED0004 VirtualService shop/audit")
                .contains("8 tests, 0 failed; the files have errors");
    }

    @Test
    void simulationsAreRunAndMeasured() {
        String sim = CASES.resolve("sim").toString();
        var result = run("verify", sim, "--run", "retries|five times");
        assertThat(result.out())
                .contains("  ok    with retries nobody notices\n", "2 tests, 0 failed");
        assertThat(result.err()).isEmpty();
        var json =
                (Node.Mapping) Json.parse(run("verify", sim, "--run", "five", "-o", "json").out());
        var test =
                (Node.Mapping) ((Node.Sequence) json.get("tests").orElseThrow()).items().getFirst();
        var measured = (Node.Mapping) test.get("measured").orElseThrow();
        assertThat(measured.get("requests").map(VerifyCommandTest::text)).contains("1500");
        assertThat(text(measured.get("ejected").orElseThrow())).contains("b");
    }

    @Test
    void withoutTestsNothingPasses() {
        var none = run("verify", "--config", MESH);
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("there is no MeshTest in what was named");
        assertThat(run("verify").code()).isEqualTo(2);
        assertThat(run("verify", "nowhere").err()).contains("nowhere: there is no such file");
    }
}

package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.world.DurableFile;
import dev.heddle.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands against a control plane of this process.
///
/// This file is long because every command that asks a running mesh is asked here.
class OnlineCommandsTest {
    private static final Path BOOKINFO = TestMesh.BOOKINFO;

    @TempDir Path directory = Path.of("");
    private TestMesh mesh;
    private String api = "";

    @BeforeEach
    void start() throws Exception {
        mesh = TestMesh.start(directory);
        api = mesh.api();
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    private static String sample(String name) {
        return BOOKINFO.resolve("try").resolve(name).toString();
    }

    @Test
    void whatIsAppliedIsShownAndCanBeTakenBack() {
        var created = run("apply", "-f", sample("reviews-80-20.yaml"), "--api", api);
        assertThat(created.out()).isEqualTo("virtualservice.networking.istio.io/reviews created\n");
        assertThat(created.code()).isZero();
        assertThat(run("apply", "-f", sample("reviews-80-20.yaml"), "--api", api).out())
                .endsWith("unchanged\n");
        assertThat(run("get", "vs", "--api", api).out())
                .contains("NAME", "GATEWAYS", "HOSTS")
                .containsPattern("reviews +\\[\"reviews\"] +0 ");
        assertThat(run("get", "vs/reviews", "-o", "yaml", "--api", api).out())
                .contains("kind: VirtualService", "weight: 80");
        assertThat(run("delete", "vs/reviews", "--api", api).out())
                .isEqualTo("virtualservice.networking.istio.io \"reviews\" deleted\n");
        assertThat(run("get", "vs/reviews", "--api", api).code()).isEqualTo(1);
    }

    @Test
    void aRunningMeshIsExplainedByTheLinesOfItsFiles() {
        run("apply", "-f", sample("reviews-jason.yaml"), "--api", api);
        var result =
                run(
                        "explain",
                        "--api",
                        api,
                        "--from",
                        "app=productpage",
                        "--request",
                        "GET http://reviews:9080/",
                        "-H",
                        "end-user: jason");
        assertThat(result.out())
                .contains("subset v2")
                .containsPattern(
                        "decided by +.*/config/applied/virtualservices.networking.istio.io/default/"
                                + "reviews.yaml:\\d+ VirtualService default/reviews spec.http\\[0]")
                .doesNotContain("<mesh>");
        assertThat(result.code()).isZero();
        var both = run("explain", "--api", api, "--config", ".", "--from", "a=b", "--request", "/");
        assertThat(both.err()).contains("--config and --api exclude each other");
    }

    @Test
    void testsAreNotAppliedAndThatIsSaid() throws Exception {
        String tests = BOOKINFO.resolve("tests/gateway.yaml").toString();
        var alone = run("apply", "-f", tests, "--api", api);
        assertThat(alone.code()).isZero();
        assertThat(alone.out()).startsWith("meshtest.heddle.dev/gateway ignored\n");
        assertThat(alone.err())
                .contains("gateway.yaml:3:1: info HED0008 MeshTest default/gateway: ignored");

        Path both = directory.resolve("both.yaml");
        Files.writeString(
                both,
                Files.readString(Path.of(sample("reviews-80-20.yaml")))
                        + "---\n"
                        + Files.readString(Path.of(tests)));
        var beside = run("apply", "-f", both.toString(), "--api", api);
        assertThat(beside.code()).isZero();
        assertThat(beside.out())
                .contains("meshtest.heddle.dev/reviews ignored\n")
                .endsWith("virtualservice.networking.istio.io/reviews created\n");
        assertThat(run("get", "meshtests", "--api", api).out()).doesNotContain("gateway");
    }

    @Test
    void theMeshIsAnalyzedAsItIsAndAsFilesWouldMakeIt() {
        var asItIs = run("analyze", "--api", api);
        assertThat(asItIs.out()).containsPattern("nothing wrong in \\d+ resources of the mesh");
        assertThat(asItIs.code()).isZero();

        var asItWould = run("analyze", "--api", api, sample("mistakes.yaml"));
        assertThat(asItWould.out())
                .contains("mistakes.yaml:14:13: error IST0101 VirtualService default/reviews")
                .contains("reviews.default.svc.cluster.local has no subset 'v9'")
                .contains("of 1 file and the mesh");
        assertThat(asItWould.code()).isEqualTo(1);
        assertThat(run("get", "vs/reviews", "--api", api).code())
                .as("nothing was applied")
                .isEqualTo(1);

        assertThat(run("apply", "-f", sample("reviews-80-20.yaml"), "--api", api).code()).isZero();
        var replaced = run("analyze", "--api", api, sample("reviews-80-20.yaml"));
        assertThat(replaced.out()).doesNotContain("HED0009").contains("nothing wrong in");
    }

    @Test
    void aChangeIsPlannedForTheMeshAndNotMade() throws Exception {
        Path log =
                Files.writeString(
                        directory.resolve("page.log"),
                        "[2026-11-30T10:00:00.000Z] \"GET /reviews/0 HTTP/1.1\" 200 - 0 295 12 11"
                                + " \"-\" \"curl\" \"4d2b\" \"reviews:9080\" \"10.0.0.1:9080\"\n");
        String change = sample("reviews-80-20.yaml");
        var plan = run("plan", "-f", change, "--requests", "app=productpage@" + log, "--api", api);
        assertThat(plan.out())
                .contains("added     VirtualService default/reviews")
                .contains("1 × GET http://reviews:9080/reviews/0  from app=productpage")
                .containsPattern("route +now +'default' +# .*services.yaml:\\d+ Service")
                .containsPattern("then +'default' +# .*reviews-80-20.yaml:\\d+ VirtualService")
                .containsPattern(
                        "destination +now +100 % to reviews.default.svc.cluster.local:9080")
                .contains("failed: 100 % change in anything");
        assertThat(plan.code()).isEqualTo(3);
        assertThat(run("get", "vs/reviews", "--api", api).code())
                .as("nothing is made")
                .isEqualTo(1);

        assertThat(run("apply", "-f", change, "--api", api).code()).isZero();
        var gone = run("plan", "--delete", "vs/reviews", "--api", api);
        assertThat(gone.out())
                .contains("removed   VirtualService default/reviews")
                .contains("proxies: 0 of 1 would be given something else")
                .contains("0 of them are connected; 0 others");
        assertThat(gone.code()).isZero();
    }

    @Test
    void otherTrustDomainsAreListedWithWhereTheirRootsAreFrom() throws Exception {
        assertThat(run("ca", "federation", "--api", api))
                .matches(result -> result.code() == 0)
                .extracting(TestCommand::out)
                .asString()
                .startsWith("TRUST DOMAIN ");
        Path file = directory.resolve("partner.yaml");
        Files.writeString(
                file,
                """
                apiVersion: spire.spiffe.io/v1alpha1
                kind: ClusterFederatedTrustDomain
                metadata: {name: partner}
                spec:
                  trustDomain: partner.example
                  bundleEndpointURL: https://127.0.0.1:1/
                  bundleEndpointProfile: {type: https_web}
                """);
        assertThat(run("apply", "-f", file.toString(), "--api", api).code()).isZero();
        // Nobody there is believed, and nobody asks this machine itself.
        long until = System.nanoTime() + 30_000_000_000L;
        while (!run("ca", "federation", "--api", api).out().contains("is not called")
                && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(run("ca", "federation", "--api", api))
                .matches(result -> result.code() == 1)
                .extracting(TestCommand::out)
                .asString()
                .containsPattern("partner.example +- +0 +- +- +https://127.0.0.1:1/ https_web ");
        assertThat(run("get", "findings", "--api", api).out())
                .contains("whom 'partner.example' believes cannot be read");
    }

    @Test
    void anAccountMayWhatItsRolesSay() throws Exception {
        assertThat(run("user", "add", "anna", "--role", "viewer:default", "--api", api).out())
                .isEqualTo("anna has viewer:default\n");
        var made = run("user", "token", "anna", "--label", "laptop", "--api", api);
        Path token = directory.resolve("anna.token");
        DurableFile.write(token, made.out());
        String[] asAnna = {"--api", api, "--token-file", token.toString()};
        assertThat(run(with(asAnna, "get", "services")).out()).contains("reviews");
        String sample = sample("reviews-80-20.yaml");
        var refused = run(with(asAnna, "apply", "-f", sample));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("'anna' may not do this: it needs the role operator in some namespace");
        assertThat(run("user", "list", "--api", api).out())
                .containsPattern("anna +no +viewer:default");
        String tokens = run("user", "tokens", "--api", api).out();
        assertThat(tokens).containsPattern("anna +.*laptop");
        String id = made.out().split("\\.", -1)[1];
        assertThat(run("user", "revoke", id, "--api", api).code()).isZero();
        assertThat(run(with(asAnna, "get", "vs")).err()).contains("was taken back");
        assertThat(run("user", "remove", "anna", "--api", api).code()).isZero();
    }

    @Test
    void whoSignsInIsKnownUntilHeSignsOut() throws Exception {
        String password = "correct horse battery";
        String[] add = {"user", "add", "ben", "--role", "viewer", "--password-stdin"};
        assertThat(runWith(password + "\n", with(new String[] {"--api", api}, add)).code())
                .isZero();
        assertThat(runWith("wrong\n", "user", "login", "ben", "--api", api).err())
                .contains("name or password is wrong");
        assertThat(runWith(password + "\n", "user", "login", "ben", "--api", api).out())
                .isEqualTo("signed in as ben at " + api + "\n");
        assertThat(run("user", "list", "--api", api).err()).contains("'ben' may not do this");
        assertThat(run("dashboard", "--api", api).out()).startsWith(api + "/#token=heddle-api.");
        assertThat(run("user", "logout", "--api", api).code()).isZero();
        assertThat(run("user", "list", "--api", api).out()).contains("ben");
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(more), Stream.of(some)).toArray(String[]::new);
    }

    @Test
    void anIngressIsShownWithWhereItsGatewaysAre() throws Exception {
        Path file = directory.resolve("ingress.yaml");
        Files.writeString(
                file,
                """
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata:
                  name: shop
                  annotations: {kubernetes.io/ingress.class: istio}
                spec:
                  rules:
                  - host: shop.example.com
                    http:
                      paths:
                      - path: /
                        pathType: Prefix
                        backend: {service: {name: reviews, port: {number: 9080}}}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: edge, namespace: istio-system}
                spec:
                  selector: {istio: ingressgateway, app: edge}
                  clusterIP: 10.9.0.7
                  ports: [{port: 80}]
                """);

        assertThat(run("apply", "-f", file.toString(), "--api", api).code()).isZero();
        assertThat(run("get", "ing", "--api", api).out())
                .containsPattern("shop +.*shop.example.com +10.9.0.7");
        assertThat(run("get", "ing/shop", "-o", "yaml", "--api", api).out())
                .containsPattern("status:\\s+loadBalancer:\\s+ingress:\\s+- ip: \"?10.9.0.7");
    }

    @Test
    void whatBecomesOfAGatewayIsShownBesideWhatItAsksFor() throws Exception {
        Path file = directory.resolve("edge.yaml");
        Files.writeString(
                file,
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: heddle
                  listeners: [{name: http, port: 8088, protocol: HTTP}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: shop}
                spec:
                  parentRefs: [{name: edge}]
                  hostnames: [shop.example.com]
                  rules: [{backendRefs: [{name: nobody, port: 80}]}]
                """);

        assertThat(run("apply", "-f", file.toString(), "--api", api).code()).isZero();
        assertThat(run("get", "gtw", "--api", api).out())
                .contains("CLASS", "PROGRAMMED")
                .containsPattern("edge +heddle +True");
        assertThat(run("get", "gtw/edge", "-o", "yaml", "--api", api).out())
                .contains("status:", "attachedRoutes: 1", "observedGeneration: 1");
        assertThat(run("get", "httproute", "--api", api).out())
                .containsPattern("shop +.*shop.example.com.* +True +False");
        assertThat(run("get", "httproute/shop", "-o", "json", "--api", api).out())
                .contains("\"reason\": \"BackendNotFound\"");
        assertThat(run("get", "gw", "--api", api).out()).doesNotContain("edge");

        Files.writeString(file, Files.readString(file).replace("8088", "8089"));
        assertThat(run("apply", "-f", file.toString(), "--api", api).code()).isZero();
        assertThat(run("get", "gtw/edge", "-o", "yaml", "--api", api).out())
                .contains("observedGeneration: 2")
                .doesNotContain("observedGeneration: 1");
        assertThat(run("delete", "gtw/edge", "--api", api).code()).isZero();
    }

    @Test
    void aFileWithAnErrorIsRefusedAsAWholeWithItsFindings() {
        var refused = run("apply", "-f", sample("mistakes.yaml"), "--api", api);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("mistakes.yaml:29:7: error HED0004")
                .contains("nothing was applied");
        assertThat(run("get", "vs", "-o", "name", "--api", api).out())
                .isEqualTo("virtualservice.networking.istio.io/bookinfo\n");
    }

    @Test
    void whatWasDoneIsOneDocumentForPrograms() {
        var created = run("apply", "-f", sample("reviews-80-20.yaml"), "-o", "json", "--api", api);
        assertThat(created.out())
                .startsWith("{\n  \"dryRun\": false")
                .contains("\"name\": \"reviews\"", "\"result\": \"created\"", "\"refused\": []");
        var refused =
                run(
                        "apply",
                        "-f",
                        sample("reviews-80-20.yaml"),
                        "-f",
                        sample("mistakes.yaml"),
                        "-o",
                        "yaml",
                        "--api",
                        api);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out())
                .contains("resources: []", "code: HED0004")
                .contains("refused:\n- what: \"nothing was applied");
        assertThat(run("delete", "vs/reviews", "-o", "name", "--api", api).out())
                .isEqualTo("virtualservice.networking.istio.io/reviews\n");
    }

    @Test
    void whatIsNotThereCannotBeDeletedAndTheNextStepIsACommand() {
        var result = run("delete", "vs", "nobody", "-n", "other", "--api", api);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("\"nobody\" is not there, in the namespace other")
                .contains("./heddle get virtualservices -A");
    }

    @Test
    void aFileThatCannotBeReadDeletesNothing() {
        var result = runWith("kind: [\n", "delete", "-f", "-", "--api", api);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("stdin:1:1: error HED0001")
                .contains("stdin could not be read as a whole")
                .doesNotContain("nothing to delete");
    }

    @Test
    void whatIsInAFileOfTheUsersOwnIsNotDeletedButNamed() {
        var result = run("delete", "vs/bookinfo", "--api", api);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("03-bookinfo.yaml:3").contains("Remove it");
    }

    @Test
    void nothingToApplyIsSaid() throws Exception {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        var result = run("apply", "-f", empty.toString(), "--api", api);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(empty + " holds no configuration");
        var blank = runWith("# nothing\n", "apply", "-f", "-", "--api", api);
        assertThat(blank.code()).isEqualTo(1);
        assertThat(blank.err()).contains("there is no resource in it (stdin)");
    }

    @Test
    void findingsOfTheMeshMakeTheExitCode() throws Exception {
        assertThat(run("get", "findings", "--api", api).code()).isZero();
        Files.copy(
                BOOKINFO.resolve("try/mistakes.yaml"), directory.resolve("config/mistakes.yaml"));
        long until = System.nanoTime() + 10_000_000_000L;
        while (run("get", "findings", "--api", api).code() == 0 && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        var found = run("get", "findings", "--api", api);
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).contains("mistakes.yaml:29:7: error HED0004");
        assertThat(run("get", "findings", "-o", "yaml", "--api", api).out())
                .contains("code: HED0004");
        assertThat(run("get", "findings", "-o", "name", "--api", api).code()).isEqualTo(2);
        assertThat(run("get", "vs", "--api", api).code()).isZero();
    }

    @Test
    void aDryRunChangesNothing() {
        var dry = run("apply", "-f", sample("reviews-all-v1.yaml"), "--dry-run", "--api", api);
        assertThat(dry.out()).endsWith("created (dry run)\n");
        assertThat(run("get", "vs/reviews", "--api", api).code()).isEqualTo(1);
    }

    @Test
    void severalKindsAreShownOneAfterTheOther() {
        assertThat(run("get", "vs,dr", "-A", "--api", api).out())
                .contains("virtualservice.networking.istio.io/bookinfo")
                .contains("destinationrule.networking.istio.io/reviews");
        assertThat(run("get", "dr", "reviews", "-o", "wide", "--api", api).out())
                .contains("SUBSETS")
                .contains("v1, v2, v3");
    }

    @Test
    void everythingAsJsonIsAList() {
        assertThat(run("get", "-o", "json", "--api", api).out())
                .contains("\"kind\": \"List\"", "\"kind\": \"Gateway\"");
        assertThat(run("get", "all", "-o", "json", "--api", api).out())
                .isEqualTo(run("get", "-o", "json", "--api", api).out());
        assertThat(run("get", "findings", "--api", api).out()).isEqualTo("nothing wrong\n");
    }

    @Test
    void rulesThatNoProxyHasAreToldFromRulesThatNobodyHits() {
        assertThat(run("get", "rules", "-A", "--api", api).out())
                .contains("NAMESPACE", "RULE", "LAST HIT", "USE")
                .containsPattern(
                        "default +bookinfo +spec.http\\[0].match\\[0] +0 +never +\\d+s +0/0 +in no"
                                + " proxy +.*03-bookinfo.yaml:");
        assertThat(run("get", "rules", "nobody", "--api", api).out().lines()).hasSize(1);
        assertThat(run("get", "rules", "-o", "json", "--api", api).out())
                .contains("\"use\": \"nowhere\"", "\"hits\": 0", "\"silent\": []");
        assertThat(run("get", "rules", "-o", "yaml", "--api", api).out()).contains("use: nowhere");
        assertThat(run("get", "rules", "-o", "name", "--api", api).code()).isEqualTo(2);
        assertThat(run("get", "vs", "-o", "wide", "--api", api).out())
                .contains("ROUTES", "HITS", "LAST HIT", "RULES", "in no proxy")
                .containsPattern(
                        "03-bookinfo.yaml:\\d+ VirtualService default/bookinfo spec.http\\[0].*: in"
                                + " no connected proxy, so nothing can hit it");
        assertThat(run("get", "vs", "--api", api).out()).doesNotContain("HITS", "in no connected");
    }

    @Test
    void certificatesAreShownWithTheirEndsAndUsersAndNoKey() throws Exception {
        Path secrets =
                goldenInput(
                        "secrets.yaml",
                        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: broken");
        assertThat(run("apply", "-f", secrets.toString(), "--api", api).code()).isZero();
        assertThat(run("get", "certs", "shop", "--api", api).out())
                .containsPattern("tls.crt .* -\\n");
        Path gateway = goldenInput("gateway.yaml", "    - port: {number: 8443, name: missing");
        assertThat(run("apply", "-f", gateway.toString(), "--api", api).code()).isZero();
        assertThat(run("get", "certs", "--api", api).out())
                .startsWith("NAME ")
                .containsPattern(
                        "shop +tls.crt +shop.example.com,admin.example.com,\\*.guests.example.com"
                                + " +CN=case ca +2120-01-01T00:00:00Z +\\d+d +Gateway default/shop shop"
                                + " \\(\\S+:\\d+\\), Gateway default/shop guests \\(\\S+:\\d+\\)\\n")
                .containsPattern("admin-cacert +cacert +- ")
                .doesNotContain("SUBJECT", "IDENTITY");
        assertThat(run("get", "certificates", "-A", "-o", "wide", "--api", api).out())
                .startsWith("NAMESPACE ")
                .containsPattern("CN=shop +2020-01-01T00:00:00Z +- +\\S+:\\d+ +Gateway");
        assertThat(run("get", "certs", "nobody", "--api", api).out().lines()).hasSize(1);
        assertThat(run("get", "certs", "-o", "json", "--api", api).out())
                .contains("\"validity\": \"valid\"", "\"listener\": \"guests\"")
                .doesNotContain("BEGIN", "PRIVATE");
        assertThat(run("get", "certs", "-o", "yaml", "--api", api).out())
                .contains("validity: valid");
        assertThat(run("get", "certs", "-o", "name", "--api", api).code()).isEqualTo(2);
    }

    /// A file of the golden case of gateways with TLS, up to what is wrong in it.
    private Path goldenInput(String name, String until) throws Exception {
        Path input = Repository.root().resolve("golden/gateway-tls/input").resolve(name);
        Path file = directory.resolve(name);
        Files.writeString(file, Files.readString(input).split(Pattern.quote(until), 2)[0]);
        return file;
    }

    @Test
    void aMeshWithoutProxiesSaysSo() {
        var status = run("proxy-status", "--api", api);
        assertThat(status.code()).isZero();
        assertThat(status.out()).contains("applied by 0/0 proxies on version 1");
        var config = run("proxy-config", "routes", "nobody", "--api", api);
        assertThat(config.code()).isEqualTo(1);
        assertThat(config.err())
                .contains("no such proxy is connected: 'nobody'")
                .contains("./heddle proxy-status");
    }

    @Test
    void aKindThatIsNotKnownIsAUsageErrorThatNamesTheKinds() {
        var result = run("get", "virtualthings", "--api", api);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("virtualservices (vs)");
    }

    @Test
    void withoutAControlPlaneTheNextStepIsNamed() {
        var result = run("get", "vs", "--api", "http://127.0.0.1:1");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("no control plane answers at http://127.0.0.1:1")
                .contains("HEDDLE_API");
        assertThat(run("get", "vs", "--api", "https://no.such.host.invalid").err())
                .contains("there is no such host");
    }
}

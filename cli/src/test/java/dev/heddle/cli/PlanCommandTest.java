package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    @TempDir Path directory = Path.of("");
    private PlannedShop shop = new PlannedShop(directory);

    @BeforeEach
    void open() throws IOException {
        shop = PlannedShop.in(directory);
    }

    @Test
    void aRuleThatStealsThreeInAHundredIsNamedWithTheVeryRequests() throws IOException {
        var plan =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("change.yaml", PlannedShop.STEALING),
                        "--requests",
                        shop.log());
        assertThat(plan.err()).isEmpty();
        assertThat(plan.out())
                .contains("changed   VirtualService shop/reviews")
                .contains("changed   RDS 9080, for reviews-v1.shop, reviews-v2.shop, web-v1.shop")
                .contains("requests: 100 replayed, 8 distinct, of 100 lines")
                .contains("3 of 100 (3 %) would be treated otherwise")
                .containsPattern(
                        "reviews.shop.svc.cluster.local +100 +3 +3 % +"
                                + "route 3, destination 3, timeout 3")
                .containsPattern("reviews.shop.svc.cluster.local v1:9080 +97 +100\n")
                .containsPattern("reviews.shop.svc.cluster.local v2:9080 +3 +0\n")
                .containsPattern("route +now +'beta' +# .*rules.yaml:8 VirtualService shop/reviews")
                .containsPattern("then +'all' +# .*change.yaml:8 VirtualService shop/reviews")
                .containsPattern("timeout +now +2s")
                .contains("1 × GET http://reviews:9080/reviews/beta/7  from app=web")
                .contains("web.log:7\n", "web.log:47\n", "web.log:87\n")
                .contains("all 100 requests went as it says")
                .contains("failed: 3 % change in anything (allowed: 0 %)");
        assertThat(plan.code()).isEqualTo(3);
    }

    @Test
    void whoWouldBeClosedOutIsTold() throws IOException {
        String strict =
                """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: strict, namespace: shop}
                spec: {mtls: {mode: STRICT}}
                """;
        assertThat(changed(strict))
                .contains("answer 100\n")
                .contains("then  at reviews.shop.svc.cluster.local: NR the connection is closed");
    }

    @Test
    void theHelpSaysWhatThereIs() {
        var help = run("plan", "--help");
        assertThat(help.out()).contains("denied, allowed, policy", "--max-changed 0.5%\n");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void thresholdsSayWhatFails() throws IOException {
        String change = shop.file("change.yaml", PlannedShop.STEALING);
        String log = shop.log();
        for (List<String> fine :
                List.of(
                        List.of("--max-changed", "3%"),
                        List.of("--fail-on", "denied,retries"),
                        List.of("--fail-on", "route", "--max-changed", "5"))) {
            var arguments =
                    new ArrayList<>(
                            List.of(
                                    "plan",
                                    "--config",
                                    shop.config(),
                                    "-f",
                                    change,
                                    "--requests",
                                    log));
            arguments.addAll(fine);
            assertThat(run(arguments.toArray(String[]::new)))
                    .as(fine.toString())
                    .matches(it -> it.code() == 0 && it.out().contains("\npassed: "));
        }
        assertThat(
                        run(
                                "plan",
                                "--config",
                                shop.config(),
                                "-f",
                                shop.file("same.yaml", PlannedShop.RULES),
                                "--requests",
                                log))
                .matches(it -> it.code() == 0)
                .extracting(TestCommand::out)
                .asString()
                .contains("unchanged VirtualService shop/reviews", "0 of 100 (0 %) would be")
                .contains("proxies: 0 of 3 would be given something else", "moved     RDS 9080");
    }

    @Test
    void aSmallShareIsComparedAsAShare() throws IOException {
        String split =
                PlannedShop.RULES.replace(
                        "route: [{destination: {host: reviews, subset: v1}}]",
                        "route: [{destination: {host: reviews, subset: v1}, weight: 95},"
                                + " {destination: {host: reviews, subset: v2}, weight: 5}]");
        String change = shop.file("change.yaml", split);
        var plan = run("plan", "--config", shop.config(), "-f", change, "--requests", shop.log());
        assertThat(plan.out())
                .contains("4.9 of 100 (4.85 %) would be treated otherwise")
                .contains("97 requests to reviews.shop.svc.cluster.local, of which 4.9 change")
                .contains("now   100 % to reviews.shop.svc.cluster.local v1:9080")
                .contains("then  95 % to reviews.shop.svc.cluster.local v1:9080")
                .contains("5 % to reviews.shop.svc.cluster.local v2:9080");
        assertThat(plan.code()).isEqualTo(3);
        assertThat(
                        run(
                                        "plan",
                                        "--config",
                                        shop.config(),
                                        "-f",
                                        change,
                                        "--requests",
                                        shop.log(),
                                        "--max-changed",
                                        "4.85%")
                                .code())
                .isZero();
    }

    @Test
    void whoWouldBeDeniedIsNamedWithThePolicy() throws IOException {
        String policy =
                """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: no-beta, namespace: shop}
                spec:
                  selector: {matchLabels: {app: reviews}}
                  action: DENY
                  rules: [{to: [{operation: {paths: ["/reviews/beta/*"]}}]}]
                """;
        var plan =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("policy.yaml", policy),
                        "--requests",
                        shop.log(),
                        "--fail-on",
                        "denied");
        assertThat(plan.out())
                .contains("added     AuthorizationPolicy shop/no-beta")
                .containsPattern("100 +3 +3 % +denied 3\n")
                .containsPattern(
                        "denied +now +nothing\n +then +at reviews.shop.svc.cluster.local: refused by"
                                + " ns\\[shop\\]-policy\\[no-beta\\]-rule\\[0\\] +# .*policy.yaml:7")
                .contains("web.log:47")
                .contains("failed: 3 % change in denied");
        assertThat(plan.code()).isEqualTo(3);
        shop.file("mesh/policy.yaml", policy);
        var gone =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "--delete",
                        "authorizationpolicy/no-beta",
                        "-n",
                        "shop",
                        "--requests",
                        shop.log());
        assertThat(gone.out())
                .contains("removed   AuthorizationPolicy shop/no-beta", "allowed 3")
                .contains("3 of 100 requests went otherwise than it says")
                .contains(
                        "v2|reviews.shop.svc.cluster.local, 200; the configuration: 403, by a policy");
    }

    private String changed(String rules) throws IOException {
        return run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("change.yaml", rules),
                        "--requests",
                        shop.log())
                .out();
    }

    @Test
    void aRuleThatMovesOrIsEditedIsTheSameRule() throws IOException {
        String first =
                """
                  http:
                  - name: new
                    match: [{uri: {prefix: /other}}]
                    route: [{destination: {host: web}}]
                """;
        assertThat(changed(PlannedShop.RULES.replace("  http:\n", first)))
                .contains("changed   RDS 9080", "0 of 100 (0 %) would be treated otherwise");
        assertThat(changed(PlannedShop.RULES.replace("{prefix: /reviews}", "{prefix: /rev}")))
                .contains("0 of 100 (0 %) would be treated otherwise");
        assertThat(
                        changed(
                                PlannedShop.RULES.replace(
                                        "timeout: 2s",
                                        "timeout: 3s, retries: {attempts: 7}"
                                                .replace(", ", "\n    "))))
                .contains("3 of 100 (3 %) would be", "timeout 3, retries 3\n")
                .containsPattern("timeout +now +2s +#.*\n +then +3s")
                .containsPattern("retries +now +2 retries on .*\n +then +7 retries on");
    }

    @Test
    void answersFaultsHeadersCopiesAndLimitsAreTold() throws IOException {
        assertThat(
                        changed(
                                PlannedShop.RULES.replace(
                                        "    timeout: 2s",
                                        """
                                            timeout: 2s
                                            fault: {delay: {fixedDelay: 5s, percentage: {value: 10}}}
                                            headers: {request: {set: {x-beta: "1"}}}
                                            mirror: {host: web}
                                            rewrite: {uri: /new}
                                        """)))
                .contains("fault 3, headers 3, mirrors 3, rewrite 3\n")
                .containsPattern("fault +now +nothing\n +then +fault: 10 % of requests wait 5s")
                .containsPattern("headers +now +nothing\n +then +request: set x-beta: 1")
                .containsPattern("mirrors +now +nothing\n +then +100 % to web.shop.svc");
        assertThat(
                        changed(
                                PlannedShop.RULES.replace(
                                        "route: [{destination: {host: reviews, subset: v2}}]\n    timeout: 2s",
                                        "directResponse: {status: 410, body: {string: gone}}")))
                .containsPattern("answer +now +100 % to reviews.shop.svc.cluster.local v2:9080")
                .containsPattern("then +410 +gone");
        String pool =
                PlannedShop.MESH.substring(PlannedShop.MESH.lastIndexOf("---\n") + 4)
                        + "  trafficPolicy: {connectionPool: {http: {http2MaxRequests: 3}}}\n";
        assertThat(changed(pool))
                .contains("100 of 100 (100 %) would be treated otherwise", "connection 100\n")
                .containsPattern("connection +now .*\n +then .*3.*DestinationRule shop/reviews");
    }

    private String wrong(String change, String... more) throws IOException {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "plan",
                                "--config",
                                shop.config(),
                                "-f",
                                change,
                                "--requests",
                                shop.log()));
        arguments.addAll(List.of(more));
        var plan = run(arguments.toArray(String[]::new));
        assertThat(plan.code()).isEqualTo(2);
        return plan.err();
    }

    @Test
    void wrongCallsSayWhatIsWrong() throws IOException {
        String change = shop.file("change.yaml", PlannedShop.RULES);
        assertThat(run("plan", "--config", shop.config()))
                .matches(it -> it.code() == 2 && it.err().contains("there is no change to plan"));
        assertThat(run("plan", "--config", shop.config(), "--api", "http://a", "-f", change).err())
                .contains("--config and --api exclude each other");
        assertThat(run("plan", "--config", shop.config(), "-f", change, "--from", "app=web").err())
                .contains("are about requests");
        assertThat(wrong(change, "--max-changed", "many")).contains("expected: a percentage");
        assertThat(wrong(change, "--fail-on", "colour"))
                .contains("--fail-on: 'colour' (expected: ");
        assertThat(wrong(change, "--requests", "none.log")).contains("none.log cannot be read");
        assertThat(run("plan", "--config", shop.config(), "--delete", "vs/none").err())
                .contains("\"none\" is not there");
        assertThat(run("plan", "--config", shop.config(), "--delete", "vs").err())
                .contains("expected: KIND/NAME");
        assertThat(wrong("-", "--requests", "app=web@-")).contains("either the change or a log");
        Path nothing = Files.createDirectories(shop.directory().resolve("nothing"));
        assertThat(run("plan", "--config", shop.config(), "-f", nothing.toString()).err())
                .contains("there is no configuration in");
        var broken =
                run("plan", "--config", shop.config(), "-f", shop.file("broken.yaml", "kind: [\n"));
        assertThat(broken.code()).isEqualTo(1);
        assertThat(broken.err()).contains("has errors, so it would not be applied");
    }

    @Test
    void whatWouldBeWrongIsToldAndFails() throws IOException {
        String change =
                shop.file("change.yaml", PlannedShop.RULES.replace("subset: v2", "subset: v9"));
        var plan = run("plan", "--config", shop.config(), "-f", change);
        assertThat(plan.out())
                .contains("what would be wrong")
                .containsPattern("change.yaml:9:\\d+: error IST0101 VirtualService shop/reviews")
                .doesNotContain("requests:");
        assertThat(plan.code()).isEqualTo(1);
    }

    @Test
    void requestsThatWouldCountAgainstALimitAreNamed() throws IOException {
        String limit =
                """
                apiVersion: heddle.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: beta, namespace: shop}
                spec:
                  targetRefs: [{kind: Service, name: reviews}]
                  local:
                    rules:
                    - clientSelectors: [{path: {value: /reviews/beta}}]
                      limit: {requests: 10, unit: Second}
                """;
        var plan =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("limit.yaml", limit),
                        "--requests",
                        shop.log(),
                        "--fail-on",
                        "limits");
        assertThat(plan.out())
                .contains("3 of 100 (3 %) would be treated otherwise")
                .contains("limits       now   nothing")
                .contains("limit rule-0: 10 requests a second   # ")
                .contains("1 × GET http://reviews:9080/reviews/beta/87");
        assertThat(plan.code()).isEqualTo(3);
    }

    @Test
    void programsReadTheWhole() throws IOException {
        var plan =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("change.yaml", PlannedShop.STEALING),
                        "--requests",
                        shop.log(),
                        "-o",
                        "json");
        assertThat(Json.parse(plan.out())).isInstanceOf(Node.Mapping.class);
        assertThat(plan.out())
                .contains("\"requests\": 100,", "\"distinct\": 8,")
                .contains("\"changed\": 3,", "\"passed\": false", "\"aspect\": \"route\"")
                .contains("\"request\": \"GET http://reviews:9080/reviews/beta/87\"")
                .contains("\"agreeing\": 100,");
        assertThat(plan.code()).isEqualTo(3);
    }
}

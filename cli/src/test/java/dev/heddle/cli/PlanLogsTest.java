package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static dev.heddle.cli.TestCommand.runWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `heddle plan` makes of logs.
class PlanLogsTest {
    @TempDir Path directory = Path.of("");
    private PlannedShop shop = new PlannedShop(directory);

    @BeforeEach
    void open() throws IOException {
        shop = PlannedShop.in(directory);
    }

    @Test
    void whatALogDoesNotSayIsSaid() throws IOException {
        String rules =
                PlannedShop.RULES.replace(
                        "{uri: {prefix: /reviews/beta}}", "{headers: {end-user: {exact: ann}}}");
        String log =
                PlannedShop.line("/reviews/1", 200, PlannedShop.subset("v2"))
                        + "curl: (7) Failed to connect\n"
                        + PlannedShop.line("/reviews/1", 200, "inbound|9080||")
                        + PlannedShop.line("/reviews/1", 200, PlannedShop.subset("v1"))
                                .replace("10.0.0.1:5", "10.9.9.9:5")
                        + "[2026-11-30T10:00:00.000Z] \"- - -\" 0 - - - \"-\" 0 295 12 - \"-\" \"-\""
                        + " \"-\" \"-\" \"10.0.0.11:9080\" outbound|9080||x 10.0.0.1:40000"
                        + " 10.96.0.10:9080 10.0.0.1:52345 - -\n";
        var plan =
                run(
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("change.yaml", rules),
                        "--requests",
                        shop.file("odd.log", log));
        assertThat(plan.out())
                .contains("requests: 1 replayed, 1 distinct, of 5 lines")
                .contains("1 lines cannot be read, first ", "odd.log:2: it has neither Istio's")
                .contains("1 lines are of requests that a workload received", "odd.log:3")
                .contains(
                        "1 lines do not say whose proxy wrote them", "odd.log:4: name its workload")
                .contains("1 lines are of connections", "odd.log:5")
                .contains("1 of 1 requests went otherwise than it says")
                .contains(
                        "the log: outbound|9080|v2|reviews.shop.svc.cluster.local, 200; the"
                                + " configuration: outbound|9080|v1|reviews.shop.svc.cluster.local")
                .containsPattern(
                        "the log does not tell the header 'end-user', which .*change.yaml:8"
                                + " VirtualService shop/reviews");
    }

    @Test
    void otherFormatsAreReadAsTheyAreWritten() throws IOException {
        String rules =
                PlannedShop.RULES.replace(
                        "{uri: {prefix: /reviews/beta}}", "{headers: {end-user: {exact: ann}}}");
        String change = shop.file("change.yaml", rules);
        String text = "%REQ(:METHOD)% %REQ(:AUTHORITY)%%% %REQ(:PATH)% [%REQ(END-USER)%]";
        var plan =
                runWith(
                        "GET reviews:9080% /reviews/1 [ann]\nGET reviews:9080% /reviews/1 [-]\n",
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        change,
                        "--requests",
                        "app=web@-",
                        "-n",
                        "shop",
                        "--format",
                        text);
        assertThat(plan.out())
                .contains("1 of 2 (50 %) would be treated otherwise")
                .contains("GET http://reviews:9080/reviews/1, end-user: ann  from app=web")
                .contains("stdin:1");
        String json =
                "{\"m\": \"%REQ(:METHOD)%\", \"to\": {\"url\": \"%REQ(:AUTHORITY)%%REQ(:PATH)%\"}}";
        assertThat(wrong(change, "--format", json))
                .contains(
                        "--format: '%REQ(:AUTHORITY)%%REQ(:PATH)%': nothing tells where the first");
        assertThat(wrong(change, "--format", "%PROTOCOL% %REQ(:PATH)%"))
                .contains("the format does not say what was asked for (expected: %REQ(");
        var fluent =
                runWith(
                        Json.compact(
                                        Node.Mapping.EMPTY
                                                .with(
                                                        "log",
                                                        PlannedShop.line(
                                                                "/reviews/2",
                                                                200,
                                                                PlannedShop.subset("v1")))
                                                .with(
                                                        "kubernetes",
                                                        Node.Mapping.EMPTY
                                                                .with("namespace_name", "shop")
                                                                .with(
                                                                        "labels",
                                                                        Node.Mapping.EMPTY.with(
                                                                                "app", "reviews"))))
                                + "\n{\"method\":\"GET\",\"path\":\"/reviews/beta/1\",\"authority\":"
                                + "\"reviews:9080\",\"downstream_remote_address\":\"10.0.0.1:1\","
                                + "\"response_code\":200,\"response_flags\":\"-\"}\n",
                        "plan",
                        "--config",
                        shop.config(),
                        "--delete",
                        "vs/reviews",
                        "-n",
                        "shop",
                        "--requests",
                        "-");
        assertThat(fluent.out())
                .contains("2 of 2 (100 %) would be treated otherwise")
                .contains("/reviews/2  from app=reviews", "/reviews/beta/1  from app=web");
    }

    @Test
    void whereNothingCouldBeReplayedNothingIsPassed() throws IOException {
        String change = shop.file("change.yaml", PlannedShop.RULES);
        var plan =
                runWith(
                        "no line of a log\n",
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        change,
                        "--requests",
                        "-");
        assertThat(plan.code()).isEqualTo(1);
        assertThat(plan.err()).contains("no request of the logs was replayed");
        assertThat(plan.out()).contains("1 lines cannot be read, first stdin:1");
    }

    @Test
    void whatAClientWroteIsNotObeyedByTheTerminalAndItsSecretsAreNotShown() throws IOException {
        String rules =
                PlannedShop.RULES.replace(
                        "{uri: {prefix: /reviews/beta}}", "{headers: {x-api-key: {exact: k3y}}}");
        var plan =
                runWith(
                        "{\"m\":\"GET\",\"a\":\"reviews:9080\",\"p\":\"/reviews\\u001b[2J\",\"k\":\"k3y\"}\n",
                        "plan",
                        "--config",
                        shop.config(),
                        "-f",
                        shop.file("change.yaml", rules),
                        "--from",
                        "app=wep",
                        "-n",
                        "shop",
                        "--requests",
                        "-",
                        "--format",
                        "{\"m\":\"%REQ(:METHOD)%\",\"a\":\"%REQ(:AUTHORITY)%\",\"p\":\"%REQ(:PATH)%\","
                                + "\"k\":\"%REQ(X-API-KEY)%\"}");
        assertThat(plan.out())
                .contains(
                        "1 × GET http://reviews:9080/reviews?[2J, x-api-key: (hidden)  from app=wep")
                .contains("no workload here has the labels app=wep; one with just these is assumed")
                .doesNotContain("k3y");
    }

    private String wrong(String change, String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("plan", "--config", shop.config(), "-f", change));
        arguments.addAll(List.of("--requests", shop.log()));
        arguments.addAll(List.of(more));
        var plan = run(arguments.toArray(String[]::new));
        assertThat(plan.code()).isEqualTo(2);
        return plan.err();
    }
}

package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The description of the API, which the console's types are made of.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
    private static final Shapes SHAPES = Shapes.load();

    private ControlPlane control;
    private ConsoleApi api;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(
                config.resolve("own.yaml"),
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: own, namespace: default}
                spec:
                  hosts: [own.example.com]
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  resolution: STATIC
                  endpoints: [{address: 10.0.0.1, labels: {version: v1}}]
                """);
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), loopback));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        Optional.empty(),
                        new Guard(loopback));
        await().until(() -> control.mesh().view().version() == 1);
    }

    @AfterAll
    void stop() {
        control.close();
    }

    private List<Route> described() {
        return api.routes().stream().filter(r -> r.pattern().startsWith("/api/")).toList();
    }

    @Test
    void everyRouteSaysWhatItAnswersAndNothingElseIsDescribed() {
        assertThat(described())
                .allSatisfy(route ->
                        assertThat(SHAPES.answer(route))
                                .as("%s %s in shapes.yaml", route.method(), route.pattern())
                                .isPresent());
        assertThat(
                        Stream.concat(
                                        SHAPES.answers().entries().stream(),
                                        SHAPES.bodies().entries().stream())
                                .map(Node.Entry::key))
                .isSubsetOf(described().stream().map(r -> r.method() + " " + r.pattern()).toList());
    }

    @Test
    void theConsoleIsBuiltFromThisDescription() throws IOException {
        Path kept = Repository.root().resolve("console/ui/src/api/openapi.json");
        String now = Json.pretty(new OpenApi(SHAPES).document(api.routes())) + "\n";
        if (Boolean.getBoolean("heddle.bless")) {
            Files.writeString(kept, now);
        }
        assertThat(Files.readString(kept))
                .as("%s is out of date: './heddle test --bless' writes it", kept)
                .isEqualTo(now);
    }

    @Test
    void whatIsAnsweredLooksAsDescribed() throws IOException {
        var tokens = control.accounts();
        tokens.put("anna", Optional.empty(), List.of(Grant.of("admin")));
        String token = tokens.token("anna", "", Duration.ofHours(1));
        var asked = Map.of("from", "app=web", "url", "http://own.example.com/");
        for (String path :
                List.of(
                        "version",
                        "findings",
                        "rules",
                        "certificates",
                        "federation",
                        "services",
                        "overview",
                        "resources",
                        "resources/serviceentries",
                        "proxies",
                        "versions",
                        "diff",
                        "explain",
                        "whoami",
                        "users",
                        "tokens",
                        "audit",
                        "resources/serviceentries/default/own")) {
            var segments = Stream.of(("api/v1/" + path).split("/")).toList();
            ApiResponse answer =
                    api.answer(
                            new ApiRequest(
                                    "GET",
                                    segments,
                                    path.equals("explain") ? asked : Map.of(),
                                    Map.of("Host", "localhost", "Authorization", "Bearer " + token),
                                    "",
                                    "127.0.0.1"));
            assertThat(answer.status()).as(path).isEqualTo(200);
            Route route =
                    described().stream()
                            .filter(r -> r.method().equals("GET"))
                            .filter(r -> r.match(segments).isPresent())
                            .findFirst()
                            .orElseThrow();
            assertThat(Conformity.breaches(SHAPES, route, answer)).as(path).isEmpty();
        }
    }

    @Test
    void anAnswerThatLooksOtherwiseIsNoticed() {
        Route version =
                described().stream()
                        .filter(r -> r.pattern().endsWith("/version"))
                        .findFirst()
                        .orElseThrow();
        var answer = ApiResponse.json(200, Node.Mapping.EMPTY.with("version", "1").with("x", 1));
        assertThat(Conformity.breaches(SHAPES, version, answer))
                .contains("$.version: string (expected: integer)", "$.x: is not described")
                .anyMatch(it -> it.startsWith("$.since: is missing"));
    }
}

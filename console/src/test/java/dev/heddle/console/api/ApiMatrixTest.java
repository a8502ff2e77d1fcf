package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Every route, for everybody, in his own namespace and in another; and every route with what it
/// does not expect. What is right stands in a table, apart from the routes: one that is not in it,
/// or is let in otherwise than the table says, fails.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiMatrixTest {
    /// A line a route: the route; the request for a namespace `NS`; the statuses for nobody,
    /// viewer, operator and admin of `default` when `NS` is `default`; the same but nobody when it
    /// is `other`.
    private static final String TABLE = "matrix.txt";

    private static final List<String> ROLES = List.of("nobody", "viewer", "operator", "admin");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\w+}");
    private static final String LONG = "x".repeat(10_000);
    private static final List<String> HOSTILE =
            List.of(LONG, "<img src=x>", "\u202egnp", "..", "%00", "a/b", "\u0000", "'\"\n");

    /// @param own statuses of nobody, viewer, operator and admin of the namespace that it is about
    /// @param other the same of another namespace
    private record Line(
            String route, String request, String body, List<Integer> own, List<Integer> other) {
        static Line of(String text) {
            String[] parts = text.split(" \\| ", -1);
            String[] request = parts[1].split(" ", 2);
            var other = new ArrayList<Integer>(List.of(numbers(parts[2]).getFirst()));
            other.addAll(numbers(parts[3]));
            return new Line(
                    parts[0],
                    request[0],
                    request.length == 1 ? "" : request[1],
                    numbers(parts[2]),
                    other);
        }

        private static List<Integer> numbers(String text) {
            return Stream.of(text.split(" ", -1)).map(Integer::valueOf).toList();
        }

        String method() {
            return route.substring(0, route.indexOf(' '));
        }
    }

    private final Map<String, String> tokens = new TreeMap<>();
    private ControlPlane control;
    private Signals signals;
    private ConsoleApi api;
    private String everywhere;
    private int asked;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(
                config.resolve("own.yaml"),
                entry("of-default", "default") + "---\n" + entry("of-other", "other"));
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
        signals = Signals.start(SignalsBootstrap.in(temp.resolve("signals")));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        Optional.of(signals),
                        new Guard(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
        await().until(() -> control.mesh().view().version() == 1);
        everywhere = token("root", "admin");
        for (String role : List.of("viewer", "operator", "admin")) {
            tokens.put(role, token(role, role + ":default"));
        }
        for (String namespace : List.of("default", "other")) {
            String text = entry("applied-" + namespace, namespace);
            assertThat(ask(everywhere, "POST", "/api/v1/resources", text).status()).isEqualTo(200);
        }
    }

    @AfterAll
    void stop() {
        signals.close();
        control.close();
    }

    private static String entry(String name, String namespace) {
        return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          hosts: [%1$s.example.com]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.0.0.1}]
        """
                .formatted(name, namespace);
    }

    private String token(String name, String role) throws IOException {
        control.accounts().put(name, Optional.empty(), List.of(Grant.of(role)));
        return control.accounts().token(name, "", Duration.ofHours(1));
    }

    /// @param path with its query, both encoded
    private ApiResponse ask(String token, String method, String path, String body) {
        String[] parts = path.split("\\?", 2);
        var query = new LinkedHashMap<String, String>();
        if (parts.length == 2) {
            for (String pair : parts[1].split("&", -1)) {
                String[] both = pair.split("=", 2);
                query.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
            }
        }
        List<String> segments =
                Stream.of(parts[0].split("/", -1)).filter(it -> !it.isEmpty()).toList();
        return ask(token, method, segments, query, body);
    }

    private ApiResponse ask(
            String token,
            String method,
            List<String> segments,
            Map<String, String> query,
            String body) {
        var headers =
                new TreeMap<>(Map.of("Host", "localhost", "Content-Type", "application/json"));
        if (!token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        ApiResponse answer =
                api.answer(new ApiRequest(method, segments, query, headers, body, peer()));
        answer.stream().ifPresent(ApiStream::close);
        return answer;
    }

    /// Another one each time, as whoever tries many passwords has to wait.
    private String peer() {
        asked++;
        return "10.0.%d.%d".formatted(asked / 250, asked % 250);
    }

    private static List<Line> lines() throws IOException {
        try (var in = ApiMatrixTest.class.getResourceAsStream(TABLE)) {
            byte[] text = Objects.requireNonNull(in, TABLE).readAllBytes();
            return new String(text, StandardCharsets.UTF_8).lines().map(Line::of).toList();
        }
    }

    private List<Route> described() {
        return api.routes().stream().filter(it -> !it.pattern().startsWith("/debug")).toList();
    }

    @Test
    void everyRouteStandsInTheTable() throws IOException {
        assertThat(described().stream().map(it -> it.method() + " " + it.pattern()))
                .containsExactlyInAnyOrderElementsOf(lines().stream().map(Line::route).toList());
    }

    @Test
    void everyRouteLetsInWhomTheTableSaysAndNobodyElse() throws IOException {
        var otherwise = new ArrayList<String>();
        for (Line line : lines()) {
            for (String namespace : List.of("default", "other")) {
                for (String role : ROLES) {
                    boolean isOwn = namespace.equals("default");
                    int expected = (isOwn ? line.own() : line.other()).get(ROLES.indexOf(role));
                    ApiResponse answer = asked(line, namespace, role);
                    if (answer.status() != expected) {
                        otherwise.add(
                                "%s for %s in %s: %d (expected: %d) %s"
                                        .formatted(
                                                line.route(),
                                                role,
                                                namespace,
                                                answer.status(),
                                                expected,
                                                answer.body()));
                    } else if (answer.status() >= 400) {
                        otherwise.addAll(unclear(line.route(), answer));
                    } else if (!isOwn
                            && !role.equals("nobody")
                            && !line.request().contains("of-NS") // what is asked for may be said
                            && answer.body().contains("of-other")) {
                        otherwise.add("%s tells %s of another namespace".formatted(line, role));
                    }
                }
            }
        }
        assertThat(otherwise).isEmpty();
    }

    /// A request of the table, with what it is about there as the table expects it.
    private ApiResponse asked(Line line, String namespace, String role) throws IOException {
        String of = token("of-" + namespace, "viewer:" + namespace);
        String id = of.split("\\.", -1)[1];
        String entry = entry("new-" + namespace, namespace);
        String body =
                line.body()
                        .replace(
                                "ENTRY",
                                line.body().equals("ENTRY") ? entry : entry.replace("\n", "\\n"))
                        .replace("NS", namespace);
        String path = line.request().replace("TOKEN-NS", id).replace("NS", namespace);
        boolean isLast = line.request().endsWith("/logout") && tokens.containsKey(role);
        String proof = isLast ? token(role, role + ":default") : tokens.getOrDefault(role, "");
        return ask(proof, line.method(), path, body);
    }

    @Test
    void aParameterThatNobodyReadsIsRefusedByItsName() {
        for (Route route : described()) {
            if (!route.pattern().startsWith("/api/")) {
                continue; // those of Istio, Kubernetes and Prometheus take what their tools add
            }
            ApiResponse answer =
                    ask(everywhere, route.method(), plain(route), Map.of("nameSpace", "x"), "{}");
            assertThat(answer.status()).as(route.pattern()).isEqualTo(400);
            assertThat(what(answer)).as(route.pattern()).contains("nameSpace");
        }
    }

    @Test
    void whatNobodyExpectsInAPathOrAParameterIsAnsweredClearly() {
        var wrong = new ArrayList<String>();
        for (Route route : described()) {
            for (String hostile : HOSTILE) {
                String name =
                        "%s %s with %.20s".formatted(route.method(), route.pattern(), hostile);
                if (!route.parameters().isEmpty()) {
                    var segments =
                            plain(route).stream().map(it -> it.equals("x") ? hostile : it).toList();
                    ApiResponse answer = ask(everywhere, route.method(), segments, Map.of(), "{}");
                    if (answer.status() < 400 || answer.status() >= 500) {
                        wrong.add(name + ": " + answer.status());
                    }
                    wrong.addAll(unclear(name, answer));
                }
                for (String parameter : route.query().keySet()) {
                    ApiResponse answer =
                            ask(
                                    everywhere,
                                    route.method(),
                                    plain(route),
                                    Map.of(parameter, hostile),
                                    "");
                    if (answer.status() == 500) {
                        wrong.add(name + " in " + parameter + ": " + answer.status());
                    }
                    wrong.addAll(unclear(name, answer));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void aNumberOrATimeThatIsNoneIsRefused() {
        for (String query :
                List.of(
                        "signals?seconds=soon",
                        "signals?from=yesterday",
                        "signals?by=colour",
                        "series?steps=0",
                        "graph?to=later",
                        "logs?limit=1001",
                        "logs?code=ok",
                        "logs?kind=all",
                        "logs?after=x",
                        "cost?hours=-1",
                        "tap?rate=many",
                        "tap?filter=((",
                        "audit?limit=x",
                        "diff?from=first",
                        "explain?from=web&url=x")) {
            ApiResponse answer = ask(everywhere, "GET", "/api/v1/" + query, "");
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(unclear(query, answer)).isEmpty();
        }
    }

    @Test
    void aBodyThatIsNoneOrOfAnotherTypeIsRefused() {
        var shapes = Shapes.load();
        var wrong = new ArrayList<String>();
        for (Route route : described()) {
            boolean takesJson = shapes.body(route).isPresent();
            boolean takesText =
                    route.method().equals("POST") && route.pattern().endsWith("/resources");
            if (!takesJson && !takesText) {
                continue;
            }
            for (String body : bodies(shapes, route)) {
                ApiResponse answer = ask(everywhere, route.method(), plain(route), Map.of(), body);
                String name = "%s %s: %.60s".formatted(route.method(), route.pattern(), body);
                if (answer.status() != 400 && answer.status() != 422) {
                    wrong.add(name + ": " + answer.status());
                }
                wrong.addAll(unclear(name, answer));
            }
        }
        assertThat(wrong).isEmpty();
    }

    /// What is no body of that route: no JSON, other JSON, and each member with another type.
    private static List<String> bodies(Shapes shapes, Route route) {
        var bodies =
                new ArrayList<>(
                        List.of("", "{", "[]", "null", "\"x\"", "1", "\u0000", "[".repeat(50_000)));
        bodies.add("{\"nonsense\": 1}");
        shapes.body(route)
                .ifPresent(body -> {
                    String type = ((Node.Text) body.get("$ref").orElseThrow()).value();
                    String name = type.substring(type.lastIndexOf('/') + 1);
                    var shape = (Node.Mapping) shapes.types().get(name).orElseThrow();
                    shape.entries()
                            .forEach(it ->
                                    bodies.add(
                                            "{\"%s\": {\"a\": [1]}}"
                                                    .formatted(it.key().replace("?", ""))));
                });
        return bodies;
    }

    /// The segments of a route's path, with `x` in the place of each parameter.
    private static List<String> plain(Route route) {
        String path = PARAMETER.matcher(route.pattern()).replaceAll("x");
        return Stream.of(path.split("/", -1)).filter(it -> !it.isEmpty()).toList();
    }

    /// What is missing in a refusal: it says what is wrong, where, and what to do.
    private static List<String> unclear(String name, ApiResponse answer) {
        if (answer.status() < 400) {
            return List.of();
        }
        if (answer.body().length() > 5_000) {
            return List.of(name + ": a refusal of " + answer.body().length() + " letters");
        }
        return Stream.of("what", "where", "next")
                .filter(it -> said(answer, it).isEmpty())
                .map(it -> name + ": says no '" + it + "': " + answer.body())
                .toList();
    }

    private static String what(ApiResponse answer) {
        return said(answer, "what");
    }

    private static String said(ApiResponse answer, String member) {
        return Json.parse(answer.body()) instanceof Node.Mapping body
                        && body.get("error").orElse(body) instanceof Node.Mapping error
                        && error.get(member).orElse(error) instanceof Node.Text(String text, _)
                ? text
                : "";
    }
}

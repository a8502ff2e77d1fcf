package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.Role;
import dev.heddle.control.ca.CaServer;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may do what: every route that there is, for everybody who should not.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntranceTest {
    private static final String PASSWORD = "correct horse battery";

    private ControlPlane control;
    private ConsoleApi api;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("own.yaml"), entry("default", "own"));
        Files.writeString(config.resolve("other.yaml"), entry("other", "its"));
        Files.writeString(config.resolve("broken.yaml"), "a: [\n");
        Files.writeString(
                config.resolve("certificates.yaml"),
                certificate("default", "own-cert")
                        + "---\n"
                        + certificate("other", "its-cert")
                        + "---\n"
                        + gateway("default", "own-gate")
                        + "---\n"
                        + gateway("other", "its-gate"));
        var loopback = InetAddress.getLoopbackAddress();
        Path authority = Files.createDirectory(temp.resolve("ca"));
        Files.writeString(
                authority.resolve("issued"), issued("a1", "default") + issued("b2", "other"));
        control =
                ControlPlane.start(
                        ControlBootstrap.of(
                                        config,
                                        temp.resolve("data"),
                                        new InetSocketAddress(loopback, 0))
                                .signing(
                                        CaServer.Settings.of(
                                                new InetSocketAddress(loopback, 0),
                                                "cluster.local",
                                                authority)));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        new Guard(new InetSocketAddress(loopback, 1)));
        await().until(() -> control.mesh().view().version() == 1);
    }

    @AfterAll
    void stop() {
        control.close();
    }

    private static String entry(String namespace, String name) {
        return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: %2$s, namespace: %1$s}
        spec:
          hosts: [%2$s.%1$s.example.com]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.0.0.1}]
        """
                .formatted(namespace, name);
    }

    /// A Secret with a certificate until 2120.
    private static String certificate(String namespace, String name) throws IOException {
        Path secrets = Repository.root().resolve("golden/gateway-tls/input/secrets.yaml");
        return Files.readString(secrets)
                .split("---\n", 2)[0]
                .replace(
                        "  name: shop\n",
                        "  name: %s\n  namespace: %s\n".formatted(name, namespace));
    }

    /// A Gateway that uses `own-cert`.
    private static String gateway(String namespace, String name) {
        return """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: %s, namespace: %s}
        spec:
          selector: {istio: %s}
          servers:
          - port: {number: 8443, name: https, protocol: HTTPS}
            hosts: ["%s.example.com"]
            tls: {mode: SIMPLE, credentialName: own-cert}
        """
                .formatted(name, namespace, name, name);
    }

    private static String issued(String number, String namespace) {
        return ("%s spiffe://cluster.local/ns/%s/sa/web 2026-01-01T00:00:00Z"
                        + " 2126-01-01T00:00:00Z 00 00 -\n")
                .formatted(number, namespace);
    }

    /// A token of somebody with those roles.
    private String token(String name, String... roles) throws IOException {
        List<Grant> grants = Stream.of(roles).map(Grant::of).toList();
        control.accounts().put(name, Optional.empty(), grants);
        return control.accounts().token(name, "", Duration.ofHours(1));
    }

    private ApiResponse ask(String token, String method, String path, String body) {
        return ask(token, method, path, body, "10.0.0.1");
    }

    private ApiResponse ask(String token, String method, String path, String body, String peer) {
        String[] parts = path.split("\\?", 2);
        var headers =
                new TreeMap<>(Map.of("Host", "localhost", "Content-Type", "application/json"));
        if (!token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        return api.answer(
                new ApiRequest(
                        method,
                        Stream.of(parts[0].split("/", -1)).filter(s -> !s.isEmpty()).toList(),
                        parts.length == 1 ? Map.of() : Map.of(parts[1], "1"),
                        headers,
                        body,
                        peer));
    }

    private static String path(Route route) {
        return route.pattern()
                .replace("{plural}", "serviceentries")
                .replace("{namespace}", "default")
                .replace("{name}", "own")
                .replace("{user}", "anna")
                .replace("{id}", "none");
    }

    private static String what(ApiResponse answer) {
        var error =
                (Node.Mapping)
                        ((Node.Mapping) Json.parse(answer.body())).get("error").orElseThrow();
        return ((Node.Text) error.get("what").orElseThrow()).value();
    }

    @Test
    void theseRoutesAreOpenAndNoOthers() {
        assertThat(
                        api.routes().stream()
                                .filter(r -> r.rule() instanceof Rule.Open)
                                .map(r -> r.method() + " " + r.pattern()))
                .containsExactlyInAnyOrder(
                        "GET /healthz",
                        "GET /ready",
                        "POST /api/v1/login",
                        "GET /api/v1/login",
                        "POST /api/v1/login/begin",
                        "POST /api/v1/login/device",
                        "POST /api/v1/login/device/end",
                        "POST /api/v1/login/end");
    }

    @Test
    void nobodyGetsThroughWithoutAToken() throws Exception {
        String revoked = token("gone", "admin");
        control.accounts().remove("gone");
        for (Route route : api.routes()) {
            if (route.rule() instanceof Rule.Open) {
                continue;
            }
            for (String token : List.of("", "heddle-api.0000000000000000.x", "x", revoked)) {
                ApiResponse answer = ask(token, route.method(), path(route), "");
                assertThat(answer.status())
                        .as("%s %s", route.method(), route.pattern())
                        .isEqualTo(401);
                assertThat(answer.headers()).containsKey("WWW-Authenticate");
            }
        }
    }

    @Test
    void everyRouteSaysWhichRoleIsMissing() throws Exception {
        String nobody = token("nobody");
        String viewer = token("viewer", "viewer:default");
        String operator = token("operator", "operator:default");
        String elsewhere = token("elsewhere", "admin:elsewhere");
        for (Route route : api.routes()) {
            String name = route.method() + " " + route.pattern();
            switch (route.rule()) {
                case Rule.Open _ -> {}
                case Rule.Anybody() -> {
                    // A fresh one each time: signing out ends it.
                    String own = token("anybody");
                    assertThat(ask(own, route.method(), path(route), "{}").status())
                            .as(name)
                            .isNotIn(401, 500);
                }
                case Rule.Somewhere(Role role) -> {
                    refuses(nobody, route, role, "some namespace");
                    if (role.compareTo(Role.VIEWER) > 0) {
                        refuses(viewer, route, role, "some namespace");
                    }
                    if (role.compareTo(Role.OPERATOR) > 0) {
                        refuses(operator, route, role, "some namespace");
                    }
                }
                case Rule.InPath(Role role) -> {
                    refuses(nobody, route, role, "namespace 'default'");
                    refuses(elsewhere, route, role, "namespace 'default'");
                    if (role.compareTo(Role.VIEWER) > 0) {
                        refuses(viewer, route, role, "namespace 'default'");
                    }
                }
            }
        }
    }

    private void refuses(String token, Route route, Role role, String where) {
        ApiResponse answer = ask(token, route.method(), path(route), "{}");
        assertThat(answer.status()).as("%s %s", route.method(), route.pattern()).isEqualTo(403);
        assertThat(what(answer)).contains("the role " + role + " in " + where);
    }

    @Test
    void nobodySeesMoreThanHisNamespaces() throws Exception {
        String viewer = token("viewer", "viewer:default");
        String local = control.accounts().local();
        for (Route route : api.routes()) {
            boolean isList = route.method().equals("GET") && route.parameters().isEmpty();
            if (isList && !(route.rule() instanceof Rule.Open)) {
                assertThat(ask(viewer, "GET", route.pattern(), "").body())
                        .as(route.pattern())
                        .doesNotContain("other/its", "its.other", "broken.yaml");
            }
        }
        assertThat(ask(viewer, "GET", "/api/v1/overview", "").body())
                .contains("own.default.example");
        assertThat(ask(local, "GET", "/api/v1/overview", "").body())
                .contains("its.other.example", "broken.yaml");
        assertThat(ask(viewer, "GET", "/api/v1/resources/serviceentries", "").body())
                .contains("own.default.example")
                .doesNotContain("its.other.example");
    }

    @Test
    void certificatesAreForThoseWhoSeeTheirNamespaceAndSoAreTheirUsers() throws Exception {
        String viewer = token("viewer", "viewer:default");
        String local = control.accounts().local();
        String path = "/api/v1/certificates";
        assertThat(ask(viewer, "GET", path, "").body())
                .contains("own-cert", "own-gate", "shop.example.com", "/ns/default/sa/web")
                .contains("\"notAfter\": \"2120-", "\"validity\": \"valid\"")
                .doesNotContain("its-cert", "its-gate", "/ns/other/", "BEGIN", "PRIVATE");
        assertThat(ask(local, "GET", path, "").body())
                .contains("own-cert", "its-cert", "own-gate", "its-gate", "/ns/other/sa/web")
                .doesNotContain("BEGIN", "PRIVATE");
        assertThat(ask(local, "GET", "/api/v1/openapi.json", "").body())
                .contains("\"/api/v1/certificates\"");
    }

    @ParameterizedTest
    @CsvSource({
        "operator:default, default, 200, ''",
        "admin, default, 200, ''",
        "operator:default, other, 403, operator in namespace 'other'",
        "admin:other, default, 403, operator in namespace 'default'",
        "operator:other, default, 403, operator in namespace 'default'",
    })
    void aChangeNeedsTheRoleWhereTheResourceIs(
            String role, String namespace, int status, String what) throws Exception {
        long version = control.mesh().view().version();
        String text = entry("default", "more") + "---\n" + entry(namespace, "last");
        ApiResponse answer = ask(token("anna", role), "POST", "/api/v1/resources", text);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        if (status == 403) {
            assertThat(what(answer)).contains(what);
            assertThat(control.mesh().view().version())
                    .as("nothing was applied")
                    .isEqualTo(version);
        }
    }

    @Test
    void whatLivesInNoNamespaceIsForThoseWithARoleInAll() throws Exception {
        String text =
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: mine, namespace: default}
                spec: {controllerName: heddle.dev/gateway}
                """;
        ApiResponse answer =
                ask(token("anna", "operator:default"), "POST", "/api/v1/resources", text);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(what(answer)).contains("operator in all namespaces");
        assertThat(ask(token("root", "operator"), "POST", "/api/v1/resources", text).status())
                .isEqualTo(200);
    }

    @Test
    void anAdminGivesNoMoreThanHeHas() throws Exception {
        String admin = token("lead", "admin:default");
        token("root", "admin");
        String viewer = "{\"roles\": [\"viewer:default\"]}";
        assertThat(ask(admin, "PUT", "/api/v1/users/anna", viewer).status()).isEqualTo(200);
        for (String more : List.of("admin", "viewer", "viewer:other", "operator:other")) {
            String wish = "{\"roles\": [\"%s\"]}".formatted(more);
            assertThat(ask(admin, "PUT", "/api/v1/users/lead", wish).status())
                    .as(more)
                    .isEqualTo(403);
        }
        assertThat(ask(admin, "PUT", "/api/v1/users/root", viewer).status()).isEqualTo(403);
        assertThat(ask(admin, "DELETE", "/api/v1/users/root", "").status()).isEqualTo(403);
        assertThat(ask(admin, "POST", "/api/v1/tokens", "{\"user\": \"root\"}").status())
                .isEqualTo(403);
        assertThat(ask(admin, "GET", "/api/v1/users", "").body())
                .contains("anna")
                .doesNotContain("root");
        assertThat(ask(admin, "DELETE", "/api/v1/users/anna", "").status()).isEqualTo(200);
    }

    @Test
    void aPasswordBuysATokenUntilItIsTakenBack() throws Exception {
        control.accounts().put("anna", Optional.of(PASSWORD), List.of(Grant.of("viewer")));
        ApiResponse answer = login("anna", PASSWORD, "10.0.0.1");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String token =
                ((Node.Text) ((Node.Mapping) Json.parse(answer.body())).get("token").orElseThrow())
                        .value();
        assertThat(ask(token, "GET", "/api/v1/version", "").status()).isEqualTo(200);
        assertThat(ask(token, "GET", "/api/v1/tokens", "").body())
                .contains(token.split("\\.", -1)[1])
                .doesNotContain(token.split("\\.", -1)[2]);
        assertThat(ask(token, "DELETE", "/api/v1/tokens/" + token.split("\\.", -1)[1], "").status())
                .isEqualTo(200);
        assertThat(ask(token, "GET", "/api/v1/version", "").status()).isEqualTo(401);
    }

    private ApiResponse login(String user, String password, String peer) {
        return ask(
                "",
                "POST",
                "/api/v1/login",
                "{\"user\": %s, \"password\": %s}"
                        .formatted(Json.quote(user), Json.quote(password)),
                peer);
    }

    @Test
    void whatWasDoneAndWhatWasNotIsRecorded() throws Exception {
        String lead = token("lead", "admin:audited");
        String other = token("other", "admin:other");
        String viewer = token("viewer", "viewer:audited");
        String text = entry("audited", "mine");
        assertThat(ask(lead, "POST", "/api/v1/resources", text).status()).isEqualTo(200);
        String mine = "/api/v1/resources/serviceentries/audited/mine";
        assertThat(ask(viewer, "DELETE", mine, "").status()).isEqualTo(403);
        assertThat(ask(lead, "DELETE", mine, "").status()).isEqualTo(200);
        String seen = ask(lead, "GET", "/api/v1/audit", "").body();
        assertThat(seen.replaceAll("\\s+", " "))
                .containsPattern(
                        "\"who\": \"lead\", \"from\": \"10.0.0.1\", \"action\": \"created\"")
                .containsPattern("\"who\": \"viewer\", .*\"outcome\": \"403 'viewer' may not")
                .containsPattern(
                        "\"who\": \"lead\", \"from\": \"10.0.0.1\", \"action\": \"deleted\"");
        assertThat(ask(other, "GET", "/api/v1/audit", "").body()).doesNotContain("audited");
        String local = control.accounts().local();
        ask(local, "PUT", "/api/v1/users/resources", "{}");
        assertThat(ask(local, "GET", "/api/v1/audit", "").body())
                .contains("PUT /api/v1/users/resources", "file of ");
        assertThat(ask(local, "GET", "/api/v1/audit?limit", "").status()).isEqualTo(200);
        assertThat(ask(viewer, "GET", "/api/v1/audit", "").status()).isEqualTo(403);
    }

    @Test
    void whoGuessesWaits() {
        ApiResponse answer = login("nobody", "x", "10.0.0.2");
        for (int i = 0; answer.status() == 401 && i < 30; i++) {
            answer = login("nobody-" + i, "x", "10.0.0.2");
        }
        assertThat(answer.status()).as(answer.body()).isEqualTo(429);
        assertThat(answer.headers()).containsKey("Retry-After");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /api/v1/users/anna, '{\"roles\": [\"king\"]}', 'king'",
        "PUT, /api/v1/users/anna, '{\"roles\": [\"viewer:No\"]}', 'No'",
        "PUT, /api/v1/users/local, '{}', 'local'",
        "PUT, /api/v1/users/an na, '{}', 'user'",
        "PUT, /api/v1/users/anna, '{\"rolls\": []}', 'rolls'",
        "PUT, /api/v1/users/anna, '{\"password\": \"short\"}', '12'",
        "POST, /api/v1/login, 'hunter2!', 'no JSON'",
        "POST, /api/v1/login, '[]', 'no JSON object'",
    })
    void aMistakeIsSaidAndNoSecretIsRepeated(
            String method, String path, String body, String named) {
        ApiResponse answer = ask(control.accounts().local(), method, path, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(what(answer)).contains(named).doesNotContain("short", "hunter2");
    }
}

package dev.heddle.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The API over real HTTP, in front of a real control plane.
class ConsoleServerTest {
    private static final String OWN =
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: own
            spec:
              hosts: [own.example.com]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.0.0.1, labels: {version: v7}}]
            """;
    private static final String APPLIED =
            """
            # why this is here
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: shop
            spec:
              hosts: [shop.example.com]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.0.0.2}]
            """;
    private static final String SHOP = "/api/v1/resources/serviceentries/default/shop";

    @TempDir Path temp;
    private Path config = Path.of("");
    private final HttpClient client = HttpClient.newHttpClient();
    private ControlPlane control;
    private ConsoleServer server;
    private String token = "";

    private record Answer(int status, Map<String, List<String>> headers, String body) {
        Node at(String... keys) {
            Node node = Json.parse(body);
            for (String key : keys) {
                node =
                        switch (node) {
                            case Node.Mapping mapping -> mapping.get(key).orElseThrow();
                            case Node.Sequence list -> list.items().get(Integer.parseInt(key));
                            default -> throw new AssertionError("nothing at " + key + ": " + body);
                        };
            }
            return node;
        }

        String text(String... keys) {
            return switch (at(keys)) {
                case Node.Text(String value, _) -> value;
                case Node.Numeric(String digits, _) -> digits;
                case Node.Bool(boolean value, _) -> Boolean.toString(value);
                default -> throw new AssertionError(Arrays.toString(keys) + " in " + body);
            };
        }

        int size(String... keys) {
            return ((Node.Sequence) at(keys)).items().size();
        }
    }

    @BeforeEach
    void start() throws IOException {
        config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("own.yaml"), OWN);
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
        server =
                ConsoleServer.start(
                        any,
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit());
        token = control.accounts().local();
        await().until(() -> control.mesh().view().version() == 1);
    }

    @AfterEach
    void stop() {
        server.close();
        control.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
    }

    private Answer get(String path) throws Exception {
        return send(request(path));
    }

    private Answer post(String path, String body) throws Exception {
        return send(
                request(path)
                        .header("Content-Type", "application/yaml")
                        .POST(BodyPublishers.ofString(body)));
    }

    private Answer delete(String path) throws Exception {
        return send(request(path).header("X-Heddle", "test").DELETE());
    }

    @Test
    void theVersionCountsProxiesAndFindings() throws Exception {
        Answer answer = get("/api/v1/version");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("version")).isEqualTo("1");
        assertThat(answer.text("proxies")).isEqualTo("0");
        assertThat(answer.text("proxiesInSync")).isEqualTo("0");
    }

    @Test
    void servicesComeWithVersionsAndEndpoints() throws Exception {
        Answer answer = get("/api/v1/services");
        assertThat(answer.text("services", "0", "host")).isEqualTo("own.example.com");
        assertThat(answer.text("services", "0", "versions", "v7")).isEqualTo("1");
        assertThat(answer.text("services", "0", "endpoints", "0", "address")).isEqualTo("10.0.0.1");
    }

    @Test
    void resourcesAreListedByKindAndNamespace() throws Exception {
        assertThat(get("/api/v1/resources").size("items")).isEqualTo(1);
        assertThat(get("/api/v1/resources/serviceentries").size("items")).isEqualTo(1);
        assertThat(get("/api/v1/resources/se?namespace=default").size("items")).isEqualTo(1);
        assertThat(get("/api/v1/resources/se?namespace=other").size("items")).isZero();
        assertThat(get("/api/v1/resources/virtualservices").size("items")).isZero();
        Answer one = get("/api/v1/resources/serviceentries/default/own");
        assertThat(one.text("resource", "spec", "hosts", "0")).isEqualTo("own.example.com");
        assertThat(one.text("file")).endsWith("own.yaml");
        assertThat(one.text("line")).isEqualTo("1");
    }

    @Test
    void whatIsAppliedIsInForceWhenTheAnswerComesAndKeepsItsComments() throws Exception {
        Answer created = post("/api/v1/resources", APPLIED);
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.text("resources", "0", "result")).isEqualTo("created");
        assertThat(created.text("version")).isEqualTo("2");
        assertThat(get(SHOP).status()).isEqualTo(200);
        assertThat(config.resolve("applied/serviceentries.networking.istio.io/default/shop.yaml"))
                .content()
                .contains("# why this is here");

        Answer again = post("/api/v1/resources", APPLIED);
        assertThat(again.text("resources", "0", "result")).isEqualTo("unchanged");
        assertThat(again.text("version")).isEqualTo("2");

        Answer changed = post("/api/v1/resources", APPLIED.replace("10.0.0.2", "10.0.0.3"));
        assertThat(changed.text("resources", "0", "result")).isEqualTo("configured");
        assertThat(changed.text("version")).isEqualTo("3");
    }

    @Test
    void jsonIsAppliedAsYamlIs() throws Exception {
        String json =
                """
                {"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry",
                \t"metadata":{"name":"shop"},"spec":{"hosts":["shop.example.com"],
                \t"ports":[{"number":80,"name":"http","protocol":"HTTP"}],"resolution":"DNS"}}
                """;
        Answer answer =
                send(
                        request("/api/v1/resources?namespace=team")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(json)));
        assertThat(answer.status()).isEqualTo(200);
        Answer one = get("/api/v1/resources/serviceentries/team/shop");
        assertThat(one.text("resource", "metadata", "namespace")).isEqualTo("team");
        assertThat(get("/api/v1/findings").size("findings")).isZero();
    }

    @Test
    void anErrorInOneResourceAppliesNone() throws Exception {
        String text = APPLIED + "---\n" + APPLIED.replace("shop", "two").replace("ports", "prots");
        Answer answer = post("/api/v1/resources?from=my.yaml", text);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("findings", "0", "code")).isEqualTo("HED0004");
        assertThat(answer.text("findings", "0", "file")).isEqualTo("my.yaml");
        assertThat(answer.text("findings", "0", "line")).isEqualTo("19");
        assertThat(answer.text("error", "next")).isNotEmpty();
        assertThat(get(SHOP).status()).isEqualTo(404);
        assertThat(config.resolve("applied")).doesNotExist();
    }

    @Test
    void aDryRunChangesNothing() throws Exception {
        Answer answer = post("/api/v1/resources?dryRun=true", APPLIED);
        assertThat(answer.text("resources", "0", "result")).isEqualTo("created");
        assertThat(answer.text("dryRun")).isEqualTo("true");
        assertThat(get(SHOP).status()).isEqualTo(404);
    }

    @Test
    void aNameThatClimbsOutOfTheDirectoryIsRefused() throws Exception {
        for (String name : List.of("../../evil", "a/b", ".hidden", "..", "UPPER")) {
            Answer answer =
                    post("/api/v1/resources", APPLIED.replace("name: shop", "name: " + name));
            assertThat(answer.status()).as(name).isEqualTo(422);
        }
        assertThat(config.resolve("applied")).doesNotExist();
        assertThat(temp.resolve("evil.yaml")).doesNotExist();
    }

    @Test
    void whatWasAppliedCanBeDeleted() throws Exception {
        post("/api/v1/resources", APPLIED);
        assertThat(delete(SHOP + "?dryRun=true").status()).isEqualTo(200);
        assertThat(get(SHOP).status()).isEqualTo(200);
        Answer answer = delete(SHOP);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("result")).isEqualTo("deleted");
        assertThat(get(SHOP).status()).isEqualTo(404);
        assertThat(delete(SHOP).status()).isEqualTo(404);
    }

    @Test
    void whatStandsInAUsersOwnFileIsHisToDelete() throws Exception {
        Answer answer = delete("/api/v1/resources/serviceentries/default/own");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("error", "where")).endsWith("own.yaml:1");
        assertThat(config.resolve("own.yaml")).exists();
    }

    @Test
    void applyingWhatAnOwnFileDefinesWinsAndNamesBothPlaces() throws Exception {
        Answer answer = post("/api/v1/resources", OWN.replace("10.0.0.1", "10.9.9.9"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("resources", "0", "result")).isEqualTo("configured");
        Answer findings = get("/api/v1/findings");
        assertThat(findings.size("findings")).isEqualTo(2);
        assertThat(findings.text("findings", "0", "code")).isEqualTo("HED0009");
        assertThat(get("/api/v1/services").text("services", "0", "endpoints", "0", "address"))
                .isEqualTo("10.9.9.9");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/nothing, 404",
        "GET, /api/v2/version, 404",
        "GET, /../../etc/passwd, 404",
        "GET, /%2e%2e/%2e%2e/etc/passwd, 404",
        "GET, /api/v1/resources/unheardofs, 404",
        "GET, /api/v1/resources/virtualservices/default/none, 404",
        "GET, /api/v1/proxies/none/config, 404",
        "GET, /api/v1/proxies/%zz/config, 400",
        "PUT, /api/v1/resources, 405",
        "DELETE, /api/v1/version, 405",
        "POST, /, 404",
        "OPTIONS, /api/v1/resources, 405",
    })
    void whatIsNotThereIsSaidInJson(String method, String path, int status) throws Exception {
        Answer answer = raw(method + " " + path + " HTTP/1.1", "Host: localhost", "X-Heddle: 1");
        assertThat(answer.status()).isEqualTo(status);
        if (!path.contains("%zz")) {
            assertThat(answer.text("error", "what")).isNotEmpty();
            assertThat(answer.text("error", "next")).isNotEmpty();
        }
        if (status == 405) {
            assertThat(answer.headers()).containsKey("allow");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   \n", "# only a comment"})
    void anEmptyBodyIsNoSuccess(String body) throws Exception {
        Answer answer = post("/api/v1/resources", body);
        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aBodyWithoutEndIsCutOff() throws Exception {
        Answer answer = post("/api/v1/resources", "# " + "x".repeat(17 << 20));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(get("/api/v1/version").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "localhost:15080, 200",
        "127.0.0.1:1, 200",
        "127.8.8.8, 200",
        "[::1]:15080, 200",
        "evil.example.com, 403",
        "127.0.0.1.evil.example.com, 403",
        "localhost.evil.example.com:15080, 403",
    })
    void onlyThisMachinesNamesAreAnswered(String host, int status) throws Exception {
        Answer answer = raw("GET /api/v1/version HTTP/1.1", "Host: " + host);
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void whatAFormCouldSendChangesNothing() throws Exception {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "")) {
            var form = request("/api/v1/resources").POST(BodyPublishers.ofString(APPLIED));
            Answer answer = send(type.isEmpty() ? form : form.header("Content-Type", type));
            assertThat(answer.status()).as(type).isEqualTo(403);
        }
        Answer foreign =
                send(
                        request("/api/v1/resources")
                                .header("Content-Type", "application/yaml")
                                .header("Origin", "http://evil.example.com")
                                .POST(BodyPublishers.ofString(APPLIED)));
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(get(SHOP).status()).isEqualTo(404);
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() throws Exception {
        for (String path : List.of("/", "/favicon.svg", "/api/v1/version", "/nothing")) {
            Answer answer = get(path);
            assertThat(answer.headers().toString())
                    .contains("content-security-policy=[default-src 'self';");
            assertThat(answer.headers())
                    .containsEntry("x-content-type-options", List.of("nosniff"));
            assertThat(answer.headers()).containsEntry("x-frame-options", List.of("DENY"));
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
        }
    }

    @Test
    void theDescriptionListsEveryRoute() throws Exception {
        Answer answer = get("/api/v1/openapi.json");
        assertThat(answer.text("openapi")).isEqualTo("3.1.0");
        assertThat(((Node.Mapping) answer.at("paths")).entries())
                .extracting(Node.Entry::key)
                .contains(
                        "/api/v1/version",
                        "/api/v1/resources/{plural}/{namespace}/{name}",
                        "/api/v1/proxies/{id}/config");
        assertThat(
                        answer.text(
                                "paths",
                                "/api/v1/resources/{plural}/{namespace}/{name}",
                                "delete",
                                "parameters",
                                "0",
                                "name"))
                .isEqualTo("plural");
    }

    @Test
    void aFileNameWithMarkupStaysText() throws Exception {
        Files.writeString(config.resolve("<script>alert(1)<b>.yaml"), "a: [\n");
        await().untilAsserted(
                        () -> assertThat(get("/api/v1/findings").size("findings")).isPositive());
        assertThat(get("/api/v1/findings").body()).doesNotContain("<script>");
    }

    @Test
    void aTakenPortIsSaidWithTheAddress() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
            assertThatThrownBy(() ->
                            ConsoleServer.start(
                                    address,
                                    control.mesh(),
                                    control.configStore(),
                                    control.accounts(),
                                    control.audit()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(":" + taken.getLocalPort())
                    .hasMessageContaining("--api");
        }
    }

    /// A request as nobody's library would send it.
    private Answer raw(String... head) throws IOException {
        try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(5000);
            String text =
                    String.join("\r\n", head)
                            + "\r\nAuthorization: Bearer "
                            + token
                            + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            var in = socket.getInputStream();
            var answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                answer.append((char) in.read());
            }
            var headers = new TreeMap<String, List<String>>();
            answer.toString()
                    .lines()
                    .skip(1)
                    .filter(l -> !l.isEmpty())
                    .forEach(l ->
                            headers.put(
                                    l.substring(0, l.indexOf(':')).toLowerCase(Locale.ROOT),
                                    List.of(l.substring(l.indexOf(':') + 1).strip())));
            int length =
                    Integer.parseInt(headers.getOrDefault("content-length", List.of("0")).get(0));
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            return new Answer(Integer.parseInt(answer.substring(9, 12)), headers, body);
        }
    }
}

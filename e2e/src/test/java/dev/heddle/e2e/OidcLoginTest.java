package dev.heddle.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// People log in at a real provider through both data planes, and a login of one is good with the
/// other.
@Tag("e2e")
@Timeout(120)
class OidcLoginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final AtomicReference<LoginProvider> PROVIDER = new AtomicReference<>();
    private static final AtomicReference<TwoPlanes> PLANES = new AtomicReference<>();

    private static LoginProvider provider() {
        return Objects.requireNonNull(PROVIDER.get(), "provider");
    }

    private static TwoPlanes planes() {
        return Objects.requireNonNull(PLANES.get(), "planes");
    }

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        PROVIDER.set(new LoginProvider(Files.createDirectories(directory.resolve("provider"))));
        PLANES.set(new TwoPlanes(Role.GATEWAY, List.of("web"), envoy.orElseThrow(), directory));
        List<String> wrong =
                planes().adopt(
                                host(
                                                "shop",
                                                "forwardAccessToken: true, forwardIDToken: {header: x-id-token}")
                                        + "---\n"
                                        + host("brief", "scopes: [profile]")
                                        + """
                                        ---
                                        apiVersion: heddle.dev/v1alpha1
                                        kind: OpenIDProvider
                                        metadata: {name: loopback, namespace: default}
                                        spec:
                                          issuer: %1$s
                                          authorizationEndpoint: %1$s/oauth2/authorize
                                          tokenEndpoint: %1$s/oauth2/token
                                          endSessionEndpoint: %1$s/connect/logout
                                        ---
                                        apiVersion: v1
                                        kind: Secret
                                        metadata: {name: heddle-login-key, namespace: istio-system}
                                        stringData: {key: nobody-guesses-this-key-of-the-mesh}
                                        """
                                                .formatted(provider().issuer()));
        assertThat(wrong).isEmpty();
        // Both ask for what routes seal with once they have the routes.
        for (Plane plane : Plane.values()) {
            for (String host : List.of("shop.example", "brief.example")) {
                byte[] page = HttpText.request("GET", "/page", host, Map.of());
                await().atMost(PATIENCE).until(() -> plane.call(page).status() == 302);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (PLANES.get() != null) {
            planes().close();
        }
        if (PROVIDER.get() != null) {
            provider().close();
        }
    }

    private static String host(String name, String said) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: default}
        spec:
          hosts: [%1$s.example]
          gateways: [door]
          http: [{route: [{destination: {host: web, port: {number: 9080}}}]}]
        ---
        apiVersion: heddle.dev/v1alpha1
        kind: SecurityPolicy
        metadata: {name: %1$s, namespace: default}
        spec:
          targetRefs: [{group: networking.istio.io, kind: VirtualService, name: %1$s}]
          oidc: {provider: {issuer: '%2$s'}, clientID: %1$s, clientSecret: {name: %1$s}, %3$s}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: %1$s, namespace: default}
        stringData: {client-secret: hush-%1$s}
        """
                .formatted(name, provider().issuer(), said);
    }

    /// The two data planes.
    private enum Plane {
        ENVOY,
        HEDDLE;

        Plane other() {
            return this == ENVOY ? HEDDLE : ENVOY;
        }

        Answer call(byte[] request) throws IOException {
            return this == ENVOY ? planes().throughEnvoy(request) : planes().throughHeddle(request);
        }
    }

    /// Somebody's browser, which is logged in at the provider.
    private static final class Browser {
        private final Map<String, String> cookies = new TreeMap<>();
        private final HttpClient client = HttpClient.newHttpClient();
        private final String host;
        private final String session;

        Browser(String host) throws Exception {
            this.host = host;
            HttpResponse<String> login =
                    client.send(
                            HttpRequest.newBuilder(URI.create(provider().issuer() + "/login"))
                                    .header("content-type", "application/x-www-form-urlencoded")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "username=ann&password=secret"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            session = login.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        }

        Answer get(Plane plane, String path) throws IOException {
            String all =
                    cookies.entrySet().stream()
                            .map(it -> it.getKey() + "=" + it.getValue())
                            .collect(Collectors.joining("; "));
            Answer answer =
                    plane.call(
                            HttpText.request(
                                    "GET",
                                    path,
                                    host,
                                    all.isEmpty() ? Map.of() : Map.of("cookie", all)));
            for (String cookie : answer.headers().getOrDefault("set-cookie", List.of())) {
                String name = cookie.substring(0, cookie.indexOf('='));
                String value = cookie.substring(name.length() + 1).replaceFirst(";.*", "");
                cookies.put(name, value);
                if (value.equals("deleted")) {
                    cookies.remove(name);
                }
            }
            return answer;
        }

        /// Where the provider sends the browser that is sent there; empty for nowhere.
        Optional<URI> atProvider(String url) throws Exception {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .header("cookie", session)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.headers().firstValue("location").map(URI::create);
        }

        /// Logs in: sent away by one, back through the other.
        Answer login(Plane away, Plane back) throws Exception {
            Answer sent = get(away, "/page?a=b");
            assertThat(sent.status()).as("%s", sent).isEqualTo(302);
            URI code = atProvider(sent.header("location").orElseThrow()).orElseThrow();
            assertThat(code.getHost()).isEqualTo(host);
            Answer in = get(back, code.getRawPath() + "?" + code.getRawQuery());
            assertThat(in.status()).as("%s", in).isEqualTo(302);
            assertThat(in.header("location")).contains("http://" + host + "/page?a=b");
            return in;
        }

        /// The full name of a cookie.
        String cookie(String name) {
            return cookies.keySet().stream()
                    .filter(it -> it.startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + ": not in " + cookies.keySet()));
        }
    }

    private static String payload(String token) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
    }

    @Test
    void aLoginOfOnePlaneIsGoodWithTheOther() throws Exception {
        for (Plane away : Plane.values()) {
            for (Plane back : Plane.values()) {
                var browser = new Browser("shop.example");
                browser.login(away, back);
                for (Plane plane : Plane.values()) {
                    Answer page = browser.get(plane, "/page?a=b");
                    assertThat(page.status()).as("%s %s %s", away, back, plane).isEqualTo(200);
                    String id = page.seen("header:x-id-token").orElseThrow();
                    assertThat(payload(id))
                            .contains("\"sub\":\"ann\"")
                            .contains("\"iss\":\"" + provider().issuer() + "\"");
                    assertThat(page.seen("header:authorization").orElseThrow())
                            .startsWith("Bearer ");
                    assertThat(page.seen("header:cookie").orElseThrow())
                            .doesNotContain("RefreshToken")
                            .doesNotContain("OauthHMAC");
                }
            }
        }
        assertThat(planes().nacks()).isEmpty();
    }

    @Test
    void whoIsNotLoggedInReachesNothing() throws Exception {
        for (Plane plane : Plane.values()) {
            var nobody = new Browser("shop.example");
            assertThat(nobody.get(plane, "/page").destination()).isEmpty();
            for (String name : List.of("OauthHMAC", "OauthExpires", "AccessToken", "IdToken")) {
                var browser = new Browser("shop.example");
                browser.login(plane, plane);
                browser.cookies.remove(browser.cookie("RefreshToken"));
                browser.cookies.computeIfPresent(
                        browser.cookie(name), (_, value) -> value.substring(1) + value.charAt(0));
                Answer answer = browser.get(plane, "/page");
                assertThat(answer.status()).as("%s %s %s", plane, name, answer).isEqualTo(302);
                assertThat(answer.destination()).isEmpty();
            }
            var stranger = new Browser("shop.example");
            String state = stranger.get(plane, "/page").header("location").orElseThrow();
            URI code = stranger.atProvider(state).orElseThrow();
            var victim = new Browser("shop.example");
            victim.get(plane, "/page");
            Answer wrong = victim.get(plane, code.getRawPath() + "?" + code.getRawQuery());
            assertThat(wrong.status()).as("%s %s", plane, wrong).isEqualTo(401);
        }
    }

    /// A login of another policy is none of this one, though the provider is the same.
    @Test
    void aLoginIsOfOnePolicy() throws Exception {
        for (Plane plane : Plane.values()) {
            var browser = new Browser("shop.example");
            browser.login(plane, plane);
            var other = new Browser("brief.example");
            String suffix =
                    String.valueOf(other.get(plane, "/page").header("set-cookie").orElse(""));
            String brief = suffix.replaceFirst("OauthNonce-([0-9a-f]+).*", "$1");
            browser.cookies.forEach((name, value) ->
                    other.cookies.put(name.replaceFirst("-[0-9a-f]{8}$", "-" + brief), value));
            other.cookies.keySet().removeIf(it -> it.startsWith("RefreshToken"));
            assertThat(other.get(plane, "/page").destination()).isEmpty();
        }
    }

    @Test
    void aLoginIsRenewedWithoutAskingAgain() throws Exception {
        for (Plane plane : Plane.values()) {
            var browser = new Browser("brief.example");
            browser.login(plane, plane.other());
            String first = browser.cookies.get(browser.cookie("OauthHMAC"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> {
                        assertThat(browser.get(plane, "/page").status()).isEqualTo(200);
                        assertThat(browser.cookies.get(browser.cookie("OauthHMAC")))
                                .isNotEqualTo(first);
                    });
            browser.cookies.remove(browser.cookie("RefreshToken"));
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(browser.get(plane, "/page").status()).isEqualTo(302));
        }
    }

    @Test
    void whoLogsOutIsLoggedOutAtTheProviderToo() throws Exception {
        for (Plane plane : Plane.values()) {
            var browser = new Browser("shop.example");
            browser.login(plane, plane);
            Answer out = browser.get(plane, "/logout");
            assertThat(out.status()).isEqualTo(302);
            assertThat(browser.atProvider(out.header("location").orElseThrow()))
                    .contains(URI.create("http://shop.example/"));
            Answer again = browser.get(plane, "/page");
            assertThat(again.status()).isEqualTo(302);
            assertThat(browser.atProvider(again.header("location").orElseThrow())).isEmpty();
        }
    }
}

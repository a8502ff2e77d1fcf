package dev.heddle.control.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.testkit.TokenSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySourceTest {
    private static final Reach HERE = new Reach(List.of("127.0.0.0/8"));
    private static final String KEYS = TokenSigner.of("ES256", "one").keySet();
    private final List<SourceState> states = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    KeySourceTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        server.createContext("/keys", exchange -> answer(exchange, 200, KEYS));
        server.createContext("/page", exchange -> answer(exchange, 200, "<html>secret</html>"));
        server.createContext("/long", exchange -> answer(exchange, 200, " ".repeat(2 << 20)));
        server.createContext(
                "/moved",
                exchange -> {
                    exchange.getResponseHeaders().add("location", at("/keys"));
                    answer(exchange, 302, "");
                });
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(exchange, 200, "{\"jwks_uri\":\"" + at("/keys") + "\"}"));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String at(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static KeyFetch fetch(Reach reach) {
        return new KeyFetch(new WebFetch(reach, System::nanoTime, "keys"), WebFetch.Tls.usual());
    }

    @Test
    void keysAreFetchedFromTheirPlaceOrWhereTheIssuerSays() throws IOException {
        assertThat(fetch(HERE).keys(at("/keys"), Duration.ofSeconds(5))).isEqualTo(KEYS);
        assertThat(fetch(HERE).keys(at("/.well-known/openid-configuration"), Duration.ofSeconds(5)))
                .isEqualTo(KEYS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/page", "/long", "/moved", "/nothing"})
    void whatIsNoKeySetIsNotTaken(String path) {
        assertThatThrownBy(() -> fetch(HERE).keys(at(path), Duration.ofSeconds(5)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whoAnswersByteByByteIsNotWaitedFor() throws IOException {
        try (var slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try (Socket caller = slow.accept()) {
                    caller.getOutputStream().write("HTTP/1.1 200 OK".getBytes(UTF_8));
                    while (true) {
                        caller.getOutputStream().write("\r\na: b".getBytes(UTF_8));
                        TimeUnit.MILLISECONDS.sleep(5);
                    }
                } catch (IOException | InterruptedException _) {
                    // It was cut off.
                }
            });
            String place = "http://127.0.0.1:" + slow.getLocalPort() + "/keys";
            assertThatThrownBy(() -> fetch(HERE).keys(place, Duration.ofMillis(200)))
                    .hasMessage("it took too long");
        }
    }

    @Test
    void addressesOfOurOwnAreNotCalled() {
        assertThatThrownBy(() -> fetch(Reach.USUAL).keys(at("/keys"), Duration.ofSeconds(5)))
                .hasMessageContaining("is not called");
        for (String address :
                List.of(
                        "127.0.0.1",
                        "::1",
                        "0.0.0.0",
                        "169.254.169.254",
                        "fe80::1",
                        "fd00:ec2::254",
                        "100.100.100.200",
                        "224.0.0.1",
                        "::ffff:169.254.169.254")) {
            assertThat(Reach.USUAL.allows(InetAddress.ofLiteral(address))).as(address).isFalse();
        }
        assertThat(Reach.USUAL.allows(InetAddress.ofLiteral("10.0.0.1"))).isTrue();
        assertThat(Reach.USUAL.allows(InetAddress.ofLiteral("192.0.2.1"))).isTrue();
    }

    private SourceState policy(String uri) {
        String text =
                """
                apiVersion: security.istio.io/v1
                kind: RequestAuthentication
                metadata: {name: a, namespace: default}
                spec: {jwtRules: [{issuer: me, jwksUri: "%s"}]}
                """
                        .formatted(uri);
        var files = new TreeMap<String, ConfigFile>();
        files.put(
                "a.yaml",
                new ConfigFile(
                        "a.yaml",
                        Instant.EPOCH,
                        text,
                        ConfigReader.RESOURCES.read("a.yaml", text).resources(),
                        List.of()));
        return new SourceState(files, List.of());
    }

    private KeySource source(Reach reach, List<SavedFile> saved) {
        return KeySource.start(
                state -> {
                    states.add(state);
                    return CompletableFuture.completedFuture(1L);
                },
                reach,
                saved,
                "istio-system",
                InstantSource.system(),
                System::nanoTime);
    }

    @Test
    void whatWasFetchedIsAmongTheFilesAndKnownAfterARestart() throws InterruptedException {
        try (var source = source(HERE, List.of())) {
            var _ = source.put(policy(at("/keys")));
            await().until(() -> states.getLast().files().containsKey(KeySource.FILE));
        }
        ConfigFile keys =
                Objects.requireNonNull(states.getLast().files().get(KeySource.FILE), "keys");
        assertThat(keys.resources()).hasSize(1);
        assertThat(keys.text()).contains(at("/keys"));
        states.clear();
        var saved = new SavedFile(KeySource.FILE, keys.changed(), keys.text());
        try (var source = source(Reach.USUAL, List.of(saved))) {
            var _ = source.put(policy(at("/keys")));
            assertThat(states.getFirst().files()).containsKey(KeySource.FILE);
            var _ = source.put(policy("http://192.0.2.1/other"));
            assertThat(states.getLast().files()).doesNotContainKey(KeySource.FILE);
        }
    }
}

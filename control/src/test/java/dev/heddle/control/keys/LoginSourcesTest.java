package dev.heddle.control.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.compiler.secret.LoginKey;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.core.Secret;
import dev.heddle.model.policy.OpenIdProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What logins need that nobody has written: what providers say of themselves, and the mesh's key.
class LoginSourcesTest {
    private static final Reach HERE = new Reach(List.of("127.0.0.0/8"));

    @TempDir Path directory = Path.of("");

    private final List<SourceState> states = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile String said = "";

    LoginSourcesTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() {
        server.createContext(
                "/realm/.well-known/openid-configuration",
                exchange -> {
                    byte[] bytes = said.replace("HERE", issuer()).getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        said =
                "{\"issuer\":\"HERE\",\"authorization_endpoint\":\"HERE/auth\",\"token_endpoint\":\"HERE/token\",\"end_session_endpoint\":\"HERE/out\"}";
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    private String provider(Reach reach) throws IOException {
        return new KeyFetch(new WebFetch(reach, System::nanoTime, "keys"), WebFetch.Tls.usual())
                .provider(issuer(), new Sought.Provider(issuer()).place(), Duration.ofSeconds(30));
    }

    @Test
    void aProviderSaysWherePeopleLogIn() throws IOException {
        assertThat(provider(HERE))
                .isEqualTo(
                        "{\"issuer\":\"HERE\",\"authorizationEndpoint\":\"HERE/auth\",\"tokenEndpoint\":\"HERE/token\",\"endSessionEndpoint\":\"HERE/out\"}"
                                .replace("HERE", issuer()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"issuer\":\"https://other.example\",\"authorization_endpoint\":\"HERE/auth\",\"token_endpoint\":\"HERE/token\"}",
                "{\"issuer\":\"HERE\",\"token_endpoint\":\"HERE/token\"}",
                "{\"issuer\":\"HERE\",\"authorization_endpoint\":\"HERE/auth\",\"token_endpoint\":1}",
                "{\"issuer\":\"HERE\",\"authorization_endpoint\":\"javascript:alert(1)\",\"token_endpoint\":\"HERE/token\"}",
                "{\"issuer\":\"HERE\",\"authorization_endpoint\":\"https://a@b/\",\"token_endpoint\":\"HERE/token\"}",
                "{\"issuer\":\"HERE\",\"authorization_endpoint\":\"HERE/auth\",\"token_endpoint\":\"HERE/token\",\"end_session_endpoint\":\"file:///etc\"}"
            })
    void whatIsNoProviderIsNotTaken(String text) {
        said = text;
        assertThatThrownBy(() -> provider(HERE)).isInstanceOf(IOException.class);
    }

    @Test
    void addressesOfOurOwnAreNotAsked() {
        assertThatThrownBy(() -> provider(Reach.USUAL)).hasMessageContaining("is not called");
    }

    private SourceState files(String... texts) {
        var files = new TreeMap<String, ConfigFile>();
        for (int i = 0; i < texts.length; i++) {
            String name = i + ".yaml";
            files.put(
                    name,
                    new ConfigFile(
                            name,
                            Instant.EPOCH,
                            texts[i],
                            ConfigReader.RESOURCES.read(name, texts[i]).resources(),
                            List.of()));
        }
        return new SourceState(files, List.of());
    }

    private String policy() {
        return """
        apiVersion: heddle.dev/v1alpha1
        kind: SecurityPolicy
        metadata: {name: people, namespace: default}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: shop}]
          oidc: {provider: {issuer: "%s"}, clientID: shop, clientSecret: {name: people}}
        """
                .formatted(issuer());
    }

    private CompletableFuture<Long> take(SourceState state) {
        states.add(state);
        return CompletableFuture.completedFuture(1L);
    }

    private KeySource source(Reach reach, List<SavedFile> saved) {
        return KeySource.start(
                this::take, reach, saved, "istio-system", InstantSource.system(), System::nanoTime);
    }

    @Test
    void whatAProviderSaidIsKnownAfterARestart() throws InterruptedException {
        try (var source = source(HERE, List.of())) {
            var _ = source.put(files(policy()));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> states.getLast().files().containsKey(KeySource.FILE));
        }
        ConfigFile found =
                Objects.requireNonNull(states.getLast().files().get(KeySource.FILE), "provider");
        assertThat(found.resources().getFirst().spec())
                .isEqualTo(
                        new OpenIdProvider(
                                issuer(),
                                issuer() + "/auth",
                                issuer() + "/token",
                                issuer() + "/out"));
        states.clear();
        var saved = new SavedFile(KeySource.FILE, found.changed(), found.text());
        try (var source = source(Reach.USUAL, List.of(saved))) {
            var _ = source.put(files(policy()));
            assertThat(
                            Objects.requireNonNull(
                                            states.getFirst().files().get(KeySource.FILE), "kept")
                                    .text())
                    .isEqualTo(found.text());
        }
    }

    private String key(SourceState state) {
        Secret secret =
                (Secret)
                        Objects.requireNonNull(state.files().get(LoginKeySource.FILE), "key")
                                .resources()
                                .getFirst()
                                .spec();
        return secret.text(LoginKey.ENTRY).orElseThrow();
    }

    private LoginKeySource keys(int seed) {
        return new LoginKeySource(this::take, directory, "istio-system", new Random(seed));
    }

    @Test
    void aKeyIsMadeOnceForWhoeverAsksAndIsItsOwnersAlone() throws Exception {
        var _ = keys(1).put(files("{}"));
        assertThat(states.getLast().files()).doesNotContainKey(LoginKeySource.FILE);
        assertThat(directory).isEmptyDirectory();
        var _ = keys(1).put(files(policy()));
        String made = key(states.getLast());
        assertThat(made).hasSize(43);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.resolve("login-key"))))
                .isEqualTo("rw-------");
        var _ = keys(2).put(files(policy()));
        assertThat(key(states.getLast())).isEqualTo(made);
    }

    @Test
    void aKeyThatSomebodyWroteCounts() throws Exception {
        var _ =
                keys(1).put(
                                files(
                                        policy(),
                                        """
                                        apiVersion: v1
                                        kind: Secret
                                        metadata: {name: heddle-login-key, namespace: istio-system}
                                        stringData: {key: of-several-control-planes-of-one-mesh}
                                        """));
        assertThat(states.getLast().files()).doesNotContainKey(LoginKeySource.FILE);
    }

    @Test
    void whatIsNoKeyIsReplaced() throws Exception {
        Files.writeString(directory.resolve("login-key"), "short");
        var _ = keys(1).put(files(policy()));
        assertThat(key(states.getLast())).hasSize(43);
    }
}

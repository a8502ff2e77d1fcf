package dev.heddle.signals.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.heddle.signals.remote.Pass;
import dev.heddle.signals.remote.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusServerTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String ANSWER =
            """
            {"status": "success", "data": {"resultType": "vector", "result":
              [{"metric": {"job": "a"}, "value": [1, "7"]}]}}
            """;

    @TempDir Path directory;

    private final List<String> shown = new CopyOnWriteArrayList<>();

    private void serve(HttpServer server) {
        server.createContext(
                "/api/v1/query",
                exchange -> {
                    String said = exchange.getRequestHeaders().getFirst("authorization");
                    shown.add(said == null ? "" : said);
                    byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("pass"), text);
    }

    @Test
    void whatIsShownIsReadForEachQuestion() throws IOException {
        HttpServer server = HttpServer.create(ANY, 0);
        serve(server);
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (var nobody = new PrometheusClient(PrometheusServer.open(url));
                var token =
                        new PrometheusClient(
                                new PrometheusServer(
                                        url, new Pass.Token(file("one\n")), Optional.empty()));
                var password =
                        new PrometheusClient(
                                new PrometheusServer(
                                        url, new Pass.Password(file("")), Optional.empty()))) {
            nobody.ask("up", 1);
            file("one\n");
            token.ask("up", 1);
            file("two");
            token.ask("up", 1);
            file("me:a:b\n");
            assertThat(password.ask("up", 1)).hasSize(1);
            assertThat(shown).containsExactly("", "Bearer one", "Bearer two", "Basic bWU6YTpi");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aFileThatHasNothingToShowIsNamedAndNotShown() throws IOException {
        URI url = URI.create("http://127.0.0.1:9");
        var token = new PrometheusServer(url, new Pass.Token(file("a b")), Optional.empty());
        try (var client = new PrometheusClient(token)) {
            assertThatThrownBy(() -> client.ask("up", 1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("Prometheus at " + url + ": ")
                    .hasMessageContaining("pass has no token (expected: one, in one line)")
                    .hasMessageNotContaining("a b");
        }
        var password = new PrometheusServer(url, new Pass.Password(file("me")), Optional.empty());
        assertThatThrownBy(password.pass()::authorization)
                .hasMessageContaining("expected: NAME:PASSWORD, in one line");
        var gone =
                new PrometheusServer(
                        url, new Pass.Token(directory.resolve("gone")), Optional.empty());
        assertThatThrownBy(gone.pass()::authorization).hasMessageContaining("gone cannot be read");
    }

    @Test
    void tlsBelievesTheRootsThatAreNamed() throws Exception {
        SelfSigned shown = SelfSigned.make(directory, "prometheus");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server", shown.key(), new char[0], new Certificate[] {shown.certificate()});
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, new char[0]);
        var served = SSLContext.getInstance("TLS");
        served.init(own.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(ANY, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(served));
        serve(server);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", shown.certificate());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        var believing = SSLContext.getInstance("TLS");
        believing.init(null, trust.getTrustManagers(), null);
        URI url = URI.create("https://localhost:" + server.getAddress().getPort());
        try (var client =
                        new PrometheusClient(
                                new PrometheusServer(
                                        url, new Pass.None(), Optional.of(believing)));
                var doubting = new PrometheusClient(PrometheusServer.open(url))) {
            assertThat(client.ask("up", 1)).hasSize(1);
            assertThatThrownBy(() -> doubting.ask("up", 1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("Prometheus at " + url + ": ");
        } finally {
            server.stop(0);
        }
    }
}

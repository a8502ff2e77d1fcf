package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.prometheus.PrometheusServer;
import dev.heddle.signals.remote.Pass;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is kept of traffic, and from where it is known.
class SignalOptionsTest {
    @TempDir Path directory;

    private static final Optional<InetSocketAddress> HTTP =
            Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 4318));

    private static Optional<SignalOptions> options(
            boolean none, Optional<InetSocketAddress> http, Optional<String> prometheus) {
        return SignalOptions.of(
                none,
                3,
                1024,
                BackendOptions.none(),
                http,
                Optional.empty(),
                new PrometheusOptions(prometheus, WayIn.open("--prometheus")));
    }

    private static PrometheusOptions prometheus(
            Optional<String> url,
            Optional<Path> token,
            Optional<Path> password,
            Optional<Path> roots) {
        return new PrometheusOptions(url, new WayIn("--prometheus", token, password, roots));
    }

    @Test
    void whereNothingIsKeptNothingIsTakenAndNobodyIsAsked() {
        assertThat(options(true, Optional.empty(), Optional.empty())).isEmpty();
        assertThatThrownBy(() -> options(true, HTTP, Optional.empty()))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--otlp-http: with --no-signals nothing is taken");
        assertThatThrownBy(() -> options(true, Optional.empty(), Optional.of("http://a:9090")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--prometheus: with --no-signals nobody is asked");
    }

    @Test
    void aPrometheusIsAUrl() {
        assertThat(options(false, HTTP, Optional.of("https://prom.example/under/a/path")))
                .hasValueSatisfying(it -> {
                    assertThat(it.http()).isEqualTo(HTTP);
                    assertThat(it.prometheus())
                            .hasValue(
                                    PrometheusServer.open(
                                            URI.create("https://prom.example/under/a/path")));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus:9090", "ftp://a", "http://", "http://a?query=up", "a b"})
    void whatIsNoneIsRefused(String url) {
        assertThatThrownBy(() -> options(false, Optional.empty(), Optional.of(url)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--prometheus: '" + url + "' (expected: as in http://");
    }

    @Test
    void howOneGetsInIsSaidOnceAndOfAPrometheus() throws IOException {
        Path file = Files.writeString(directory.resolve("pass"), "me:secret");
        Optional<Path> said = Optional.of(file);
        Optional<Path> none = Optional.empty();
        Optional<String> url = Optional.of("http://prometheus:9090");
        assertThat(prometheus(url, none, said, none).server())
                .hasValueSatisfying(it -> assertThat(it.pass()).isEqualTo(new Pass.Password(file)));
        refused(prometheus(Optional.empty(), said, none, none), "no server is named");
        refused(prometheus(Optional.empty(), none, said, none), "no server is named");
        refused(prometheus(Optional.empty(), none, none, said), "no server is named");
        refused(prometheus(url, said, said, none), "are two ways to get in");
        refused(prometheus(url, none, none, said), "has no TLS (expected: https://…)");
        refused(prometheus(Optional.of("https://a"), none, none, said), "--prometheus-ca: " + file);
        refused(
                prometheus(url, Optional.of(directory.resolve("gone")), none, none),
                "gone cannot be read");
    }

    @Test
    void aBackendIsShownWhatIsSaidAndOnlyOverTls() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "secret");
        Optional<Path> said = Optional.of(file);
        Optional<Path> none = Optional.empty();
        Optional<String> secured = Optional.of("https://collector");
        Optional<String> plain = Optional.of("http://collector");
        assertThat(backend(plain, said, none, none).backend())
                .hasValueSatisfying(it -> {
                    assertThat(it.pass()).isEqualTo(new Pass.Token(file));
                    assertThat(it.tls()).isEmpty();
                });
        assertThat(backend(secured, none, none, none).backend())
                .hasValueSatisfying(it -> assertThat(it.tls()).isPresent());
        refusedBackend(
                backend(Optional.empty(), said, none, none),
                "--signals-otlp-token-file: no server is named");
        refusedBackend(
                backend(Optional.empty(), none, said, none),
                "--signals-otlp-cert: no server is named");
        refusedBackend(
                backend(plain, none, said, said),
                "--signals-otlp-cert: http://collector has no TLS (expected: https://…)");
        refusedBackend(backend(secured, none, said, none), "-cert and --signals-otlp-key belong");
        refusedBackend(backend(secured, none, said, said), "--signals-otlp-cert: " + file);
        refusedBackend(
                backend(Optional.of("collector:4317"), none, none, none),
                "--signals-otlp: 'collector:4317' (expected: as in http://collector:4317");
    }

    private static BackendOptions backend(
            Optional<String> url,
            Optional<Path> token,
            Optional<Path> certificate,
            Optional<Path> key) {
        return new BackendOptions(
                url,
                new WayIn("--signals-otlp", token, Optional.empty(), Optional.empty()),
                certificate,
                key);
    }

    private static void refusedBackend(BackendOptions options, String why) {
        assertThatThrownBy(options::backend).isInstanceOf(Failure.class).hasMessageContaining(why);
    }

    private static void refused(PrometheusOptions options, String why) {
        assertThatThrownBy(options::server)
                .isInstanceOf(Failure.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("secret");
    }

    @Test
    void sendersWhoProveNothingComeFromThisMachine() {
        assertThatThrownBy(() ->
                        Addresses.local(
                                "--otlp-http", "0.0.0.0:4318", "--allow-plaintext-xds", false))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--otlp-http: 0.0.0.0:4318 can be reached from elsewhere");
    }
}

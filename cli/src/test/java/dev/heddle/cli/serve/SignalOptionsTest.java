package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.cli.text.Failure;
import dev.heddle.signals.prometheus.PrometheusServer;
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
                Optional.empty(),
                http,
                new PrometheusOptions(
                        prometheus, Optional.empty(), Optional.empty(), Optional.empty()));
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
        assertThat(new PrometheusOptions(url, none, said, none).server())
                .hasValueSatisfying(it ->
                        assertThat(it.pass()).isEqualTo(new PrometheusServer.Pass.Password(file)));
        refused(new PrometheusOptions(Optional.empty(), said, none, none), "nobody is asked");
        refused(new PrometheusOptions(Optional.empty(), none, said, none), "nobody is asked");
        refused(new PrometheusOptions(Optional.empty(), none, none, said), "nobody is asked");
        refused(new PrometheusOptions(url, said, said, none), "are two ways to get in");
        refused(new PrometheusOptions(url, none, none, said), "has no TLS (expected: https://…)");
        refused(
                new PrometheusOptions(Optional.of("https://a"), none, none, said),
                "--prometheus-ca: " + file);
        refused(
                new PrometheusOptions(url, Optional.of(directory.resolve("gone")), none, none),
                "gone cannot be read");
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

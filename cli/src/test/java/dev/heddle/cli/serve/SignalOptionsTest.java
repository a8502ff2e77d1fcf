package dev.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.cli.text.Failure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is kept of traffic, and from where it is known.
class SignalOptionsTest {
    private static final Optional<InetSocketAddress> HTTP =
            Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 4318));

    private static Optional<SignalOptions> options(
            boolean none, Optional<InetSocketAddress> http, Optional<String> prometheus) {
        return SignalOptions.of(none, 3, 1024, Optional.empty(), http, prometheus);
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
                            .hasValue(URI.create("https://prom.example/under/a/path"));
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
    void sendersWhoProveNothingComeFromThisMachine() {
        assertThatThrownBy(() ->
                        Addresses.local(
                                "--otlp-http", "0.0.0.0:4318", "--allow-plaintext-xds", false))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("--otlp-http: 0.0.0.0:4318 can be reached from elsewhere");
    }
}

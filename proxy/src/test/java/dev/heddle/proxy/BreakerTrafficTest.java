package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A circuit that opens, and closes again, through the whole proxy; stock Envoy takes the same
/// configuration and goes on.
@Timeout(60)
class BreakerTrafficTest {
    private static final String BROKEN = "503 circuit_breaker_open CBO circuit breaker open";

    @TempDir Path directory;

    private final AtomicBoolean isFailing = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();

    private static String bootstrap(List<Integer> ports, int upstream) {
        return Bootstraps.withAdmin(
                ports.get(1),
                Bootstraps.of(
                        List.of(
                                Bootstraps.http(
                                        ports.get(0),
                                        """
                                        - match: {prefix: /}
                                          route: {cluster: c, retry_policy: {retry_on: 5xx, num_retries: 1}}
                                          response_headers_to_add:
                                          - {header: {key: x-why, value: '%RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%'}}
                                        """)),
                        """
                        - name: c
                          type: STATIC
                          connect_timeout: 5s
                          metadata: {filter_metadata: {heddle.circuit_breaker: {window: 60, min_requests: 4, error_percent: 50, break_duration: 1, probes: 2}}}
                          load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [%s]}]}
                        """
                                .formatted(Bootstraps.host(upstream, ""))));
    }

    private String answer() {
        asked.incrementAndGet();
        return isFailing.get()
                ? "HTTP/1.1 500 Sorry\r\ncontent-length: 0\r\n\r\n"
                : "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    }

    /// Status, why, and what the proxy says.
    private static String get(int port, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            var seen = new StringBuilder(in.readLine().substring(9, 12));
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.startsWith("x-why: ")) {
                    seen.append(line.substring(6));
                }
            }
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                seen.append(path.startsWith("/stats") || path.startsWith("/clusters") ? '\n' : ' ')
                        .append(line);
            }
            return seen.toString();
        }
    }

    private static void pause(long millis) throws InterruptedException {
        boolean _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    @Test
    void theCircuitOpensAsksAgainAndCloses() throws Exception {
        try (var upstream = new AnsweringBackend("\r\n\r\n", _ -> answer());
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, upstream.port()))) {
            int port = planes.all().getFirst().ports().getFirst();
            int admin = planes.all().getFirst().ports().getLast();
            assertThat(get(admin, "/clusters")).contains("c::circuit_breaker::state::closed");
            // Each is tried twice, so that two of them are four attempts.
            assertThat(get(port, "/")).startsWith("500 via_upstream");
            assertThat(get(port, "/")).startsWith("500 via_upstream");
            assertThat(asked).hasValue(4);
            assertThat(get(port, "/")).isEqualTo(BROKEN);
            assertThat(get(port, "/")).isEqualTo(BROKEN);
            assertThat(asked).as("nothing is sent").hasValue(4);
            assertThat(get(admin, "/clusters")).contains("c::circuit_breaker::state::open");
            assertThat(get(admin, "/stats?filter=circuit_breaker%5C."))
                    .contains("cluster.c.circuit_breaker.state: 1")
                    .contains("cluster.c.circuit_breaker.opened: 1")
                    .contains("cluster.c.circuit_breaker.refused: 2");

            pause(1_050);
            // One probe fails, and its retry is refused.
            assertThat(get(port, "/")).isEqualTo(BROKEN);
            assertThat(asked).hasValue(5);
            assertThat(get(port, "/")).isEqualTo(BROKEN);
            assertThat(asked).as("open again").hasValue(5);

            isFailing.set(false);
            pause(1_050);
            assertThat(get(port, "/")).startsWith("200 via_upstream");
            assertThat(get(admin, "/clusters")).contains("c::circuit_breaker::state::half_open");
            assertThat(get(port, "/")).startsWith("200 via_upstream");
            assertThat(get(admin, "/clusters")).contains("c::circuit_breaker::state::closed");
            for (int i = 0; i < 10; i++) {
                assertThat(get(port, "/")).startsWith("200 via_upstream");
            }
            assertThat(get(admin, "/stats?filter=circuit_breaker%5C."))
                    .contains("cluster.c.circuit_breaker.state: 0")
                    .contains("cluster.c.circuit_breaker.closed: 1")
                    .contains("cluster.c.circuit_breaker.probes: 3");
        }
    }

    @Test
    void stockEnvoyGoesOnSending() throws Exception {
        try (var upstream = new AnsweringBackend("\r\n\r\n", _ -> answer());
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, upstream.port()))) {
            int port = planes.all().getLast().ports().getFirst();
            for (int i = 0; i < 10; i++) {
                assertThat(get(port, "/")).startsWith("500 via_upstream");
            }
            assertThat(asked).hasValue(20);
        }
    }
}

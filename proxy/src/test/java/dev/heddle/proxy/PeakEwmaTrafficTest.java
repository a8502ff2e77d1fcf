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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Balancing by latency, through the whole proxy; stock Envoy takes the same configuration, and
/// does what it can do.
@Timeout(60)
class PeakEwmaTrafficTest {
    private static final int CALLS = 60;

    @TempDir Path directory;

    private static String bootstrap(List<Integer> ports, int one, int other) {
        return Bootstraps.of(
                List.of(
                        Bootstraps.http(
                                ports.getFirst(), "- {match: {prefix: /}, route: {cluster: c}}")),
                """
                - name: c
                  type: STATIC
                  connect_timeout: 5s
                  lb_policy: LEAST_REQUEST
                  metadata: {filter_metadata: {heddle.peak_ewma: {decay_time: 10, max_retry_after: 30}}}
                  load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [%s, %s]}]}
                """
                        .formatted(Bootstraps.host(one, ""), Bootstraps.host(other, "")));
    }

    private static String answer(String status, String headers) {
        return "HTTP/1.1 " + status + "\r\n" + headers + "content-length: 0\r\n\r\n";
    }

    private static void call(int port, int times) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int i = 0; i < times; i++) {
                socket.getOutputStream()
                        .write(
                                "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                    // Whose answer it is, the backends count.
                }
            }
        }
    }

    /// Calls that each backend got of ours, after those of a plane.
    private int[] shares(String plane, AnswersCounted one, AnswersCounted other) throws Exception {
        try (var a = new AnsweringBackend("\r\n\r\n", _ -> one.answer());
                var b = new AnsweringBackend("\r\n\r\n", _ -> other.answer());
                var planes =
                        DataPlanes.start(
                                directory, 1, ports -> bootstrap(ports, a.port(), b.port()))) {
            for (DataPlanes.Plane each : planes.all()) {
                if (each.name().equals(plane)) {
                    call(each.ports().getFirst(), CALLS);
                }
            }
            return new int[] {one.count.get(), other.count.get()};
        }
    }

    /// Counts how often it answers.
    private record AnswersCounted(String text, long waitsMillis, AtomicInteger count) {
        AnswersCounted(String text, long waitsMillis) {
            this(text, waitsMillis, new AtomicInteger());
        }

        String answer() {
            count.incrementAndGet();
            if (waitsMillis > 0) {
                try {
                    boolean _ = new CountDownLatch(1).await(waitsMillis, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return text;
        }
    }

    @Test
    void aHostThatAsksToBeLeftAloneIs() throws Exception {
        int[] shares =
                shares(
                        "heddle",
                        new AnswersCounted(answer("429 Too Many", "retry-after: 20\r\n"), 0),
                        new AnswersCounted(answer("200 OK", ""), 0));
        assertThat(shares).as("once, and never again").containsExactly(1, CALLS - 1);
    }

    @Test
    void aSlowHostGetsLittle() throws Exception {
        int[] shares =
                shares(
                        "heddle",
                        new AnswersCounted(answer("200 OK", ""), 1_000),
                        new AnswersCounted(answer("200 OK", ""), 0));
        // Once to learn it; more only where this machine holds the other one up as long.
        assertThat(shares[0]).as("of %d", CALLS).isBetween(1, 3);
    }

    @Test
    void stockEnvoyDoesAsWithLeastRequest() throws Exception {
        int[] shares =
                shares(
                        "envoy",
                        new AnswersCounted(answer("429 Too Many", "retry-after: 20\r\n"), 0),
                        new AnswersCounted(answer("200 OK", ""), 0));
        assertThat(shares[0]).as("of %d", CALLS).isGreaterThan(CALLS / 5);
    }
}

package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Long answers over HTTP/1.1, which the kernel moves by itself where it can.
class LongBodyTest {
    /// On both sides of where a body is long.
    private static final List<Integer> SIZES =
            List.of(0, 1, 65_535, 65_536, 65_537, 70_000, 262_144, 5_000_001, 10);

    @TempDir Path directory;

    private Proxy start(Transport transport, int upstream) throws Exception {
        String bootstrap =
                """
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.\
                http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          stream_idle_timeout: 1s
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.\
                v3.Router
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes: [{match: {prefix: /}, route: {cluster: far}}]
                          access_log:
                          - name: file
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.\
                file.v3.FileAccessLog
                              path: %s
                              log_format:
                                text_format_source:
                                  inline_string: "%%BYTES_SENT%% %%RESPONSE_FLAGS%%\\n"
                  clusters:
                  - name: far
                    type: STATIC
                    load_assignment:
                      cluster_name: far
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address:
                              socket_address: {address: 127.0.0.1, port_value: %d}
                """
                        .formatted(log(), upstream);
        return Proxy.start(
                BootstrapParser.parse("test", bootstrap), ProxyTest.settings(1, transport));
    }

    private Path log() {
        return directory.resolve("access.log");
    }

    private static byte[] bytes(int count) {
        var bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /// A head of either kind.
    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ends after: " + head.toString(ISO_8859_1));
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    private static void ask(Socket client) throws IOException {
        client.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(ISO_8859_1));
    }

    /// Takes the head of an answer that must be the upstream's, not one of the proxy's own.
    private static void answered(Socket client) throws IOException {
        assertThat(head(client.getInputStream())).startsWith("HTTP/1.1 200 OK\r\n");
    }

    private static void answer(OutputStream out, int length, byte[] body) throws IOException {
        String head = "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n".formatted(length);
        out.write(head.getBytes(ISO_8859_1));
        out.write(body);
        out.flush();
    }

    /// What the upstream does; that its connection breaks is what some tests are about.
    private interface Script {
        void play(Socket server) throws IOException, InterruptedException;
    }

    /// What the client does.
    private interface Scene {
        void play(Socket client) throws IOException, InterruptedException;
    }

    /// Plays both, on one connection each.
    private String log(Transport transport, Script script, Scene scene) throws Exception {
        assumeTrue(transport.isAvailable(), transport + " is not available here");
        try (var upstream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            upstream.setSoTimeout(30_000);
            Proxy proxy = start(transport, upstream.getLocalPort());
            CompletableFuture<Void> serving =
                    CompletableFuture.runAsync(
                            () -> serve(upstream, script), Thread::startVirtualThread);
            int port = proxy.listenerAddress("in").orElseThrow().getPort();
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(30_000);
                scene.play(client);
            }
            proxy.close();
            serving.join();
        }
        return Files.readString(log());
    }

    private static void serve(ServerSocket upstream, Script script) {
        try (Socket server = upstream.accept()) {
            server.setSoTimeout(30_000);
            script.play(server);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the upstream's side", e);
        }
    }

    /// Waits for the proxy to let go.
    private static void awaitEnd(Socket server) throws IOException {
        try {
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            // So is a reset.
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void answersOfAllSizesFollowEachOtherOnOneConnection(Transport transport) throws Exception {
        var isTaken = new CountDownLatch(1);
        String log =
                log(
                        transport,
                        server -> {
                            for (int size : SIZES) {
                                head(server.getInputStream());
                                answer(server.getOutputStream(), size, bytes(size));
                            }
                            isTaken.await();
                        },
                        client -> {
                            for (int size : SIZES) {
                                ask(client);
                                answered(client);
                                assertThat(client.getInputStream().readNBytes(size))
                                        .isEqualTo(bytes(size));
                            }
                            isTaken.countDown();
                        });
        assertThat(log.lines())
                .containsExactlyElementsOf(SIZES.stream().map(size -> size + " -").toList());
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void anAnswerThatEndsTooEarlyIsCutOff(Transport transport) throws Exception {
        String log =
                log(
                        transport,
                        server -> {
                            head(server.getInputStream());
                            answer(server.getOutputStream(), 300_000, bytes(200_000));
                        },
                        LongBodyTest::takeWhatThereIs);
        assertThat(log).isEqualTo("200000 UC\n");
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void anAnswerThatStallsIsCutOff(Transport transport) throws Exception {
        String log =
                log(
                        transport,
                        server -> {
                            head(server.getInputStream());
                            answer(server.getOutputStream(), 300_000, bytes(200_000));
                            awaitEnd(server);
                        },
                        LongBodyTest::takeWhatThereIs);
        assertThat(log).isEqualTo("200000 SI\n");
    }

    private static void takeWhatThereIs(Socket client) throws IOException {
        ask(client);
        answered(client);
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(bytes(200_000));
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void anAnswerWithWhichTheUpstreamClosesIsWhole(Transport transport) throws Exception {
        String log =
                log(
                        transport,
                        server -> {
                            head(server.getInputStream());
                            answer(server.getOutputStream(), 200_000, bytes(200_000));
                        },
                        client -> {
                            ask(client);
                            answered(client);
                            assertThat(client.getInputStream().readNBytes(200_000))
                                    .isEqualTo(bytes(200_000));
                        });
        assertThat(log).isEqualTo("200000 -\n");
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void aClientThatLeavesEndsTheAnswer(Transport transport) throws Exception {
        byte[] body = bytes(100_000_000);
        var isEnded = new CountDownLatch(1);
        String log =
                log(
                        transport,
                        server -> {
                            head(server.getInputStream());
                            assertThatThrownBy(() ->
                                            answer(server.getOutputStream(), 500_000_000, body))
                                    .isInstanceOf(SocketException.class);
                            isEnded.countDown();
                        },
                        client -> {
                            ask(client);
                            answered(client);
                            assertThat(client.getInputStream().readNBytes(200_000))
                                    .hasSize(200_000);
                            client.close();
                            assertThat(isEnded.await(30, TimeUnit.SECONDS)).isTrue();
                        });
        assertThat(log).endsWith(" DC\n");
    }

    /// More than all buffers on the way hold together.
    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void aClientGetsAllOfMoreThanBuffersHold(Transport transport) throws Exception {
        byte[] body = bytes(30_000_000);
        var isTaken = new CountDownLatch(1);
        String log =
                log(
                        transport,
                        server -> {
                            head(server.getInputStream());
                            answer(server.getOutputStream(), body.length, body);
                            isTaken.await();
                        },
                        client -> {
                            ask(client);
                            answered(client);
                            var got = new ByteArrayOutputStream(body.length);
                            var piece = new byte[1 << 20];
                            while (got.size() < body.length) {
                                int count = client.getInputStream().read(piece);
                                assertThat(count).isPositive();
                                got.write(piece, 0, count);
                            }
                            assertThat(Arrays.equals(got.toByteArray(), body)).isTrue();
                            isTaken.countDown();
                        });
        assertThat(log).isEqualTo("30000000 -\n");
    }
}

package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Much over one TCP connection, which the kernel moves by itself where it can.
class BulkTest {
    private static final int UP = 9_000_001;
    private static final int DOWN = 7_000_001;

    @TempDir Path directory;

    private static Proxy start(Transport transport, int upstream, Path log) throws Exception {
        String bootstrap =
                """
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.\
                tcp_proxy.v3.TcpProxy
                          stat_prefix: in
                          cluster: far
                          access_log:
                          - name: file
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.\
                file.v3.FileAccessLog
                              path: %s
                              log_format:
                                text_format_source:
                                  inline_string: "%%BYTES_RECEIVED%% %%BYTES_SENT%%\\n"
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
                        .formatted(log, upstream);
        return Proxy.start(
                BootstrapParser.parse("test", bootstrap), ProxyTest.settings(1, transport));
    }

    private static byte[] bytes(int count) {
        var bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static long sum(byte[] bytes) {
        var sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }

    /// Reads to the end.
    private static long sumOf(InputStream in) throws IOException {
        var sum = new CRC32();
        var piece = new byte[10_000];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            sum.update(piece, 0, count);
        }
        return sum.getValue();
    }

    private static CompletableFuture<Void> sending(Socket to, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                to.getOutputStream().write(bytes);
                to.shutdownOutput();
            } catch (IOException e) {
                throw new AssertionError("the proxy does not take it all", e);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void everyByteArrivesAndIsCountedInBothDirections(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), transport + " is not available here");
        Path log = directory.resolve("access.log");
        byte[] up = bytes(UP);
        byte[] down = bytes(DOWN);
        try (var upstream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Proxy proxy = start(transport, upstream.getLocalPort(), log);
            int port = proxy.listenerAddress("in").orElseThrow().getPort();
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket server = upstream.accept()) {
                client.setSoTimeout(10_000);
                server.setSoTimeout(10_000);
                CompletableFuture<Void> sentUp = sending(client, up);
                assertThat(sumOf(server.getInputStream())).isEqualTo(sum(up));
                sentUp.join();
                CompletableFuture<Void> sentDown = sending(server, down);
                assertThat(sumOf(client.getInputStream())).isEqualTo(sum(down));
                sentDown.join();
            }
            proxy.close();
        }
        assertThat(Files.readString(log)).isEqualTo(UP + " " + DOWN + "\n");
    }
}

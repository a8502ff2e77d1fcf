package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.sim.LoopbackProxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The proxy on real sockets: every transport that the machine has, and what only a kernel shows:
/// back-pressure, half-closed connections, addresses in use.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
@Timeout(30)
class LoopbackTest {
    private static final int MIB = 1 << 20;

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        var text = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (text.indexOf(end) < 0) {
            int c = in.read();
            if (c < 0) {
                return text + "<end>";
            }
            text.append((char) c);
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void everyTransportForwards(Transport transport) throws IOException {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                transport.isAvailable(), transport + " is not available here");
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.http(transport, 2, upstream.getLocalPort())) {
            for (int i = 0; i < 8; i++) {
                try (Socket client = connect(proxy.port())) {
                    write(client, "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
                    try (Socket server = upstream.accept()) {
                        assertThat(readUntil(server, "\r\n\r\n")).startsWith("GET /a HTTP/1.1");
                        write(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                        assertThat(readUntil(client, "hi")).startsWith("HTTP/1.1 200 OK");
                    }
                }
            }
        }
    }

    @Test
    void aClientThatDoesNotReadStopsItsUpstream() throws Exception {
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.http(Transport.usual(), 1, upstream.getLocalPort());
                Socket client = connect(proxy.port())) {
            write(client, "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            try (Socket server = upstream.accept()) {
                readUntil(server, "\r\n\r\n");
                write(server, "HTTP/1.1 200 OK\r\nContent-Length: " + 256 * MIB + "\r\n\r\n");
                var sent = new AtomicLong();
                CompletableFuture<Void> writing = flood(server.getOutputStream(), sent);
                assertStalls(sent);
                readAll(client, 256L * MIB);
                writing.join();
                assertThat(sent).hasValue(256L * MIB);
            }
        }
    }

    @Test
    void anUpstreamThatDoesNotReadStopsItsClient() throws Exception {
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.http(Transport.usual(), 1, upstream.getLocalPort());
                Socket client = connect(proxy.port())) {
            write(
                    client,
                    "POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: " + 256 * MIB + "\r\n\r\n");
            try (Socket server = upstream.accept()) {
                readUntil(server, "\r\n\r\n");
                var sent = new AtomicLong();
                CompletableFuture<Void> writing = flood(client.getOutputStream(), sent);
                assertStalls(sent);
                readAll(server, 256L * MIB);
                writing.join();
                write(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(readUntil(client, "hi")).endsWith("hi");
            }
        }
    }

    @Test
    void aTcpProxyKeepsPaceAndEndsEachDirectionByItself() throws Exception {
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.tcp(Transport.usual(), upstream.getLocalPort());
                Socket client = connect(proxy.port());
                Socket server = upstream.accept()) {
            var sent = new AtomicLong();
            CompletableFuture<Void> writing = flood(client.getOutputStream(), sent);
            assertStalls(sent);
            readAll(server, 256L * MIB);
            writing.join();
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            write(server, "still here");
            assertThat(readUntil(client, "here")).isEqualTo("still here");
            server.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void aClientThatHasSaidEverythingStillGetsALongAnswer(Transport transport) throws Exception {
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.tcp(transport, upstream.getLocalPort());
                Socket client = connect(proxy.port())) {
            write(client, "all of it");
            client.shutdownOutput();
            Socket server = upstream.accept();
            assertThat(readUntil(server, "all of it")).isEqualTo("all of it");
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            var sent = new AtomicLong();
            CompletableFuture<Void> writing = flood(server.getOutputStream(), sent);
            assertStalls(sent);
            readAll(client, 256L * MIB);
            writing.join();
            server.close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aClientThatIsStillSendingCanReadItsRefusal() throws Exception {
        try (ServerSocket upstream = server();
                var proxy = LoopbackProxy.http(Transport.usual(), 1, upstream.getLocalPort());
                Socket client = connect(proxy.port())) {
            write(
                    client,
                    "POST /a HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 100000\r\n\r\n");
            write(client, "x".repeat(50_000));
            assertThat(readUntil(client, "\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void anAddressInUseIsSaid() throws Exception {
        try (ServerSocket taken = server()) {
            assertThat(LoopbackProxy.failures(Transport.usual(), taken.getLocalPort()))
                    .singleElement()
                    .asString()
                    .startsWith("listener main: bind 127.0.0.1:" + taken.getLocalPort() + ": ")
                    .containsIgnoringCase("in use");
        }
    }

    private static CompletableFuture<Void> flood(OutputStream out, AtomicLong sent) {
        return CompletableFuture.runAsync(() -> {
            var piece = new byte[64 * 1024];
            try {
                while (sent.get() < 256L * MIB) {
                    out.write(piece);
                    sent.addAndGet(piece.length);
                }
            } catch (IOException e) {
                throw new AssertionError("after " + sent + " bytes", e);
            }
        });
    }

    /// The writer gets no further than what the kernel and the proxy buffer, far below the whole.
    private static void assertStalls(AtomicLong sent) throws InterruptedException {
        long before;
        do {
            before = sent.get();
            Thread.sleep(300);
        } while (sent.get() != before);
        assertThat(before).isLessThan(64L * MIB);
    }

    private static void readAll(Socket socket, long bytes) throws IOException {
        var piece = new byte[256 * 1024];
        long left = bytes;
        InputStream in = socket.getInputStream();
        while (left > 0) {
            int count = in.read(piece);
            assertThat(count).as("after %d bytes", bytes - left).isPositive();
            left -= count;
        }
    }
}

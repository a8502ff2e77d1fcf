package dev.heddle.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.sim.LoopbackProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Accidents that only real sockets have.
class LoopbackFaultsTest {
    private static final String GET = "GET / HTTP/1.1\r\nhost: echo\r\n\r\n";
    private static final int CLIENTS = 500;

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void clientsThatResetTheirConnectionsLeaveNothing(Transport transport) throws Exception {
        HttpServer echo =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        echo.start();
        // Closing the proxy waits for its connections, and asserts that nothing went wrong.
        try (var proxy = LoopbackProxy.http(transport, 1, echo.getAddress().getPort());
                var good = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            for (int i = 0; i < CLIENTS; i++) {
                vanish(proxy.port(), i % GET.length());
                assertThat(answer(good)).startsWith("HTTP/1.1 204 ");
            }
        } finally {
            echo.stop(0);
        }
    }

    /// Sends a part of a request, says that nothing more comes, and resets the connection.
    private static void vanish(int port, int bytes) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII), 0, bytes);
            socket.shutdownOutput();
            socket.setSoLinger(true, 0);
        } catch (SocketException _) {
            // The proxy was faster.
        }
    }

    private static String answer(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = new byte[1024];
        int n = socket.getInputStream().read(bytes);
        return n < 0 ? "" : new String(bytes, 0, n, StandardCharsets.US_ASCII);
    }
}

package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.sim.LoopbackProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A real server that closes idle connections after a short time that nobody knows, under load.
class KeepAliveLoadTest {
    private static final int CLIENTS = 4;
    private static final int REQUESTS = 400;
    private final AtomicInteger closes = new AtomicInteger();

    @Test
    void noRequestFailsBecauseTheServerClosesWhatIsIdle() throws Exception {
        // Closed in this order: the server's socket, then, once its threads have ended, they.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                var server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> accept(server, threads));
            try (var proxy = LoopbackProxy.http(Transport.usual(), 1, server.getLocalPort())) {
                var clients = new ArrayList<Future<List<String>>>();
                for (int i = 0; i < CLIENTS; i++) {
                    long seed = i;
                    clients.add(threads.submit(() -> answers(proxy.port(), seed)));
                }
                for (Future<List<String>> client : clients) {
                    assertThat(client.get()).hasSize(REQUESTS);
                    assertThat(Set.copyOf(client.get())).containsExactly("HTTP/1.1 200 OK");
                }
            }
        }
        assertThat(closes).as("idle connections that the server closed").hasPositiveValue();
    }

    private static List<String> answers(int port, long seed) throws Exception {
        var random = new SplittableRandom(seed);
        var answers = new ArrayList<String>();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            for (int i = 0; i < REQUESTS; i++) {
                socket.getOutputStream()
                        .write(
                                "GET / HTTP/1.1\r\nhost: echo\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                answers.add(head(socket.getInputStream()).lines().findFirst().orElse(""));
                Thread.sleep(random.nextInt(12));
            }
        }
        return answers;
    }

    private void accept(ServerSocket server, ExecutorService threads) {
        var random = new SplittableRandom(7);
        try {
            while (true) {
                Socket socket = server.accept();
                int idle = 2 + random.nextInt(20);
                threads.execute(() -> serve(socket, idle));
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    private void serve(Socket socket, int idleMillis) {
        try (socket) {
            while (!head(socket.getInputStream()).isEmpty()) {
                socket.setSoTimeout(idleMillis);
                socket.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (SocketTimeoutException _) {
            closes.incrementAndGet();
        } catch (IOException _) {
            // The proxy has gone.
        }
    }

    /// A head up to its empty line; empty at the end of the connection.
    private static String head(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            text.append((char) c);
        }
        return text.toString();
    }
}

package dev.heddle.e2e.signals;

import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Applications of HTTP/1.1 on the loopback interface, each of which fails in its own way.
final class FailingServices implements AutoCloseable {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    private static final String BROKEN =
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";

    private final Parts parts = new Parts();
    private final Map<String, Integer> ports = new TreeMap<>();

    /// What an application does with a request, whose head was read.
    private interface Behaviour {
        /// @return whether the connection stays
        boolean answer(OutputStream out) throws IOException;
    }

    FailingServices() throws IOException {
        start("ok", out -> write(out, OK));
        start("broken", out -> write(out, BROKEN));
        start("flaky", out -> write(out, BROKEN));
        start(
                "slow",
                out -> {
                    LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                    return write(out, OK);
                });
        start("closing", _ -> false);
        start("garbage", out -> write(out, "this is no HTTP\r\n\r\n"));
        start(
                "half",
                out -> {
                    write(out, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
                    return false;
                });
        ports.put("busy", ports.get("slow"));
        ports.put("closed", FreePorts.one());
    }

    private static boolean write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return true;
    }

    private void start(String name, Behaviour behaviour) throws IOException {
        var server = parts.add(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        ports.put(name, server.getLocalPort());
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try {
                            Socket socket = server.accept();
                            Thread.ofVirtual().start(() -> serve(socket, behaviour));
                        } catch (IOException _) {
                            return;
                        }
                    }
                });
    }

    private static void serve(Socket socket, Behaviour behaviour) {
        try (socket) {
            boolean stays = true;
            while (stays && readHead(socket.getInputStream())) {
                stays = behaviour.answer(socket.getOutputStream());
            }
        } catch (IOException _) {
            // The proxy went away.
        }
    }

    /// Whether there was one more.
    private static boolean readHead(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            matched = next == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return true;
    }

    /// Where each of them is.
    Map<String, Integer> ports() {
        return Map.copyOf(ports);
    }

    @Override
    public void close() {
        parts.close();
    }
}

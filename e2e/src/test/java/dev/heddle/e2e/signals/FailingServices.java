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
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Applications on the loopback interface, each of which fails in its own way.
final class FailingServices implements AutoCloseable {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    private static final String BROKEN =
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";

    /// With two digits of the day, as Envoy wants them.
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private final Parts parts = new Parts();
    private final Map<String, Integer> ports = new TreeMap<>();

    /// What an application does with a request, whose head was read.
    private interface Behaviour {
        /// @param count how many there were on this connection, with this one
        /// @return whether the connection stays
        boolean answer(OutputStream out, int count) throws IOException;
    }

    /// What an application does with a connection, which ends with it.
    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    FailingServices() throws IOException {
        start("ok", (out, _) -> write(out, OK));
        start("broken", (out, _) -> write(out, BROKEN));
        start("denying", (out, _) -> write(out, OK.replace("200 OK", "403 Forbidden")));
        start("cached", (out, _) -> write(out, cacheable()));
        start(
                "slow",
                (out, _) -> {
                    LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                    return write(out, OK);
                });
        start("closing", (_, _) -> false);
        start("garbage", (out, _) -> write(out, "this is no HTTP\r\n\r\n"));
        start(
                "half",
                (out, _) -> {
                    write(out, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
                    return false;
                });
        start("leaving", (out, count) -> count == 1 && write(out, OK));
        start("restless", (out, _) -> restless(out));
        converse("resetting", socket -> WireHttp2.giveUpAll(socket, WireHttp2.INTERNAL_ERROR));
        converse("refusing", socket -> WireHttp2.giveUpAll(socket, WireHttp2.REFUSED_STREAM));
        converse(
                "plain",
                socket -> {
                    if (socket.getInputStream().read() >= 0) {
                        write(socket.getOutputStream(), BROKEN);
                    }
                });
        converse("tcp-gone", socket -> socket.getInputStream().readAllBytes());
        startUnreachable();
        ports.put("closed", FreePorts.one());
        same("broken", "again", "spent", "broken-open", "flaky", "unwell");
        same("slow", "busy", "full", "stream-limited");
        same("tcp-gone", "tcp-old", "tcp-one", "tcp-missing", "tcp-few");
        same("closed", "tcp-closed");
    }

    private static String cacheable() {
        return "HTTP/1.1 200 OK\r\ncache-control: max-age=600\r\ncontent-length: 2\r\ndate: "
                + HTTP_DATE.format(ZonedDateTime.now(ZoneOffset.UTC))
                + "\r\n\r\nok";
    }

    private void same(String as, String... names) {
        for (String name : names) {
            ports.put(name, ports.get(as));
        }
    }

    /// Goes at once, or a little later, when another request may be under way.
    private static boolean restless(OutputStream out) throws IOException {
        write(out, OK);
        LockSupport.parkNanos(Math.floorMod(System.nanoTime(), 600_000L));
        return false;
    }

    private static boolean write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return true;
    }

    private void start(String name, Behaviour behaviour) throws IOException {
        converse(
                name,
                socket -> {
                    int count = 1;
                    while (readHead(socket.getInputStream())
                            && behaviour.answer(socket.getOutputStream(), count)) {
                        count++;
                    }
                });
    }

    private void converse(String name, Conversation conversation) throws IOException {
        var server = parts.add(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        ports.put(name, server.getLocalPort());
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try {
                            Socket socket = server.accept();
                            Thread.ofVirtual().start(() -> serve(socket, conversation));
                        } catch (IOException _) {
                            return;
                        }
                    }
                });
    }

    /// Nobody takes its connections, and its queue is full: the kernel lets no more of them come
    /// about.
    private void startUnreachable() throws IOException {
        var server = parts.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        ports.put("unreachable", server.getLocalPort());
        for (int i = 0; i < 2; i++) {
            parts.add(new Socket()).connect(server.getLocalSocketAddress());
        }
    }

    private static void serve(Socket socket, Conversation conversation) {
        try (socket) {
            conversation.hold(socket);
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

package dev.heddle.e2e;

import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The whole table, asked of one proxy over real sockets.
final class ParityRun {
    private static final String PROBE =
            ParityBackend.PROBE + "HTTP/1.1\r\nhost: probe.test\r\n\r\n";
    private static final Duration START = Duration.ofSeconds(30);

    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Seen> byClient = new LinkedHashMap<>();

    /// What became of one case.
    ///
    /// @param answer bytes that the client got, made comparable
    /// @param fate of the connection after the answers: `open`, `closed` or `silent`
    /// @param request bytes that the upstream got, made comparable
    record Outcome(String answer, String fate, String request, List<String> log) {}

    private record Seen(ParityCase row, String answer, String fate, String request) {}

    /// Starts the proxy, asks everything, stops it, and reads its log.
    static Map<ParityCase, Outcome> of(DataPlane proxy, Path directory) throws Exception {
        return new ParityRun().outcomes(proxy, directory);
    }

    private Map<ParityCase, Outcome> outcomes(DataPlane proxy, Path directory) throws Exception {
        Path log = directory.resolve("access.log");
        Path bootstrap = directory.resolve("bootstrap.json");
        try (var backend = new ParityBackend()) {
            List<Integer> free = new ArrayList<>(FreePorts.many(ParityCase.managers().size() + 1));
            int nobody = free.removeLast();
            for (Object name : ParityCase.managers().keySet()) {
                ports.put(name.toString(), free.removeLast());
            }
            Files.writeString(bootstrap, ParityBootstrap.json(ports, backend.port(), nobody, log));
            try (AutoCloseable _ = proxy.start(bootstrap)) {
                for (int port : ports.values()) {
                    awaitServing(port);
                }
                for (ParityCase row : ParityCase.all()) {
                    ask(row, backend);
                }
            }
        }
        return withLogs(Files.readAllLines(log));
    }

    private static void awaitServing(int port) throws InterruptedException {
        long until = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < until) {
            try (Socket socket = connect("127.0.0.1", port, 1_000)) {
                send(socket, PROBE);
                if (receive(socket, "", false).startsWith("HTTP/1.1 200 ")) {
                    return;
                }
            } catch (IOException _) {
                // Not yet.
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException("port " + port + ": nobody serves");
    }

    private static Socket connect(String client, int port, int millis) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(client, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(millis);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Everything up to the end of the first answer in it, or of the connection.
    private static String receive(Socket socket, String before, boolean isHead) throws IOException {
        var text = new StringBuilder(before);
        byte[] piece = new byte[65536];
        while (ParityText.answerEnd(text.toString(), isHead) < 0) {
            int n = socket.getInputStream().read(piece);
            if (n < 0) {
                break;
            }
            text.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private void ask(ParityCase row, ParityBackend backend) throws Exception {
        int port = ports.getOrDefault(row.manager(), 0);
        backend.answer(row.upstream(), row.upstreamCloses());
        // Each case has an address of its own, by which its lines are found in the log.
        String client = "127.1." + byClient.size() / 250 + "." + (1 + byClient.size() % 250);
        try (Socket socket = connect(client, port, row.waitMillis())) {
            var call = new ParityCall(row);
            String fate = call.run(socket, port);
            byClient.put(
                    client,
                    new Seen(
                            row,
                            ParityText.comparable(call.answer(), client, port),
                            fate,
                            ParityText.comparable(backend.seen(), client, port)));
        }
    }

    /// One case on one connection.
    private static final class ParityCall {
        private final ParityCase row;
        private final StringBuilder answer = new StringBuilder();

        ParityCall(ParityCase row) {
            this.row = row;
        }

        String answer() {
            return answer.toString();
        }

        String run(Socket socket, int port) throws Exception {
            try {
                for (String piece : row.send()) {
                    send(socket, piece.replace("{port}", Integer.toString(port)));
                    if (row.send().size() > 1) {
                        Thread.sleep(50);
                    }
                }
                if (row.halfCloses()) {
                    socket.shutdownOutput();
                }
                return afterAnswers(socket);
            } catch (SocketTimeoutException _) {
                return "silent";
            } catch (SocketException _) {
                return "closed";
            }
        }

        private String afterAnswers(Socket socket) throws IOException {
            boolean isHead = row.send().getFirst().startsWith("HEAD");
            String rest = "";
            for (int i = 0; i < row.answers(); i++) {
                String text = receive(socket, rest, isHead);
                int end = ParityText.answerEnd(text, isHead);
                answer.append(text, 0, end < 0 ? text.length() : end);
                if (end < 0) {
                    return "closed";
                }
                rest = text.substring(end);
            }
            send(socket, PROBE);
            String text = receive(socket, rest, false);
            return ParityText.answerEnd(text, false) < 0 ? "closed" : "open";
        }
    }

    private Map<ParityCase, Outcome> withLogs(List<String> lines) {
        var outcomes = new LinkedHashMap<ParityCase, Outcome>();
        byClient.forEach((client, seen) -> {
            List<String> own =
                    lines.stream()
                            .filter(line -> line.startsWith(client + ":"))
                            .map(line -> line.substring(line.indexOf(' ') + 1))
                            .map(line -> line.replace(client, "127.0.0.1"))
                            .filter(line -> !line.contains(" /probe "))
                            .toList();
            outcomes.put(seen.row(), new Outcome(seen.answer(), seen.fate(), seen.request(), own));
        });
        return outcomes;
    }
}

package dev.heddle.bench.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// One request that shows whether a proxy does what its shape says, before it is measured.
///
/// The origin answers `…/echo` with the request's head as it arrived, so that edits on the way are
/// seen. A comparison with a proxy that skips the work would be worth nothing.
public final class Probe {
    private static final int TIMEOUT_MILLIS = 5000;

    private Probe() {}

    /// What is wrong with the answer; empty when all is well. For cleartext HTTP/1.1.
    public static Optional<String> check(Shape shape, int port) {
        String answer;
        try {
            answer = get(port, shape.busyHost(), shape.busyPath("echo"));
        } catch (IOException e) {
            return Optional.of("no answer to a request: " + e.getMessage());
        }
        return judge(shape, answer);
    }

    /// The body and head of one GET, as text.
    public static String get(int port, String host, String path) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            String request =
                    "GET %s HTTP/1.1\r\nhost: %s\r\nuser-agent: probe\r\nconnection: close\r\n\r\n"
                            .formatted(path, host);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] all = socket.getInputStream().readAllBytes();
            return new String(all, StandardCharsets.ISO_8859_1);
        }
    }

    static Optional<String> judge(Shape shape, String answer) {
        String text = answer.toLowerCase(Locale.ROOT);
        int split = text.indexOf("\r\n\r\n");
        if (!text.startsWith("http/1.1 200") || split < 0) {
            return Optional.of("not a 200: " + answer.lines().findFirst().orElse("nothing"));
        }
        String head = text.substring(0, split);
        String echo = text.substring(split);
        if (!shape.mesh()) {
            return Optional.empty();
        }
        if (!echo.contains("x-request-id: ")) {
            return Optional.of("the request has no x-request-id");
        }
        if (!echo.contains("x-b3-sampled: 0")) {
            return Optional.of("the request has no x-b3-sampled");
        }
        if (echo.contains("user-agent: ")) {
            return Optional.of("the request still has its user-agent");
        }
        return head.contains("x-served-by: bench")
                ? Optional.empty()
                : Optional.of("the response has no x-served-by");
    }
}

package dev.heddle.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/// A server of HTTP/1.1 that remembers nothing: it shows each request, whole, to somebody who makes
/// the answer, byte for byte. An empty answer closes the connection.
final class HttpEcho implements AutoCloseable {
    private final Accepting server;
    private final UnaryOperator<String> answers;

    /// @param answers the answer for a request: its lines in order, an empty one, its body
    HttpEcho(UnaryOperator<String> answers) throws IOException {
        this.answers = answers;
        this.server = new Accepting(this::serve);
    }

    /// One that answers with the request that it got.
    static HttpEcho ofRequests() throws IOException {
        return new HttpEcho(request -> ok("", request));
    }

    /// An answer.
    ///
    /// @param headers each with its line's end
    static String ok(String headers, String body) {
        return "HTTP/1.1 200 OK\r\n"
                + headers
                + "content-length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    int port() {
        return server.port();
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        for (String head = until(in, "\r\n\r\n"); !head.isEmpty(); head = until(in, "\r\n\r\n")) {
            String lower = head.toLowerCase(java.util.Locale.ROOT);
            String body = "";
            if (lower.contains("transfer-encoding: chunked")) {
                body = chunks(in);
            } else if (lower.contains("content-length: ")) {
                String length = lower.replaceAll("(?s).*content-length: (\\d+).*", "$1");
                body =
                        new String(
                                in.readNBytes(Integer.parseInt(length)),
                                StandardCharsets.ISO_8859_1);
            }
            List<String> lines = head.lines().toList();
            String answer =
                    answers.apply(
                            lines.getFirst()
                                    + "\n"
                                    + String.join(
                                            "\n",
                                            lines.subList(1, lines.size()).stream()
                                                    .filter(it -> !it.isEmpty())
                                                    .sorted()
                                                    .toList())
                                    + "\n\n"
                                    + body);
            if (answer.isEmpty()) {
                return;
            }
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static String chunks(InputStream in) throws IOException {
        var body = new StringBuilder();
        for (int size = size(in); size > 0; size = size(in)) {
            body.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
            in.readNBytes(2);
        }
        until(in, "\r\n");
        return body.toString();
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(until(in, "\r\n").strip(), 16);
    }

    private static String until(InputStream in, String end) throws IOException {
        var text = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            text.append((char) next);
            if (text.length() >= end.length()
                    && text.substring(text.length() - end.length()).equals(end)) {
                return text.toString();
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

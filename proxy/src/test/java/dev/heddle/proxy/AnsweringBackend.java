package dev.heddle.proxy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/// An upstream that answers each request with what somebody makes of it, byte for byte.
final class AnsweringBackend implements AutoCloseable {
    private final Accepting server;
    private final String end;
    private final UnaryOperator<String> answer;

    /// @param end with which a request ends
    /// @param answer makes the answer of the request
    AnsweringBackend(String end, UnaryOperator<String> answer) throws IOException {
        this.end = end;
        this.answer = answer;
        this.server = new Accepting(this::serve);
    }

    private void serve(Socket socket) throws IOException {
        var request = new StringBuilder();
        int next = socket.getInputStream().read();
        while (next >= 0) {
            request.append((char) next);
            if (request.toString().endsWith(end)) {
                String text = answer.apply(request.toString());
                request.setLength(0);
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            }
            next = socket.getInputStream().read();
        }
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

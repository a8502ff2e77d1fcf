package dev.heddle.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/// An upstream that answers each request with what somebody makes of it, byte for byte.
final class AnsweringBackend implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final String end;
    private final UnaryOperator<String> answer;

    /// @param end with which a request ends
    /// @param answer makes the answer of the request
    AnsweringBackend(String end, UnaryOperator<String> answer) throws IOException {
        this.end = end;
        this.answer = answer;
        Thread.startVirtualThread(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
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
        } catch (IOException _) {
            // The proxy is gone.
        }
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

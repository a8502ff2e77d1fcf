package dev.heddle.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A server that notes the bytes of each request, and answers with the bytes that it is told.
final class ParityBackend implements AutoCloseable {
    static final String PROBE = "GET /probe ";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServerSocket server;
    private Optional<String> answer = Optional.empty();
    private boolean isClosing;
    private final StringBuilder seen = new StringBuilder();

    ParityBackend() throws IOException {
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /// Says what the next requests are answered with, and forgets the last ones.
    synchronized void answer(Optional<String> bytes, boolean thenClose) {
        answer = bytes;
        isClosing = thenClose;
        seen.setLength(0);
    }

    /// The requests since then, but those that only ask whether a connection is open.
    synchronized String seen() {
        return seen.toString();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var received = new ByteArrayOutputStream();
            byte[] piece = new byte[65536];
            for (int n = socket.getInputStream().read(piece);
                    n > 0;
                    n = socket.getInputStream().read(piece)) {
                received.write(piece, 0, n);
                String text = received.toString(StandardCharsets.ISO_8859_1);
                int end = ParityText.messageEnd(text);
                if (end < 0) {
                    continue;
                }
                received.reset();
                received.writeBytes(text.substring(end).getBytes(StandardCharsets.ISO_8859_1));
                if (!isAnswered(socket, text.substring(0, end))) {
                    return;
                }
            }
        } catch (SocketException _) {
            // The proxy has gone.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized boolean isAnswered(Socket socket, String request) throws IOException {
        if (request.startsWith(PROBE)) {
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nprobe");
            return true;
        }
        seen.append(request);
        if (answer.isEmpty()) {
            return false;
        }
        write(socket, answer.get());
        return !isClosing;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}

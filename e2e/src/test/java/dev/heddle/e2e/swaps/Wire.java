package dev.heddle.e2e.swaps;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A server of bare TCP that answers each line with its name and the line.
final class Wire implements AutoCloseable {
    private final String name;
    private final ServerSocket server;

    Wire(String name) throws IOException {
        this.name = name;
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return server.getLocalPort();
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
        try (socket;
                var in = reader(socket)) {
            while (true) {
                Optional<String> line = Optional.ofNullable(in.readLine());
                if (line.isEmpty()) {
                    return;
                }
                write(socket, name + " " + line.get());
            }
        } catch (IOException _) {
            // The caller's side says what went wrong.
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void write(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /// A caller's connection.
    static final class Caller implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        /// @param socket connected
        Caller(Socket socket) throws IOException {
            this.socket = socket;
            this.in = reader(socket);
        }

        /// Sends a line, and gives the name of who answered it.
        ///
        /// @throws IOException when nobody did, or something else
        String say(String line) throws IOException {
            write(socket, line);
            String answer =
                    Optional.ofNullable(in.readLine())
                            .orElseThrow(() -> new IOException("closed without an answer"));
            if (!answer.endsWith(" " + line)) {
                throw new IOException("answered '" + answer + "'");
            }
            return answer.substring(0, answer.length() - line.length() - 1);
        }

        @Override
        public void close() throws IOException {
            in.close();
            socket.close();
        }
    }
}

package dev.heddle.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// TCP servers that each say their name and then repeat whatever they hear.
final class NamedBackends implements AutoCloseable {
    private final Map<String, ServerSocket> servers = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    NamedBackends(String... names) throws IOException {
        for (String name : names) {
            var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            servers.put(name, server);
            var _ = threads.submit(() -> accept(name, server));
        }
    }

    private Void accept(String name, ServerSocket server) throws IOException {
        while (true) {
            Socket socket = server.accept();
            var _ = threads.submit(() -> speak(name, socket));
        }
    }

    private static Void speak(String name, Socket socket) throws IOException {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            out.write((name + ":").getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            in.transferTo(out);
        }
        return null;
    }

    /// A static cluster for each, as the part of a bootstrap.
    String clusters() {
        var text = new StringBuilder("  clusters:\n");
        for (String name : servers.keySet()) {
            text.append(
                    """
                      - name: %s
                        type: STATIC
                        connect_timeout: 1s
                        load_assignment:
                          cluster_name: %s
                          endpoints:
                          - lb_endpoints:
                            - endpoint:
                                address:
                                  socket_address: {address: 127.0.0.1, port_value: %d}
                    """
                            .formatted(name, name, port(name)));
        }
        return text.toString();
    }

    int port(String name) {
        return Objects.requireNonNull(servers.get(name)).getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket server : servers.values()) {
            server.close();
        }
        threads.shutdownNow();
    }
}

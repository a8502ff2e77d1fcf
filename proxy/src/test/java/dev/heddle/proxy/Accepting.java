package dev.heddle.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// A server that gives each of its connections a thread of its own, and closes it afterwards.
final class Accepting implements AutoCloseable {
    /// What is done with a connection.
    interface Service {
        /// @throws IOException if the other side goes, which is nothing special
        void serve(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Service service;

    /// On the loopback interface.
    Accepting(Service service) throws IOException {
        this(InetAddress.getLoopbackAddress(), service);
    }

    /// @param at `0.0.0.0` for all addresses of the machine
    Accepting(InetAddress at, Service service) throws IOException {
        this.service = service;
        this.server = new ServerSocket(0, 200, at);
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
            service.serve(socket);
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

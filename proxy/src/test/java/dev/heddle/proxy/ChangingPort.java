package dev.heddle.proxy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// Passes datagrams on between one client and a server, to which it has another port whenever it is
/// told to, as networks that translate addresses do.
final class ChangingPort implements AutoCloseable {
    private final DatagramSocket inside;
    private final SocketAddress server;
    private volatile DatagramSocket outside;
    private volatile @Nullable SocketAddress client;

    ChangingPort(int port) throws IOException {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        inside = bound();
        outside = bound();
        Thread.ofVirtual().start(() -> pass(inside, true));
        listen(outside);
    }

    private static DatagramSocket bound() throws IOException {
        return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private void listen(DatagramSocket socket) {
        Thread.ofVirtual().start(() -> pass(socket, false));
    }

    private void pass(DatagramSocket from, boolean isOfClient) {
        var packet = new DatagramPacket(new byte[2048], 2048);
        try {
            while (!from.isClosed()) {
                packet.setLength(2048);
                from.receive(packet);
                if (isOfClient) {
                    client = packet.getSocketAddress();
                    packet.setSocketAddress(server);
                    outside.send(packet);
                } else if (client != null) {
                    packet.setSocketAddress(client);
                    inside.send(packet);
                }
            }
        } catch (IOException e) {
            // It was closed, or a datagram is lost.
        }
    }

    int port() {
        return inside.getLocalPort();
    }

    /// Has another port from now on; what comes to the one before is lost.
    void change() throws IOException {
        DatagramSocket before = outside;
        outside = bound();
        listen(outside);
        before.close();
    }

    @Override
    public void close() {
        inside.close();
        outside.close();
    }
}

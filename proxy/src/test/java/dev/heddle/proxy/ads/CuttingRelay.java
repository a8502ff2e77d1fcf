package dev.heddle.proxy.ads;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Passes connections on, and cuts the first one off after so many bytes from the server.
final class CuttingRelay implements AutoCloseable {
    private final InetSocketAddress server;
    private final ServerSocket listening =
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    CuttingRelay(InetSocketAddress server) throws IOException {
        this.server = server;
        Thread.startVirtualThread(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
    }

    /// The next connection is a first one.
    void cutAfter(int bytes) {
        connections.set(0);
        sent.set(0);
        left.set(bytes);
    }

    /// How many bytes the first connection's client was sent.
    int sentFirst() {
        return sent.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                Socket upstream = new Socket(server.getAddress(), server.getPort());
                open.add(upstream);
                boolean isFirst = connections.getAndIncrement() == 0;
                Thread.startVirtualThread(() -> pass(client, upstream, false));
                Thread.startVirtualThread(() -> pass(upstream, client, isFirst));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to, boolean isCounted) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                int passed = isCounted ? Math.min(count, left.get()) : count;
                if (isCounted) {
                    left.addAndGet(-passed);
                    sent.addAndGet(passed); // before the client can have seen them
                }
                out.write(buffer, 0, passed);
                if (passed < count) {
                    return;
                }
            }
        } catch (IOException _) {
            // The other direction has ended.
        }
    }

    void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        closeAll();
    }
}

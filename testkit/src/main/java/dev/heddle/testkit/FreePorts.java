package dev.heddle.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Free ports of the loopback address, which nobody else gets as long as they are held. Closed when
/// those are about to be started that the ports are for.
public final class FreePorts implements AutoCloseable {
    private final List<ServerSocket> held = new ArrayList<>();

    /// A port that was free a moment ago.
    public static int one() {
        return many(1).getFirst();
    }

    /// As many different ports that were free a moment ago.
    public static List<Integer> many(int count) {
        try (var ports = new FreePorts()) {
            return Stream.generate(ports::next).limit(count).toList();
        }
    }

    /// One more, which is held.
    public int next() {
        try {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets all of them go.
    @Override
    public void close() {
        try {
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

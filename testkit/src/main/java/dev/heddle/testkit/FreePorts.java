package dev.heddle.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Free ports of the loopback address, which nobody else gets as long as they are held. Closed when
/// those are about to be started that the ports are for. Systems give ports as low as these to no
/// client and to nobody who asks for any, and no process gets one twice before it had all: so they
/// stay free until they are used, and while nobody listens for a moment.
public final class FreePorts implements AutoCloseable {
    private static final int FIRST = 16_000;
    private static final int COUNT = 16_000;

    /// How many have been looked at; processes begin in places that lie far apart.
    private static final AtomicInteger LOOKED_AT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 9_887 % COUNT));

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
    ///
    /// @throws IllegalStateException when all are taken
    public int next() {
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + Math.floorMod(LOOKED_AT.getAndIncrement(), COUNT);
            try {
                held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                return port;
            } catch (IOException _) {
                // Somebody's.
            }
        }
        throw new IllegalStateException("no port from " + FIRST + " on is free");
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

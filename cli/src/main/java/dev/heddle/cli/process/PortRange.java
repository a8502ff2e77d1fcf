package dev.heddle.cli.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// A hundred ports of the loopback interface that no other process of ours takes while this one
/// lives: whoever listens on the last of them has them all, and the kernel sees to it that this is
/// one.
///
/// They are below the range that outgoing connections use, so that a process that is started anew
/// finds its port free.
public final class PortRange implements AutoCloseable {
    /// How many ports a range has.
    public static final int SIZE = 100;

    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;

    private final int first;
    private final ServerSocket guard;

    private PortRange(int first, ServerSocket guard) {
        this.first = first;
        this.guard = guard;
    }

    /// Takes the lowest range that is free.
    ///
    /// @throws IOException when none is
    public static PortRange take() throws IOException {
        for (int first = LOWEST; first < HIGHEST; first += SIZE) {
            var guard = new ServerSocket();
            try {
                int last = first + SIZE - 1;
                guard.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), last), 1);
                return new PortRange(first, guard);
            } catch (IOException _) {
                guard.close();
            }
        }
        throw new IOException(
                "no free ports on 127.0.0.1 between %d and %d".formatted(LOWEST, HIGHEST));
    }

    /// The first port of the range. Single ports may be taken by others nevertheless.
    public int first() {
        return first;
    }

    /// Whether this is the lowest range of all.
    public boolean isLowest() {
        return first == LOWEST;
    }

    /// Leaves the range to others.
    @Override
    public void close() throws IOException {
        guard.close();
    }
}

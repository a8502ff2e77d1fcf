package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;

/// What a socket that accepts connections is told beside its address.
///
/// @param backlog how many connections may wait to be accepted
/// @param acceptsPerTurn how many are accepted before other connections have their turn; 0 for the
///   usual number
/// @param options of the kernel's, in this order
public record SocketSettings(int backlog, int acceptsPerTurn, List<KernelOption> options) {

    /// Envoy's `tcp_backlog_size` when none is set; the kernel caps it at its `somaxconn`.
    public static final int BACKLOG = 4096;

    /// Nothing unusual.
    public static final SocketSettings USUAL = new SocketSettings(BACKLOG, 0, List.of());

    /// An option as `setsockopt` takes it.
    ///
    /// @param level as in `SOL_SOCKET`
    /// @param name a number too
    /// @param value an integer in the machine's order, or other bytes
    /// @param isEarly whether it is set before the socket is bound; else when it listens
    public record KernelOption(int level, int name, Value value, boolean isEarly) {
        /// `IP_TRANSPARENT`: takes connections that were made to any address.
        public static final KernelOption TRANSPARENT =
                new KernelOption(0, 19, new Value.Whole(1), true);

        /// `IP_FREEBIND`: binds to an address that the machine does not have yet.
        public static final KernelOption FREEBIND =
                new KernelOption(0, 15, new Value.Whole(1), true);

        @Override
        public String toString() {
            return "socket option " + name + " of level " + level;
        }
    }

    /// What an option is set to.
    public sealed interface Value {
        record Whole(int value) implements Value {}

        /// @param hex two digits a byte
        record Bytes(String hex) implements Value {
            byte[] array() {
                return HexFormat.of().parseHex(hex);
            }

            ByteBuf bytes() {
                return Unpooled.wrappedBuffer(array());
            }
        }
    }

    public SocketSettings {
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog: " + backlog + " (expected: >= 1)");
        }
        if (acceptsPerTurn < 0) {
            throw new IllegalArgumentException(
                    "acceptsPerTurn: " + acceptsPerTurn + " (expected: >= 0)");
        }
        options = List.copyOf(options);
    }

    /// Whether the address need not be this machine's.
    boolean takesForeignAddresses() {
        return options.contains(KernelOption.TRANSPARENT)
                || options.contains(KernelOption.FREEBIND);
    }
}

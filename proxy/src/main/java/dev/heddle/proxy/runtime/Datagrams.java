package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/// A socket of one worker that takes and sends datagrams. What it takes goes to its
/// [DatagramHandler].
public interface Datagrams {
    /// The longest datagram that UDP has.
    int LONGEST = 65_535;

    /// With the port that the system chose, if it was asked to.
    InetSocketAddress address();

    /// Sends one. It is lost where the kernel has no room for it, as datagrams may be.
    ///
    /// @param bytes belong to the socket from now on
    /// @param to the peer again on a socket that has one
    /// @return whether the kernel took it, as far as one can know
    boolean send(ByteBuf bytes, InetSocketAddress to);

    /// Ends it; nothing is heard any more.
    void close();
}

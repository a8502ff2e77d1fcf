package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/// Hears what comes to [Datagrams]. Called on the worker's thread, one call at a time.
public interface DatagramHandler {
    /// One came; its bytes now belong to the handler.
    void onDatagram(ByteBuf bytes, InetSocketAddress from);

    /// What was sent before reached nobody, as the system says it (ICMP), or the socket is at fault
    /// otherwise.
    default void onError() {}
}

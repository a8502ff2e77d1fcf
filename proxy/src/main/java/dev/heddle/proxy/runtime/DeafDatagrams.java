package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/// A socket in a simulation, where nobody sends datagrams.
record DeafDatagrams(InetSocketAddress address) implements Datagrams {
    @Override
    public boolean send(ByteBuf bytes, InetSocketAddress to) {
        bytes.release();
        return false;
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}

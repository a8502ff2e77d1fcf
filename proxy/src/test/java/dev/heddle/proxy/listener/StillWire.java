package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.IdleWire;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// A connection on which nothing happens; it only knows who its ends are.
final class StillWire extends IdleWire {
    static final InetSocketAddress CLIENT = new InetSocketAddress("203.0.113.9", 50_000);
    static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 443);

    private @Nullable InetSocketAddress remote;
    private @Nullable InetSocketAddress local;

    @Override
    public void write(ByteBuf bytes) {
        throw new AssertionError("nothing is written");
    }

    @Override
    public void present(InetSocketAddress newRemote, InetSocketAddress newLocal) {
        remote = newRemote;
        local = newLocal;
    }

    @Override
    public InetSocketAddress remote() {
        return remote == null ? CLIENT : remote;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        return local;
    }

    @Override
    public InetSocketAddress local() {
        return local == null ? SERVER : local;
    }

    @Override
    public InetSocketAddress directRemote() {
        return CLIENT;
    }
}

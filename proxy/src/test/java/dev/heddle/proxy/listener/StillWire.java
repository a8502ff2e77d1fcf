package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.SecureOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection on which nothing happens; it only knows who its ends are.
final class StillWire implements Wire {
    static final InetSocketAddress CLIENT = new InetSocketAddress("203.0.113.9", 50_000);
    static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 443);

    private @Nullable InetSocketAddress remote;
    private @Nullable InetSocketAddress local;

    @Override
    public void write(ByteBuf bytes) {
        throw new AssertionError("nothing is written");
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void setWriteLimit(int bytes) {}

    @Override
    public void setReading(boolean on) {}

    @Override
    public void allowHalfClose() {}

    @Override
    public void end() {}

    @Override
    public void close() {}

    @Override
    public void reset() {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        throw new AssertionError("nothing is handed over");
    }

    @Override
    public void present(InetSocketAddress newRemote, InetSocketAddress newLocal) {
        remote = newRemote;
        local = newLocal;
    }

    @Override
    public boolean isUnsent() {
        return false;
    }

    @Override
    public void secure(TlsServer tls, SecureOutcome outcome) {
        throw new AssertionError("nothing is secured");
    }

    @Override
    public @Nullable TlsSession tls() {
        return null;
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

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        return Optional.empty();
    }
}

package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection that takes everything until it is closed, and leads nowhere. Tests say what they
/// want to be otherwise.
public class IdleWire implements Wire {
    private static final InetSocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);
    private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("server", 2);

    private boolean isClosed;

    @Override
    public void write(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void flush() {}

    @Override
    public boolean isUnsent() {
        return false;
    }

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
    public void end() {
        isClosed = true;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public void reset() {
        isClosed = true;
    }

    @Override
    public boolean isOpen() {
        return !isClosed;
    }

    public final boolean isClosed() {
        return isClosed;
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        throw new AssertionError("nothing is handed over");
    }

    @Override
    public void present(InetSocketAddress remote, InetSocketAddress local) {
        throw new AssertionError("nobody else is presented");
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
        return CLIENT;
    }

    @Override
    public InetSocketAddress local() {
        return SERVER;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        return null;
    }

    @Override
    public InetSocketAddress directRemote() {
        return remote();
    }

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        return Optional.empty();
    }
}

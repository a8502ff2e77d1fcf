package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.SecureOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Collects what is written.
final class FakeWire implements Wire {
    private ByteBuf written = Unpooled.buffer();
    boolean isWritable = true;
    boolean isClosed;
    int flushes;

    /// What was written since the last time.
    ByteBuf take() {
        ByteBuf taken = written;
        written = Unpooled.buffer();
        return taken;
    }

    @Override
    public void write(ByteBuf bytes) {
        if (!isClosed) {
            written.writeBytes(bytes);
        }
        bytes.release();
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public boolean isUnsent() {
        return false;
    }

    @Override
    public boolean isWritable() {
        return isWritable;
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

    @Override
    public void secure(TlsServer tls, SecureOutcome outcome) {
        throw new UnsupportedOperationException("TLS");
    }

    @Override
    public @Nullable TlsSession tls() {
        return null;
    }

    @Override
    public InetSocketAddress remote() {
        return InetSocketAddress.createUnresolved("client", 1);
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        return null;
    }

    @Override
    public InetSocketAddress local() {
        return InetSocketAddress.createUnresolved("server", 2);
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void present(InetSocketAddress remote, InetSocketAddress local) {
        throw new UnsupportedOperationException();
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

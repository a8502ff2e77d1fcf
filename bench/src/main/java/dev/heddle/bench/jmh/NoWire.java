package dev.heddle.bench.jmh;

import dev.heddle.proxy.runtime.SecureOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection that takes everything and leads nowhere.
enum NoWire implements Wire {
    IT;

    private static final InetSocketAddress END =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);

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
        bytes.release();
    }

    @Override
    public void present(InetSocketAddress remote, InetSocketAddress local) {}

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
        return END;
    }

    @Override
    public InetSocketAddress local() {
        return END;
    }

    @Override
    public InetSocketAddress directRemote() {
        return END;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        return null;
    }

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        return Optional.empty();
    }
}

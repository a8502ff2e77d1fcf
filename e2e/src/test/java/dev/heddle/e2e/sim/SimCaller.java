package dev.heddle.e2e.sim;

import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;

/// One request on a connection of its own, and what came back.
final class SimCaller implements ConnectOutcome, WireHandler {
    private final byte[] request;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean isClosed;

    SimCaller(Worker worker, InetSocketAddress address, byte[] request) {
        this.request = request;
        worker.execute(() -> worker.connect(address, this));
    }

    /// What has been received so far.
    byte[] received() {
        return received.toByteArray();
    }

    boolean isClosed() {
        return isClosed;
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        wire.write(Unpooled.wrappedBuffer(request));
        wire.flush();
        return this;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        isClosed = true;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        bytes.release();
        received.writeBytes(copy);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed() {
        isClosed = true;
    }
}

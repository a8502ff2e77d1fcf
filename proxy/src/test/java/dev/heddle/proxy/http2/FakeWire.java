package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.IdleWire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Collects what is written.
final class FakeWire extends IdleWire {
    private ByteBuf written = Unpooled.buffer();
    boolean isWritable = true;
    int flushes;

    /// What was written since the last time.
    ByteBuf take() {
        ByteBuf taken = written;
        written = Unpooled.buffer();
        return taken;
    }

    @Override
    public void write(ByteBuf bytes) {
        if (isOpen()) {
            written.writeBytes(bytes);
        }
        bytes.release();
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }
}

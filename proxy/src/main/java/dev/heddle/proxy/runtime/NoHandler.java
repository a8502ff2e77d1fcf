package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;

/// Hears nothing and says nothing: of a connection that nobody wants (yet).
public enum NoHandler implements WireHandler {
    NONE;

    @Override
    public void onBytes(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed() {}
}

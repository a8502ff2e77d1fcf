package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;

/// Hears what happens on a [Wire]. Called on the worker's thread, one call at a time.
public interface WireHandler {
    /// Bytes arrived; they now belong to the handler.
    void onBytes(ByteBuf bytes);

    /// What was written has drained: [Wire#isWritable] is true again.
    void onWritable();

    /// The other side ended its direction; heard only after [Wire#allowHalfClose].
    default void onEnd() {}

    /// The connection is gone, whoever closed it. The last call, made once.
    void onClosed();
}

package dev.heddle.proxy.quic;

import io.netty.buffer.ByteBuf;

/// Hears what happens on one [QuicStream]. Called on the worker's thread.
public interface QuicStreamHandler {
    /// Bytes came, which now belong to the handler.
    ///
    /// @param bytes may be empty if it is the end
    /// @param isEnd whether the client has sent all it has
    void onBytes(ByteBuf bytes, boolean isEnd);

    /// All that was written has left, and the end with it, as far as windows are concerned.
    void onEndSent();

    /// The client sends no more of what it began, or reads no more of what it gets.
    ///
    /// @param code the application's, as the client says it; -1 where it is not known
    void onReset(long code);

    /// Little enough waits to be sent again.
    void onWritable();

    /// The stream is gone. The last call, made once.
    void onClosed();
}

package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Wire;
import io.netty.buffer.ByteBuf;
import java.util.function.LongConsumer;

/// Takes a body, piece by piece.
public interface BodySink {
    /// The next piece, which now belongs to the sink.
    void body(ByteBuf bytes);

    /// The body is complete.
    void end();

    /// The body is complete, and this came behind it. In the place of [#end].
    ///
    /// @param trailers at least one field; valid during this call
    void trailers(Headers trailers);

    /// Takes the next bytes of a connection, which are the body's as they are, without a call of
    /// [#body] for them, if that can be.
    ///
    /// @param bytes how many, at least 1
    /// @param moved told how many left, once for many of them
    /// @return whether it does; if not, nothing has changed
    default boolean splice(Wire from, long bytes, LongConsumer moved) {
        return false;
    }

    /// Whether the sink keeps up. It takes what it gets in any case; who feeds it slows down.
    boolean isWritable();
}

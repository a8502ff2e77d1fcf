package dev.heddle.proxy.http;

import io.netty.buffer.ByteBuf;

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

    /// Whether the sink keeps up. It takes what it gets in any case; who feeds it slows down.
    boolean isWritable();
}

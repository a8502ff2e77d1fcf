package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Hears what happens on one stream. Called on the worker's thread. The stream must not be touched
/// after [#onClosed].
public interface Http2StreamHandler {
    /// Where the stream's bytes are counted; null for nowhere.
    default @Nullable WireBytes wireBytes() {
        return null;
    }

    /// A client got a response, or an interim one (1xx, never the end).
    ///
    /// @param head valid during this call
    void onHead(Http2Head head, boolean isEnd);

    /// Body bytes, which now belong to the handler. When it has got rid of them, it says
    /// [Http2Stream#consumed], which lets the peer send more.
    ///
    /// @param data may be empty if it is the end
    void onData(ByteBuf data, boolean isEnd);

    /// What came behind the body; the end of the message.
    ///
    /// @param trailers valid during this call
    void onTrailers(Http2Head trailers);

    /// [Http2Stream#isWritable] is true again.
    void onWritable();

    /// The stream is over. The last call, made once.
    ///
    /// @param code the reason in a reset or in the end of the connection
    void onClosed(StreamEnd end, ErrorCode code);
}

package dev.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;

/// One request and its response on a connection that has many at once, in HTTP/2 or HTTP/3, as the
/// side that uses it sees it. Not to be touched after [Http2StreamHandler#onClosed].
public interface MessageStream {
    /// How long the head was that the peer opened it with, with its frames.
    int headBytes();

    /// Says who hears what happens on this stream.
    void setHandler(Http2StreamHandler value);

    /// Sends an interim response (1xx), or the head of the message.
    ///
    /// @param isEnd whether nothing follows
    void sendHead(FieldSource head, boolean isEnd);

    /// Sends data as windows allow, and holds it until then: ask [#isWritable] before the next.
    ///
    /// @param data now belongs to the stream
    void sendData(ByteBuf data, boolean isEnd);

    /// Ends the message with trailers, behind all data.
    void sendTrailers(FieldSource fields);

    /// Whether little enough waits to be sent. When it turns true again the handler hears of it.
    boolean isWritable();

    /// Says that so much received data was got rid of, so that the peer may send more, unless it is
    /// to stop.
    void consumed(int bytes);

    /// Has the peer stop at the end of its window (false), or go on (true).
    void setReading(boolean on);

    /// Ends the stream in both directions, now. The handler hears [StreamEnd#RESET_HERE] before
    /// this returns.
    void reset(ErrorCode code);
}

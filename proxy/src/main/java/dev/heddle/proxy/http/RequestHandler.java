package dev.heddle.proxy.http;

import io.netty.buffer.ByteBuf;

/// Hears the requests of a connection, one after the other.
public interface RequestHandler {
    /// The first byte of a request came.
    void onRequestBegun();

    /// A head was received.
    ///
    /// @param ends whether there is no body; if so [#onRequestEnd] is not called
    void onRequest(RequestHead head, boolean ends);

    /// A piece of the body, which now belongs to the handler.
    void onRequestBody(ByteBuf bytes);

    void onRequestEnd();

    /// What came is no HTTP. Nothing more is heard of this request; the handler answers if it can.
    void onRequestError(CodecError error);

    /// The client keeps up again.
    void onResponseWritable();

    /// The connection is gone. The last call.
    void onDisconnected();
}

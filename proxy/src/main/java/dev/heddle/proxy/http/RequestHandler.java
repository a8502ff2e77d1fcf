package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Hears the requests of a connection, one after the other.
public interface RequestHandler {
    /// Where the bytes of the present request and its response are counted; null for nowhere.
    default @Nullable WireBytes wireBytes() {
        return null;
    }

    /// The first byte of a request came.
    void onRequestBegun();

    /// A head was received.
    ///
    /// @param ends whether there is no body; if so [#onRequestEnd] is not called
    void onRequest(RequestHead head, boolean ends);

    /// A piece of the body, which now belongs to the handler.
    void onRequestBody(ByteBuf bytes);

    void onRequestEnd();

    /// The body is complete, and this came behind it. In the place of [#onRequestEnd].
    ///
    /// @param trailers at least one field; valid until the request is answered
    void onRequestTrailers(Headers trailers);

    /// This request alone is given up, and needs no answer: the connection goes on.
    ///
    /// @param details as Envoy's `%RESPONSE_CODE_DETAILS%`
    /// @param why the client wants so, it broke a rule, or the proxy is short of memory
    void onRequestReset(String details, ResponseFlag why);

    /// What came is no HTTP. Nothing more is heard of this request; the handler answers if it can.
    void onRequestError(CodecError error);

    /// The client keeps up again.
    void onResponseWritable();

    /// The connection is gone. The last call.
    void onDisconnected();
}

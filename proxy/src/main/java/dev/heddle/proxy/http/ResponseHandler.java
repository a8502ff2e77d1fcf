package dev.heddle.proxy.http;

import io.netty.buffer.ByteBuf;

/// Hears the response to one request. [#onResponse] with its end, [#onResponseEnd],
/// [#onResponseTrailers] or [#onResponseFailure] is the last call.
public interface ResponseHandler {
    /// A head with a status from 102 to 199; its fields are used again afterwards.
    void onInformational(ResponseHead head);

    /// @param ends whether there is no body; if so [#onResponseEnd] is not called
    void onResponse(ResponseHead head, boolean ends);

    /// A piece of the body, which now belongs to the handler.
    void onResponseBody(ByteBuf bytes);

    void onResponseEnd();

    /// The body is complete, and this came behind it. In the place of [#onResponseEnd].
    ///
    /// @param trailers at least one field; valid during this call
    void onResponseTrailers(Headers trailers);

    /// There is no response, or no more of it.
    void onResponseFailure(UpstreamFailure failure);

    /// The upstream keeps up again.
    void onRequestWritable();
}

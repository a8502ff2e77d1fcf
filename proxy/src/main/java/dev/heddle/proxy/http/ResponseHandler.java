package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Hears the response to one request. [#onResponse] with its end, [#onResponseEnd],
/// [#onResponseTrailers] or [#onResponseFailure] is the last call.
public interface ResponseHandler {
    /// Where the bytes of the request and its response are counted; null for nowhere.
    default @Nullable WireBytes wireBytes() {
        return null;
    }

    /// A head with a status from 102 to 199; its fields are used again afterwards.
    void onInformational(ResponseHead head);

    /// @param ends whether there is no body; if so [#onResponseEnd] is not called
    void onResponse(ResponseHead head, boolean ends);

    /// A piece of the body, which now belongs to the handler.
    void onResponseBody(ByteBuf bytes);

    /// The next bytes of a connection are the body's as they are; who only passes them on may take
    /// them from there.
    ///
    /// @param bytes how many, at least 1
    /// @param moved to be told how many left, once for many of them; [#onResponseMoved] follows
    /// @return whether it does; if not, they come as pieces
    default boolean spliceResponse(Wire from, long bytes, LongConsumer moved) {
        return false;
    }

    /// So much of the body has passed without having been heard.
    default void onResponseMoved(long bytes) {
        throw new IllegalStateException("nobody had the body spliced");
    }

    void onResponseEnd();

    /// The body is complete, and this came behind it. In the place of [#onResponseEnd].
    ///
    /// @param trailers at least one field; valid during this call
    void onResponseTrailers(Headers trailers);

    /// Whether the request of a tunnel may go on when the response has ended, as each direction of
    /// the bytes in it ends by itself: after [#onResponseEnd] more may be sent then, until
    /// [BodySink#end] or [UpstreamStream#cancel], and [#onResponseFailure] is still called if
    /// nothing more can be.
    default boolean endsApart() {
        return false;
    }

    /// There is no response, or no more of it.
    void onResponseFailure(UpstreamFailure failure);

    /// The upstream keeps up again.
    void onRequestWritable();
}

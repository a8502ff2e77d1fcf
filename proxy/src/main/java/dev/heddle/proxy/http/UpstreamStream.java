package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Wire;
import org.jspecify.annotations.Nullable;

/// One request's turn on a connection to an upstream, whatever the version of HTTP: an HTTP/1.1
/// connection has one of these at a time, an HTTP/2 connection many.
///
/// [#start] first, then the body as a [BodySink] unless the request has none. What comes back is
/// told to the [ResponseHandler], and flows as [BodySource#setReading] allows. The stream must not
/// be touched after the handler's last call, nor after [#cancel].
public interface UpstreamStream extends BodySink, BodySource {
    /// Sends a request's head.
    ///
    /// @param ends whether no body follows; if so [#end] is not called
    /// @param into empty; gets the response's head
    /// @param hears the response
    void start(RequestHead request, boolean ends, ResponseHead into, ResponseHandler hears);

    /// Gives the request up: nothing more is heard of it.
    void cancel();

    /// What it runs on, for its addresses.
    Wire wire();

    /// Tells the connection from others; negative where it has no number.
    default long connectionId() {
        return -1;
    }

    /// Null where bytes are passed on without HTTP.
    @Nullable Protocol protocol();

    /// Whether the connection was lost before a byte of the request had left.
    default boolean isLostUnsent() {
        return false;
    }

    /// Whether the connection was lost that had waited idle for the request, and nothing came back.
    default boolean isLostIdle() {
        return false;
    }
}

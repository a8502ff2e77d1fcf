package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import org.jspecify.annotations.Nullable;

/// A stream that has a connection to itself: back-pressure is the connection's, and its end is the
/// connection's end.
@Confined("worker")
abstract sealed class WireStream implements WireHandler, UpstreamStream
        permits Http1Upstream, TcpUpstream {
    final Wire wire;
    private @Nullable ResponseHandler handler;

    WireStream(Wire wire) {
        this.wire = wire;
    }

    @Override
    public final Wire wire() {
        return wire;
    }

    @Override
    public final boolean isWritable() {
        return wire.isWritable();
    }

    @Override
    public final void setReading(boolean on) {
        wire.setReading(on);
    }

    @Override
    public final void onWritable() {
        if (handler != null) {
            handler.onRequestWritable();
        }
    }

    /// The bytes of the other protocol are over.
    @Override
    public final void onEnd() {
        if (handler != null && handler.endsApart()) {
            handler.onResponseEnd();
            return;
        }
        ResponseHandler hears = leave();
        gone();
        wire.close();
        if (hears != null) {
            hears.onResponseEnd();
        }
    }

    /// Notes that nobody gets the connection any more, and says so once.
    abstract void gone();

    final void hear(ResponseHandler hears) {
        handler = hears;
    }

    /// Who hears the response; null when nobody does (any more).
    final @Nullable ResponseHandler handler() {
        return handler;
    }

    /// The last call to the handler comes now, or none.
    final @Nullable ResponseHandler leave() {
        ResponseHandler last = handler;
        handler = null;
        return last;
    }
}

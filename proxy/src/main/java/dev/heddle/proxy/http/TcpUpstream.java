package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A connection to an upstream that gets what is in a tunnel, and knows nothing of HTTP. Once
/// there, it is the answer: a 200 that this side makes.
@Confined("worker")
public final class TcpUpstream implements WireHandler, UpstreamStream {
    private final Wire wire;
    private final Runnable onGone;
    private @Nullable ResponseHandler handler;
    private boolean isGone;

    /// @param onGone told once, when the connection is gone or closing
    public TcpUpstream(Wire wire, Runnable onGone) {
        this.wire = wire;
        this.onGone = onGone;
        wire.allowHalfClose();
    }

    @Override
    public void start(RequestHead request, boolean ends, ResponseHead into, ResponseHandler hears) {
        handler = hears;
        into.setStatus(200);
        if (ends) {
            wire.end();
        }
        hears.onResponse(into, false);
    }

    @Override
    public void body(ByteBuf bytes) {
        wire.write(bytes);
        wire.flush();
    }

    @Override
    public void end() {
        wire.end();
    }

    @Override
    public void trailers(Headers trailers) {
        wire.end();
    }

    @Override
    public boolean isWritable() {
        return wire.isWritable();
    }

    @Override
    public void setReading(boolean on) {
        wire.setReading(on);
    }

    @Override
    public void cancel() {
        handler = null;
        gone();
        wire.close();
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public @Nullable Protocol protocol() {
        return null;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (handler == null) {
            bytes.release();
        } else {
            handler.onResponseBody(bytes);
        }
    }

    @Override
    public void onWritable() {
        if (handler != null) {
            handler.onRequestWritable();
        }
    }

    @Override
    public void onEnd() {
        ResponseHandler hears = handler;
        handler = null;
        gone();
        wire.close();
        if (hears != null) {
            hears.onResponseEnd();
        }
    }

    @Override
    public void onClosed() {
        ResponseHandler hears = handler;
        handler = null;
        gone();
        if (hears != null) {
            hears.onResponseFailure(new UpstreamFailure.ConnectionLost());
        }
    }

    private void gone() {
        if (!isGone) {
            isGone = true;
            onGone.run();
        }
    }
}

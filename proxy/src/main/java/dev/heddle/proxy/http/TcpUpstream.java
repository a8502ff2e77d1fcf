package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A connection to an upstream that gets bytes as they are, and knows nothing of HTTP: those in a
/// tunnel, or those of a TCP connection.
@Confined("worker")
public final class TcpUpstream extends WireStream {
    private final Runnable onGone;
    private boolean isGone;

    /// @param onGone told once, when the connection is gone or closing
    public TcpUpstream(Wire wire, Runnable onGone) {
        super(wire);
        this.onGone = onGone;
        wire.allowHalfClose();
    }

    /// Takes the bytes of a tunnel. The connection is the answer: a 200 that this side makes.
    @Override
    public void start(RequestHead request, boolean ends, ResponseHead into, ResponseHandler hears) {
        hear(hears);
        into.setStatus(200);
        if (ends) {
            wire.end();
        }
        hears.onResponse(into, false);
    }

    /// Takes bytes for which nobody asks first.
    public void carry(ResponseHandler hears) {
        hear(hears);
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
    public void cancel() {
        leave();
        gone();
        wire.close();
    }

    @Override
    public @Nullable Protocol protocol() {
        return null;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        ResponseHandler hears = handler();
        if (hears == null) {
            bytes.release();
        } else {
            hears.onResponseBody(bytes);
        }
    }

    @Override
    public void onClosed() {
        ResponseHandler hears = leave();
        gone();
        if (hears != null) {
            hears.onResponseFailure(new UpstreamFailure.ConnectionLost());
        }
    }

    @Override
    void gone() {
        if (!isGone) {
            isGone = true;
            onGone.run();
        }
    }
}

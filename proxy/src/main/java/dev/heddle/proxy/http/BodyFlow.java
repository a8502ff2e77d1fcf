package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A body on its way from a source to a sink, which may not be there yet.
///
/// Without a sink pieces are held, and the source is stopped once they are more than the limit.
/// With one they pass at once, and the source is stopped while the sink does not keep up. So what
/// is in memory of a body is bounded by the limit and what one read brings.
@Confined("worker")
public final class BodyFlow {
    private final BodySource source;
    private final int limitBytes;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;
    private @Nullable BodySink sink;
    private boolean isEnded;
    private @Nullable Headers trailers;
    private boolean isDiscarding;
    private boolean isSourceOn = true;

    public BodyFlow(BodySource source, int limitBytes) {
        this.source = source;
        this.limitBytes = limitBytes;
    }

    /// Gets ready for the next body.
    public void begin() {
        discard();
        sink = null;
        isEnded = false;
        trailers = null;
        isDiscarding = false;
        switchSource(true);
    }

    /// The next piece, which now belongs to the flow.
    public void offer(ByteBuf bytes) {
        if (isDiscarding) {
            bytes.release();
        } else if (sink != null) {
            sink.body(bytes);
            switchSource(sink.isWritable());
        } else {
            held.add(bytes);
            heldBytes += bytes.readableBytes();
            switchSource(heldBytes < limitBytes);
        }
    }

    /// The body is complete.
    public void end() {
        endWith(null);
    }

    /// The body is complete, with or without something behind it.
    ///
    /// @param behind valid until the flow [#begin]s again
    public void endWith(@Nullable Headers behind) {
        isEnded = true;
        trailers = behind;
        if (sink != null && !isDiscarding) {
            end(sink);
        }
    }

    private void end(BodySink to) {
        if (trailers == null) {
            to.end();
        } else {
            to.trailers(trailers);
        }
    }

    /// Lets what is held, and what will come, pass. Not called for a body that [#isEmpty].
    public void open(BodySink to) {
        sink = to;
        while (!held.isEmpty()) {
            ByteBuf piece = held.remove();
            heldBytes -= piece.readableBytes();
            to.body(piece);
        }
        if (isEnded) {
            end(to);
        }
        switchSource(to.isWritable());
    }

    /// Whether the body is complete, and has no byte and no trailers.
    public boolean isEmpty() {
        return isEnded && held.isEmpty() && sink == null && trailers == null;
    }

    /// The sink keeps up again.
    public void onSinkWritable() {
        if (sink != null && !isDiscarding) {
            switchSource(true);
        }
    }

    /// Nobody wants this body (any more): what is held and what comes is dropped.
    public void discard() {
        isDiscarding = true;
        sink = null;
        while (!held.isEmpty()) {
            held.remove().release();
        }
        heldBytes = 0;
    }

    private void switchSource(boolean on) {
        if (on != isSourceOn) {
            isSourceOn = on;
            source.setReading(on);
        }
    }
}

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
///
/// A body may have to be sent again, to another sink. If it is to be [#keep]t, pieces that pass are
/// held too, up to another limit; a body that is longer is no longer kept.
///
/// Somebody else may see all of it, too ([#tap]), and is not waited for.
@Confined("worker")
public final class BodyFlow {
    private final BodySource source;
    private final int usualBytes;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;

    /// How much is held without a sink.
    private long limitBytes;

    private @Nullable BodySink sink;
    private @Nullable BodySink tap;
    private boolean isEnded;
    private @Nullable Headers trailers;
    private boolean isDiscarding;
    private boolean isSourceOn = true;

    /// Whether what passes is held for another sink.
    private boolean isKeeping;

    private long keptLimitBytes;

    /// Whether a byte passed that is not held.
    private boolean isPartLost;

    public BodyFlow(BodySource source, int limitBytes) {
        this.source = source;
        this.usualBytes = limitBytes;
        this.limitBytes = limitBytes;
    }

    /// Gets ready for the next body.
    public void begin() {
        discard();
        sink = null;
        limitBytes = usualBytes;
        isEnded = false;
        trailers = null;
        isDiscarding = false;
        isKeeping = false;
        isPartLost = false;
        switchSource(true);
    }

    /// Holds what passes from now on, so that it can be sent to another sink.
    ///
    /// @param mostBytes a body that is longer is not kept; no more than what is held without a sink
    public void keep(long mostBytes) {
        isKeeping = !isDiscarding;
        keptLimitBytes = Math.min(mostBytes, limitBytes);
    }

    /// How much is held without a sink.
    public long limitBytes() {
        return limitBytes;
    }

    /// Holds more of this body without a sink than is usual, for somebody who looks at it first.
    ///
    /// @param bytes at least so many
    public void holdMore(long bytes) {
        limitBytes = Math.max(limitBytes, bytes);
        if (sink == null && !isDiscarding) {
            switchSource(heldBytes < limitBytes);
        }
    }

    /// How much is held at the moment.
    public long heldBytes() {
        return heldBytes;
    }

    /// The beginning of what is held, copied.
    ///
    /// @param most of it
    public byte[] held(int most) {
        byte[] bytes = new byte[(int) Math.min(most, heldBytes)];
        int filled = 0;
        for (ByteBuf piece : held) {
            int some = Math.min(piece.readableBytes(), bytes.length - filled);
            piece.getBytes(piece.readerIndex(), bytes, filled, some);
            filled += some;
        }
        return bytes;
    }

    /// Shows another sink what is held and what will come, each piece as it comes.
    public void tap(BodySink other) {
        tap = other;
        held.forEach(piece -> other.body(piece.retainedDuplicate()));
        if (isEnded) {
            end(other);
        }
    }

    /// Whether all of the body that came so far can be sent to another sink.
    public boolean isWhole() {
        return !isPartLost && !isDiscarding;
    }

    /// There will be no other sink.
    public void forget() {
        isKeeping = false;
        if (sink != null) {
            isPartLost |= !held.isEmpty();
            drop();
        }
    }

    /// Takes the sink away, which got what came so far; another one is opened later.
    public void close() {
        if (!isDiscarding) {
            sink = null;
            switchSource(heldBytes < limitBytes);
        }
    }

    /// The next piece, which now belongs to the flow.
    public void offer(ByteBuf bytes) {
        if (tap != null) {
            tap.body(bytes.retainedDuplicate());
        }
        if (isDiscarding) {
            bytes.release();
        } else if (sink != null) {
            keepCopy(bytes);
            sink.body(bytes);
            switchSource(sink == null || sink.isWritable());
        } else {
            held.add(bytes);
            heldBytes += bytes.readableBytes();
            switchSource(heldBytes < limitBytes);
        }
    }

    private void keepCopy(ByteBuf bytes) {
        if (isKeeping && heldBytes + bytes.readableBytes() <= keptLimitBytes) {
            held.add(bytes.retainedDuplicate());
            heldBytes += bytes.readableBytes();
        } else {
            forget();
            isPartLost |= bytes.isReadable();
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
        if (tap != null) {
            end(tap);
        }
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
        isKeeping &= heldBytes <= keptLimitBytes;
        if (isKeeping) {
            for (ByteBuf piece : held.toArray(ByteBuf[]::new)) {
                // The sink may say that it is the end of it all.
                if (!isDiscarding) {
                    to.body(piece.retainedDuplicate());
                }
            }
        } else {
            isPartLost |= !held.isEmpty();
            while (!held.isEmpty()) {
                ByteBuf piece = held.remove();
                heldBytes -= piece.readableBytes();
                to.body(piece);
            }
        }
        if (isEnded && !isDiscarding) {
            end(to);
        }
        if (!isDiscarding) {
            switchSource(to.isWritable());
        }
    }

    /// Whether the body is complete, and has no byte and no trailers.
    public boolean isEmpty() {
        return isEnded && held.isEmpty() && sink == null && trailers == null && !isPartLost;
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
        tap = null;
        drop();
    }

    private void drop() {
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

package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One request and its response on a connection, as the side that uses it sees it. Not to be
/// touched after [Http2StreamHandler#onClosed]: the object then serves another stream.
@Confined("worker")
public final class Http2Stream implements MessageStream {
    private final Http2Connection connection;

    int id;
    @Nullable Http2StreamHandler handler;
    long openedNanos;

    /// Whether the peer's message, and ours, has ended.
    boolean isRemoteEnded;

    boolean isLocalEnded;

    /// Whether the head of the response was received; interim ones don't count.
    boolean isHeadReceived;

    /// Whether the response has no body whatever its content-length says.
    boolean isBodiless;

    /// How much data is still to come by content-length, or [Http2Head#NO_LENGTH].
    long contentLeft = Http2Head.NO_LENGTH;

    /// How much the peer may send, what of it was not consumed yet, and what was consumed but is
    /// not told yet.
    int receiveWindow;

    int unconsumed;
    int untold;

    /// Whether the peer may go on sending, and what was consumed while it may not.
    private boolean isReading = true;

    private int heldBack;

    /// How much we may send; below zero if the peer has shrunk it.
    long sendWindow;

    /// How long the head was that opened it, with its frames.
    int headBytes;

    /// What waits for a window or for the wire.
    final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(4);

    int queuedBytes;
    boolean isEndQueued;
    @Nullable FieldSource trailers;
    boolean isWaitedFor;

    /// The ring of streams that may send: see `Outbound`.
    boolean isInRing;

    @Nullable Http2Stream previous;
    @Nullable Http2Stream next;

    /// Among those that hold much memory: see [StreamAccounts].
    int memoryClass = StreamAccounts.NONE;

    @Nullable Http2Stream larger;
    @Nullable Http2Stream smaller;

    Http2Stream(Http2Connection connection) {
        this.connection = connection;
    }

    public int id() {
        return id;
    }

    public Http2Connection connection() {
        return connection;
    }

    @Override
    public int headBytes() {
        return headBytes;
    }

    @Nullable WireBytes counter() {
        Http2StreamHandler hears = handler;
        return hears == null ? null : hears.wireBytes();
    }

    @Override
    public void setHandler(Http2StreamHandler value) {
        handler = value;
    }

    @Override
    public void sendHead(FieldSource head, boolean isEnd) {
        connection.outbound().head(this, head, isEnd);
    }

    @Override
    public void sendData(ByteBuf data, boolean isEnd) {
        connection.outbound().data(this, data, isEnd);
    }

    @Override
    public void sendTrailers(FieldSource fields) {
        connection.outbound().trailers(this, fields);
    }

    @Override
    public boolean isWritable() {
        if (queuedBytes < connection.settings().streamBuffer()) {
            return true;
        }
        isWaitedFor = true;
        return false;
    }

    /// How much waits to be sent.
    public int queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void consumed(int bytes) {
        heldBack += bytes;
        tell();
    }

    @Override
    public void setReading(boolean on) {
        isReading = on;
        tell();
    }

    private void tell() {
        if (isReading && heldBack > 0) {
            int bytes = heldBack;
            heldBack = 0;
            connection.inbound().consumed(this, bytes);
        }
    }

    @Override
    public void reset(ErrorCode code) {
        connection.reset(this, code);
    }

    void clear() {
        id = 0;
        headBytes = 0;
        handler = null;
        isRemoteEnded = false;
        isLocalEnded = false;
        isHeadReceived = false;
        isBodiless = false;
        contentLeft = Http2Head.NO_LENGTH;
        unconsumed = 0;
        untold = 0;
        isReading = true;
        heldBack = 0;
        queuedBytes = 0;
        isEndQueued = false;
        trailers = null;
        isWaitedFor = false;
    }

    @Override
    public String toString() {
        return "stream " + id;
    }
}

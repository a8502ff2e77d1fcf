package dev.heddle.proxy.dns;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A client that asks over TCP: each message has its length before it (RFC 1035 section 4.2.2, RFC
/// 7766).
@Confined("worker")
public final class NameConnection implements WireHandler {
    /// Asked at once; then no more is read until some are answered.
    private static final int MOST_PENDING = 16;

    /// A client that asks nothing for so long is gone.
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final NameServer server;
    private final Wire wire;
    private final Consumer<NameConnection> gone;
    private final Deadline idle;

    /// What came of a message that is not whole yet; null for nothing.
    private @Nullable ByteBuf begun;

    private int pending;
    private boolean isClosed;

    /// @param gone told once, when the connection is
    public NameConnection(NameServer server, Wire wire, Consumer<NameConnection> gone) {
        this.server = server;
        this.wire = wire;
        this.gone = gone;
        this.idle = server.worker().deadline(wire::close);
        idle.set(IDLE_NANOS);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        idle.set(IDLE_NANOS);
        if (begun == null) {
            begun = server.worker().allocator().buffer(bytes.readableBytes());
        }
        begun.writeBytes(bytes);
        bytes.release();
        read();
    }

    private void read() {
        while (begun != null && !isClosed && pending < MOST_PENDING) {
            ByteBuf from = begun;
            int length = from.readableBytes() < 2 ? 0 : from.getUnsignedShort(from.readerIndex());
            if (from.readableBytes() < 2 + length || from.readableBytes() < 2) {
                break;
            }
            byte[] message = new byte[length];
            from.skipBytes(2).readBytes(message);
            if (from.isReadable()) {
                from.discardSomeReadBytes();
            } else {
                from.release();
                begun = null;
            }
            if (length < Question.HEADER) {
                wire.close();
                return;
            }
            pending++;
            server.answer(message, true, this::write);
        }
        wire.setReading(pending < MOST_PENDING);
    }

    private void write(byte[] answer) {
        pending--;
        if (isClosed) {
            return;
        }
        wire.write(
                server.worker()
                        .allocator()
                        .directBuffer(2 + answer.length)
                        .writeShort(answer.length)
                        .writeBytes(answer));
        wire.flush();
        idle.set(IDLE_NANOS);
        if (pending == MOST_PENDING - 1) {
            server.worker().execute(this::read);
        }
    }

    @Override
    public void onWritable() {
        // At most a few answers are under way.
    }

    /// Ends it.
    public void close() {
        wire.close();
    }

    @Override
    public void onClosed() {
        isClosed = true;
        idle.discard();
        if (begun != null) {
            begun.release();
            begun = null;
        }
        gone.accept(this);
    }
}

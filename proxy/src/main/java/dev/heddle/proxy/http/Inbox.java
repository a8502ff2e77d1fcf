package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/// Received bytes that were not read yet, as one buffer. Usually that is the buffer they came in;
/// only when a head is cut into pieces are bytes copied behind each other.
@Confined("worker")
final class Inbox {
    private final ByteBufAllocator allocator;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    Inbox(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// The bytes; read from it, never keep it.
    ByteBuf bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return !bytes.isReadable();
    }

    /// Adds what arrived, which now belongs to this.
    void add(ByteBuf arrived) {
        if (!bytes.isReadable()) {
            bytes.release();
            bytes = owned(arrived);
            return;
        }
        int length = bytes.readableBytes() + arrived.readableBytes();
        if (bytes.refCnt() > 1 || bytes.isReadOnly() || bytes.maxWritableBytes() < length) {
            // Slices of it are on their way: it may not move.
            ByteBuf larger = allocator.directBuffer(length);
            larger.writeBytes(bytes);
            bytes.release();
            bytes = larger;
        }
        bytes.writeBytes(arrived);
        arrived.release();
    }

    /// Reads so many bytes, as a buffer of their own; where nothing is left behind them, that is
    /// the buffer they came in, as of nearly all of a large body.
    ByteBuf take(int length) {
        if (length < bytes.readableBytes()) {
            return bytes.readRetainedSlice(length);
        }
        ByteBuf all = bytes;
        bytes = Unpooled.EMPTY_BUFFER;
        return all;
    }

    /// Reads everything, as a buffer of its own.
    ByteBuf takeAll() {
        return take(bytes.readableBytes());
    }

    /// Lets go of a buffer that was read to its end.
    void settle() {
        if (!bytes.isReadable()) {
            clear();
        }
    }

    void clear() {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }

    /// Names are put into lower case in place, so the bytes must be ours to write.
    private ByteBuf owned(ByteBuf arrived) {
        if (!arrived.isReadOnly()) {
            return arrived;
        }
        ByteBuf copy = allocator.directBuffer(arrived.readableBytes());
        copy.writeBytes(arrived);
        arrived.release();
        return copy;
    }
}

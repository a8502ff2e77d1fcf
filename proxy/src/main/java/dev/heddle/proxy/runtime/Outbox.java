package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Bytes that wait to be sent. Small pieces are put behind each other, which costs less than one
/// more piece in a system call.
///
/// It has no bound of its own: whoever fills it heeds [Wire#isWritable].
@Confined("worker")
final class Outbox {
    /// Up to this size a piece is copied behind the one before it.
    private static final int COPIED_BYTES = 2048;

    /// Up to this size a piece is held for others to follow it.
    private static final int HELD_BYTES = 4096;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(2);

    /// The last piece, if others may be put behind it.
    private @Nullable ByteBuf tail;

    private long bytes;

    /// Takes bytes, which belong to this from now on.
    void add(ByteBuf piece) {
        int length = piece.readableBytes();
        if (length == 0) {
            piece.release();
            return;
        }
        ByteBuf last = tail;
        bytes += length;
        if (last != null && length <= COPIED_BYTES && length <= last.writableBytes()) {
            last.writeBytes(piece);
            piece.release();
            return;
        }
        pieces.add(piece);
        tail =
                piece.capacity() <= HELD_BYTES && piece.refCnt() == 1 && !piece.isReadOnly()
                        ? piece
                        : null;
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /// How many pieces.
    int size() {
        return pieces.size();
    }

    /// All that waits.
    long bytes() {
        return bytes;
    }

    @Nullable ByteBuf first() {
        return pieces.peekFirst();
    }

    Iterable<ByteBuf> pieces() {
        return pieces;
    }

    /// Takes the first piece out, which belongs to the caller from now on.
    @Nullable ByteBuf take() {
        ByteBuf first = pieces.pollFirst();
        if (first != null) {
            bytes -= first.readableBytes();
            if (pieces.isEmpty()) {
                tail = null;
            }
        }
        return first;
    }

    /// Lets go of the first bytes, which were sent.
    void sent(int count) {
        int left = count;
        bytes -= count;
        for (ByteBuf first = pieces.peekFirst(); first != null; first = pieces.peekFirst()) {
            int length = first.readableBytes();
            if (length > left) {
                first.skipBytes(left);
                return;
            }
            left -= length;
            pieces.pollFirst();
            if (pieces.isEmpty()) {
                tail = null;
            }
            first.release();
        }
    }

    /// Lets go of everything.
    void clear() {
        pieces.forEach(ByteBuf::release);
        pieces.clear();
        tail = null;
        bytes = 0;
    }
}

package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.Errno;
import dev.heddle.proxy.runtime.linux.PipeCalls;
import java.util.function.LongConsumer;

/// One direction of a relay whose bytes stay in the kernel: from one socket into a pipe, from the
/// pipe into the other socket. The pipe is filled only when it is empty, so what it holds is all
/// that is on its way, and a side that takes nothing stops the other.
@Confined("worker")
final class Splice {
    /// So much is moved in one go before others have their turn.
    private static final int TURN_BYTES = 1 << 20;

    private final EpollLoop loop;
    private final PipeCalls.Pipe pipe;
    private final SocketWire from;
    private final SocketWire to;
    private final LongConsumer moved;

    /// What is still to be taken.
    private long left;

    /// What is in the pipe.
    private int held;

    private boolean isSourceGone;
    private boolean isOver;

    /// @param bytes how many there are to move
    /// @param moved told of bytes that left
    Splice(
            EpollLoop loop,
            PipeCalls.Pipe pipe,
            SocketWire from,
            SocketWire to,
            long bytes,
            LongConsumer moved) {
        this.loop = loop;
        this.pipe = pipe;
        this.from = from;
        this.to = to;
        this.left = bytes;
        this.moved = moved;
    }

    boolean isEmpty() {
        return held == 0;
    }

    /// Moves what can be moved now.
    void move() {
        long went = 0;
        int taken = 1;
        while (taken > 0 && !isOver) {
            went += drain();
            if (held > 0 || isOver) {
                break;
            }
            if (left == 0 || isSourceGone) {
                close();
            } else if (went < TURN_BYTES && from.isTakable() && to.isTaking()) {
                taken = take();
            } else {
                break;
            }
        }
        boolean isTurnOver = left == 0 || went >= TURN_BYTES;
        if (went > 0) {
            moved.accept(went);
        }
        if (taken <= 0) {
            from.onNothing(taken);
        } else if (isTurnOver && held == 0) {
            from.askAgain();
        }
    }

    /// @return how much is in the pipe now; 0 at the source's end, else an error
    private int take() {
        int count;
        do {
            count = loop.pipes().fill(pipe, from.socket(), left);
        } while (count == -Errno.EINTR);
        if (count > 0) {
            held = count;
            left -= count;
        }
        return count;
    }

    /// @return how much left the pipe
    private int drain() {
        int went = 0;
        while (held > 0 && !isOver) {
            int count = loop.pipes().drain(pipe, to.socket(), held);
            if (count > 0) {
                held -= count;
                went += count;
            } else if (count == -Errno.EAGAIN) {
                to.onFull();
                return went;
            } else if (count != -Errno.EINTR) {
                to.lost(-count);
            }
        }
        return went;
    }

    /// Nothing more comes; what is on its way is still for the other side.
    void onSourceGone() {
        isSourceGone = true;
        if (held == 0) {
            close();
        }
    }

    /// Gives both sides back to those who read and write; what is on its way is lost.
    void close() {
        if (!isOver) {
            isOver = true;
            loop.giveBack(pipe, held == 0);
            from.onSpliced();
            to.onTaken();
        }
    }
}

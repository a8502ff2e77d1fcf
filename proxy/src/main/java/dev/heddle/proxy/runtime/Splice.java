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

    /// What is in the pipe.
    private int held;

    private boolean isSourceGone;
    private boolean isClosed;

    /// @param moved told of bytes that came
    Splice(
            EpollLoop loop,
            PipeCalls.Pipe pipe,
            SocketWire from,
            SocketWire to,
            LongConsumer moved) {
        this.loop = loop;
        this.pipe = pipe;
        this.from = from;
        this.to = to;
        this.moved = moved;
    }

    boolean isEmpty() {
        return held == 0;
    }

    /// Moves what can be moved now.
    void move() {
        long came = 0;
        while (!isClosed && isDrained() && came < TURN_BYTES && from.isTakable()) {
            int count = loop.pipes().fill(pipe, from.socket());
            if (count > 0) {
                held = count;
                came += count;
            } else if (count != -Errno.EINTR) {
                tell(came);
                came = 0;
                from.onNothing(count);
                break;
            }
        }
        if (came > 0) {
            tell(came);
            if (!isClosed && held == 0) {
                from.askAgain();
            }
        }
    }

    private void tell(long came) {
        if (came > 0) {
            moved.accept(came);
        }
    }

    /// Whether nothing is left on the way.
    private boolean isDrained() {
        while (held > 0 && !isClosed) {
            int count = loop.pipes().drain(pipe, to.socket(), held);
            if (count > 0) {
                held -= count;
            } else if (count == -Errno.EAGAIN) {
                to.onFull();
                return false;
            } else if (count != -Errno.EINTR) {
                to.lost(-count);
                return false;
            }
        }
        if (isSourceGone) {
            close();
        }
        return !isClosed && to.isIdle();
    }

    /// Nothing more comes; what is on its way is still for the other side.
    void onSourceGone() {
        isSourceGone = true;
        if (held == 0) {
            close();
        }
    }

    void close() {
        if (!isClosed) {
            isClosed = true;
            loop.close(pipe);
        }
    }
}

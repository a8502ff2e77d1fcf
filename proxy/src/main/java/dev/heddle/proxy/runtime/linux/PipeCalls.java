package dev.heddle.proxy.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Pipes, through which bytes go from one socket to another without leaving the kernel
/// (`splice(2)`), as one thread calls them: none waits.
public final class PipeCalls {
    /// What a pipe may hold, which is what anybody's may. The usual 64 KB would be half a dozen of
    /// the kernel's pieces.
    private static final int BYTES = 1 << 20;

    private static final int FLAGS = 0x800 | 0x80000; // O_NONBLOCK, O_CLOEXEC
    private static final int SET_SIZE = 1031; // F_SETPIPE_SZ
    private static final int MOVE_AT_ONCE = 1 | 2; // SPLICE_F_MOVE, SPLICE_F_NONBLOCK

    private final Kernel kernel;
    private final MemorySegment ends = Arena.global().allocate(8, 8);

    public PipeCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// The two ends of a pipe.
    public record Pipe(int out, int in) {}

    /// Makes a pipe; null where the process or the user may have no more of that size. A smaller
    /// one would cost more than it saves.
    public @Nullable Pipe open() {
        if (kernel.call(SystemCall.PIPE2, ends.address(), FLAGS, 0, 0, 0, 0) < 0) {
            return null;
        }
        var pipe = new Pipe(ends.get(ValueLayout.JAVA_INT, 0), ends.get(ValueLayout.JAVA_INT, 4));
        if (kernel.call(SystemCall.FCNTL, pipe.in(), SET_SIZE, BYTES, 0, 0, 0) < 0) {
            close(pipe);
            return null;
        }
        return pipe;
    }

    /// Moves bytes from a socket into a pipe.
    ///
    /// @param most how many, at most
    /// @return how many; 0 at the end
    public int fill(Pipe pipe, int socket, long most) {
        long size = Math.min(most, BYTES);
        return (int) kernel.call(SystemCall.SPLICE, socket, 0, pipe.in(), 0, size, MOVE_AT_ONCE);
    }

    /// Moves bytes from a pipe to a socket.
    public int drain(Pipe pipe, int socket, int count) {
        return (int) kernel.call(SystemCall.SPLICE, pipe.out(), 0, socket, 0, count, MOVE_AT_ONCE);
    }

    public void close(Pipe pipe) {
        kernel.close(pipe.in());
        kernel.close(pipe.out());
    }
}

package dev.heddle.proxy.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The door to the kernel for one thread: `syscall(2)`.
///
/// Results are the kernel's own: negative is an error's number, as in [Errno], with its sign
/// turned.
public final class Kernel {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));

    /// Of the thread that is to own this; other threads must not call through it.
    private final MemorySegment state = Arena.global().allocate(STATE);

    /// What is linked, once and only where there is Linux.
    private static final class Linked {
        private static final MethodHandle NOW =
                link(Linker.Option.captureCallState("errno"), Linker.Option.critical(false));
        private static final MethodHandle WAITING = link(Linker.Option.captureCallState("errno"));

        @SuppressWarnings("restricted") // this package is where the proxy may call native code
        private static MethodHandle link(Linker.Option... options) {
            Linker linker = Linker.nativeLinker();
            ValueLayout.OfLong number = ValueLayout.JAVA_LONG;
            return linker.downcallHandle(
                    linker.defaultLookup().find("syscall").orElseThrow(),
                    FunctionDescriptor.of(
                            number, number, number, number, number, number, number, number),
                    options);
        }
    }

    /// Whether calls can be made here: on Linux, on a processor whose numbers are known, in a JVM
    /// that lets native code be called.
    public static boolean isUsable() {
        if (!SystemCall.IS_KNOWN) {
            return false;
        }
        try {
            var kernel = new Kernel();
            long epoll = kernel.call(SystemCall.EPOLL_CREATE1, 0, 0, 0, 0, 0, 0);
            return epoll >= 0 && kernel.call(SystemCall.CLOSE, epoll, 0, 0, 0, 0, 0) == 0;
        } catch (LinkageError | RuntimeException e) {
            // `--illegal-native-access=deny`, or no such function.
            return false;
        }
    }

    /// Calls what returns at once.
    long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        try {
            long result =
                    (long) Linked.NOW.invokeExact(state, (long) call.number(), a, b, c, d, e, f);
            return result == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO) : result;
        } catch (Throwable t) {
            throw new AssertionError("the linked function threw", t);
        }
    }

    /// Calls what may wait.
    long await(SystemCall call, long a, long b, long c, long d, long e, long f) {
        try {
            long result =
                    (long)
                            Linked.WAITING.invokeExact(
                                    state, (long) call.number(), a, b, c, d, e, f);
            return result == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO) : result;
        } catch (Throwable t) {
            throw new AssertionError("the linked function threw", t);
        }
    }

    /// Closes a descriptor of whatever kind.
    public void close(int descriptor) {
        call(SystemCall.CLOSE, descriptor, 0, 0, 0, 0, 0);
    }
}

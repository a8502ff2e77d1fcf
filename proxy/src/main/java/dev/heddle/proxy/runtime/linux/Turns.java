package dev.heddle.proxy.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How soon a thread that wakes up has its turn.
///
/// The JVM's compilers work for seconds while a proxy is young, maybe on the only processor that it
/// has. Since Linux 6.6 they may finish their slice, of one to three milliseconds, before a worker
/// that has something to do; since 6.12 whoever asks for shorter slices (`sched_runtime` in
/// `sched_setattr(2)`) interrupts those with longer ones. Nobody's share changes, only the order.
public final class Turns {
    /// The least that the kernel takes.
    static final long SHORT_NANOS = 100_000;

    /// `struct sched_attr`, as first published.
    private static final int SIZE = 48;

    private static final long SIZE_AT = 0;
    private static final long POLICY_AT = 4;
    private static final long RUNTIME_AT = 24;
    private static final int OTHER = 0; // SCHED_OTHER

    private Turns() {}

    /// Asks for short slices for the calling thread, if it is scheduled as threads usually are. An
    /// older kernel takes no notice; one that refuses leaves everything as it is.
    ///
    /// @param kernel of the calling thread
    public static void shorten(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
            if (read(kernel, attributes)
                    && attributes.get(ValueLayout.JAVA_INT, POLICY_AT) == OTHER) {
                attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, SHORT_NANOS);
                kernel.call(SystemCall.SCHED_SETATTR, 0, attributes.address(), 0, 0, 0, 0);
            }
        }
    }

    /// The calling thread's slice in nanoseconds; 0 where the kernel does not say.
    static long nanos(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
            return read(kernel, attributes) ? attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT) : 0;
        }
    }

    private static boolean read(Kernel kernel, MemorySegment attributes) {
        attributes.set(ValueLayout.JAVA_INT, SIZE_AT, SIZE);
        return kernel.call(SystemCall.SCHED_GETATTR, 0, attributes.address(), SIZE, 0, 0, 0) == 0;
    }
}

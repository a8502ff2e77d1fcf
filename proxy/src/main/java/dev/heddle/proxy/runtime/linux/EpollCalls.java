package dev.heddle.proxy.runtime.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One `epoll(7)`, and a descriptor that wakes its thread.
public final class EpollCalls {
    public static final int IN = 1;
    public static final int OUT = 4;
    public static final int ERROR = 8;
    public static final int HANG_UP = 0x10;

    /// The other side has ended its direction (`EPOLLRDHUP`).
    public static final int END = 0x2000;

    /// Tells of changes only (`EPOLLET`).
    public static final int EDGES = 1 << 31;

    /// So many events are told at once.
    private static final int EVENTS = 256;

    private static final int CTL_ADD = 1;
    private static final int CTL_MOD = 3;
    private static final int EFD_FLAGS = 0x800 | 0x80000; // EFD_NONBLOCK, EFD_CLOEXEC
    private static final int EPOLL_CLOEXEC = 0x80000;

    /// `struct epoll_event`: a mask, then eight bytes of ours, which x86-64 does not align.
    private static final int DATA = SystemCall.IS_X86 ? 4 : 8;

    private static final int EVENT_BYTES = DATA + 8;

    private static final ValueLayout.OfLong KEY = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Kernel kernel;
    private final Kernel wakers = new Kernel();
    private final MemorySegment events = Arena.global().allocate((long) EVENTS * EVENT_BYTES, 8);
    private final MemorySegment change = Arena.global().allocate(EVENT_BYTES, 8);
    private final MemorySegment one = Arena.global().allocate(8, 8);
    private final int epoll;
    private final int wake;

    /// @throws IllegalStateException where the process has no descriptors left
    public EpollCalls(Kernel kernel) {
        this.kernel = kernel;
        this.epoll = (int) kernel.call(SystemCall.EPOLL_CREATE1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
        this.wake = (int) kernel.call(SystemCall.EVENTFD2, 0, EFD_FLAGS, 0, 0, 0, 0);
        one.set(ValueLayout.JAVA_LONG, 0, 1);
        if (epoll < 0 || wake < 0 || add(wake, wake, IN | EDGES) < 0) {
            throw new IllegalStateException("epoll: " + Errno.text(Math.max(-epoll, -wake)));
        }
    }

    /// The descriptor by which [#wake] is told of.
    public int waker() {
        return wake;
    }

    /// Begins to watch.
    ///
    /// @param key tells the event from others
    /// @return below zero when it can't be
    public int add(int descriptor, long key, int mask) {
        return change(CTL_ADD, descriptor, key, mask);
    }

    /// Watches for something else. A descriptor that is closed is watched no more by itself.
    public int modify(int descriptor, long key, int mask) {
        return change(CTL_MOD, descriptor, key, mask);
    }

    private int change(int operation, int descriptor, long key, int mask) {
        change.set(ValueLayout.JAVA_INT, 0, mask);
        change.set(KEY, DATA, key);
        return (int)
                kernel.call(
                        SystemCall.EPOLL_CTL, epoll, operation, descriptor, change.address(), 0, 0);
    }

    /// Waits for events.
    ///
    /// @param millis 0 to look only, -1 for as long as it takes
    /// @return how many; below zero is an error, as when a signal came
    public int await(int millis) {
        return (int)
                (millis == 0
                        ? kernel.call(
                                SystemCall.EPOLL_PWAIT, epoll, events.address(), EVENTS, 0, 0, 8)
                        : kernel.await(
                                SystemCall.EPOLL_PWAIT,
                                epoll,
                                events.address(),
                                EVENTS,
                                millis,
                                0,
                                8));
    }

    public int mask(int index) {
        return events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * EVENT_BYTES);
    }

    public long key(int index) {
        return events.get(KEY, (long) index * EVENT_BYTES + DATA);
    }

    /// Ends [#await]. Callable from any thread.
    public void wake() {
        wakers.call(SystemCall.WRITE, wake, one.address(), 8, 0, 0, 0);
    }

    public void close() {
        kernel.close(wake);
        kernel.close(epoll);
    }
}

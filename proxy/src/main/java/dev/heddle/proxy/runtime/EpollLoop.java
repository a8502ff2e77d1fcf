package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.EpollCalls;
import dev.heddle.proxy.runtime.linux.Kernel;
import dev.heddle.proxy.runtime.linux.PipeCalls;
import dev.heddle.proxy.runtime.linux.SocketCalls;
import dev.heddle.proxy.runtime.linux.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Sockets of one worker, on an `epoll` of its own; Netty's event loop brings the thread, the tasks
/// and the timers. A turn is: end what tasks began, wait, tell what happened, end what that began.
///
/// Each socket is put in once, edge-triggered and for everything, so that a connection costs one
/// call over its life and not one each time that it changes what it waits for. Who was told of
/// something and has not finished with it must remember that, or ask for another turn ([#again]).
@Confined("worker")
final class EpollLoop implements IoHandler {
    /// Looks at the time at least this often.
    private static final int LONGEST_WAIT_MILLIS = 60_000;

    /// A pipe has two descriptors and may hold 1 MB of the kernel's memory. The kernel lets a user
    /// have 64 MB of it, and says so.
    private static final int MOST_PIPES = 64;

    /// So many that nobody uses are kept: making one is three calls, and ending it two.
    private static final int MOST_SPARE_PIPES = 8;

    private final Kernel kernel = new Kernel();
    private final SocketCalls sockets = new SocketCalls(kernel);
    private final PipeCalls pipes = new PipeCalls(kernel);
    private final EpollCalls epoll = new EpollCalls(kernel);

    /// Whether the loop runs, or was told to: then nobody needs to wake it. The only thing here
    /// that other threads touch.
    private final AtomicBoolean isAwake = new AtomicBoolean(true);

    private final ArrayDeque<Polled> again = new ArrayDeque<>();

    /// What is watched, by its descriptor.
    private @Nullable Polled[] watched = new Polled[64];

    /// Of what is watched, a number that no other has: an event that was on its way when its socket
    /// was closed must not be taken for one of the socket that got its descriptor.
    private int[] serials = new int[64];

    private int serial;
    private final ArrayDeque<PipeCalls.Pipe> sparePipes = new ArrayDeque<>();
    private int openPipes;
    private @Nullable Worker worker;
    private @Nullable MemorySegment datagram;
    private boolean isEnding;

    /// Says whose it is, before anything can happen.
    void serve(Worker value) {
        worker = value;
    }

    @Override
    public void initialize() {
        Turns.shorten(kernel);
    }

    SocketCalls sockets() {
        return sockets;
    }

    /// An empty pipe, of which a worker has a limited number; null when it has them.
    PipeCalls.@Nullable Pipe pipe() {
        PipeCalls.Pipe spare = sparePipes.poll();
        if (spare != null) {
            return spare;
        }
        PipeCalls.Pipe pipe = openPipes < MOST_PIPES ? pipes.open() : null;
        if (pipe != null) {
            openPipes++;
        }
        return pipe;
    }

    PipeCalls pipes() {
        return pipes;
    }

    /// @param isEmpty whether somebody else may have it
    void giveBack(PipeCalls.Pipe pipe, boolean isEmpty) {
        if (isEmpty && sparePipes.size() < MOST_SPARE_PIPES) {
            sparePipes.push(pipe);
        } else {
            openPipes--;
            pipes.close(pipe);
        }
    }

    /// Begins to watch.
    ///
    /// @return whether it could
    boolean watch(int descriptor, Polled by, int events) {
        if (descriptor >= watched.length) {
            int size = Math.max(descriptor + 1, 2 * watched.length);
            watched = Arrays.copyOf(watched, size);
            serials = Arrays.copyOf(serials, size);
        }
        watched[descriptor] = by;
        serials[descriptor] = ++serial;
        if (epoll.add(descriptor, key(descriptor), events) < 0) {
            watched[descriptor] = null;
            return false;
        }
        return true;
    }

    void watchFor(int descriptor, int events) {
        epoll.modify(descriptor, key(descriptor), events);
    }

    private long key(int descriptor) {
        return (long) serials[descriptor] << 32 | descriptor;
    }

    /// Takes a datagram; who sent it is what [SocketCalls#peer] says then.
    ///
    /// @return how many bytes, for [#copyDatagram]; an error's number with its sign turned
    int receiveDatagram(int socket) {
        return sockets.receiveFrom(socket, room().address(), Datagrams.LONGEST);
    }

    /// Puts the bytes of the datagram that was just taken behind those that are there.
    void copyDatagram(ByteBuf to, int count) {
        to.writeBytes(room().asSlice(0, count).asByteBuffer());
    }

    /// Made when the first datagram comes: most proxies take none.
    private MemorySegment room() {
        MemorySegment there = datagram;
        if (there == null) {
            there = Arena.global().allocate(Datagrams.LONGEST, 8);
            datagram = there;
        }
        return there;
    }

    /// Whether everything that is watched is being closed.
    boolean isEnding() {
        return isEnding;
    }

    /// Closes a descriptor, whether it is watched or not.
    void close(int descriptor) {
        if (descriptor < watched.length) {
            watched[descriptor] = null;
        }
        kernel.close(descriptor);
    }

    /// Calls somebody in the next turn, which then does not wait.
    void again(Polled who) {
        again.add(who);
    }

    @Override
    public int run(IoHandlerContext context) {
        Worker of = owner();
        of.endTurn();
        isAwake.set(false);
        // Looked at behind that: a task that is not seen here wakes us.
        int millis = again.isEmpty() && context.canBlock() ? millis(context, of) : 0;
        int count = epoll.await(millis);
        isAwake.set(true);
        of.onEvent();
        for (int i = 0; i < count; i++) {
            long key = epoll.key(i);
            int descriptor = (int) key;
            if (descriptor == epoll.waker()) {
                continue;
            }
            Polled by = watched[descriptor];
            if (by != null && serials[descriptor] == (int) (key >>> 32)) {
                tell(of, by, epoll.mask(i));
            }
        }
        for (int left = again.size(); left > 0; left--) {
            Polled by = again.poll();
            if (by != null) {
                tellAgain(of, by);
            }
        }
        of.endTurn();
        return Math.max(0, count);
    }

    /// Until the next timer is due.
    private static int millis(IoHandlerContext context, Worker of) {
        long nanos = context.deadlineNanos() - of.ticker().nanoTime();
        // Up, as a timer that fires too early only waits again.
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
        return Math.clamp(millis, 0, LONGEST_WAIT_MILLIS);
    }

    private static void tell(Worker of, Polled by, int events) {
        try {
            by.onEvents(events);
        } catch (RuntimeException | Error e) {
            of.bug(e);
            by.onBroken();
        }
    }

    private static void tellAgain(Worker of, Polled by) {
        try {
            by.onAgain();
        } catch (RuntimeException | Error e) {
            of.bug(e);
            by.onBroken();
        }
    }

    private Worker owner() {
        Worker of = worker;
        if (of == null) {
            throw new IllegalStateException("a loop without a worker");
        }
        return of;
    }

    @Override
    public void wakeup() {
        if (!isAwake.getAndSet(true)) {
            epoll.wake();
        }
    }

    @Override
    public void prepareToDestroy() {
        isEnding = true;
        for (Polled by : watched) {
            if (by != null) {
                by.onBroken();
            }
        }
        owner().endTurn();
    }

    @Override
    public void destroy() {
        sparePipes.forEach(pipes::close);
        sparePipes.clear();
        epoll.close();
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        throw new UnsupportedOperationException("channels (expected: sockets of this loop)");
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return false;
    }
}

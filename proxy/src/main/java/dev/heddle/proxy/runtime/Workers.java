package dev.heddle.proxy.runtime;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/// All workers of the process.
public final class Workers {
    private static final int PAGE_BYTES = 8192;
    private static final int CHUNK_ORDER = 6;
    private static final int SMALL_CACHE = 256;
    private static final int NORMAL_CACHE = 32;

    private final List<Worker> all;
    private final Transport transport;
    private final List<IoEventLoopGroup> groups;

    private Workers(List<Worker> all, Transport transport, List<IoEventLoopGroup> groups) {
        this.all = List.copyOf(all);
        this.transport = transport;
        this.groups = List.copyOf(groups);
    }

    /// Starts that many, each on a thread of its own.
    ///
    /// @param seeds a generator for each worker, by its index
    public static Workers start(
            int count,
            Transport transport,
            InstantSource clock,
            IntFunction<RandomGenerator> seeds) {
        return start(count, new DefaultThreadFactory("worker"), transport, clock, seeds);
    }

    /// Starts one loop that serves no requests, for what must not wait for those that do.
    ///
    /// @param name of its thread
    public static Workers apart(
            String name, Transport transport, InstantSource clock, RandomGenerator random) {
        return start(1, new DefaultThreadFactory(name, true), transport, clock, _ -> random);
    }

    private static Workers start(
            int count,
            ThreadFactory threads,
            Transport transport,
            InstantSource clock,
            IntFunction<RandomGenerator> seeds) {
        var groups = new ArrayList<IoEventLoopGroup>();
        var workers = new ArrayList<Worker>();
        ByteBufAllocator buffers = buffers(count);
        for (int i = 0; i < count; i++) {
            EpollLoop epoll = transport == Transport.EPOLL ? new EpollLoop() : null;
            var group =
                    new MultiThreadIoEventLoopGroup(
                            1, threads, epoll == null ? transport.netty().ioHandler() : _ -> epoll);
            var worker =
                    new Worker(
                            i,
                            group.next(),
                            epoll,
                            transport,
                            Ticker.systemTicker(),
                            clock,
                            seeds.apply(i),
                            buffers);
            if (epoll != null) {
                epoll.serve(worker);
            }
            groups.add(group);
            workers.add(worker);
        }
        return new Workers(workers, transport, groups);
    }

    /// Memory off the heap, an arena for each worker in chunks of 512 KB: more than a proxy at rest
    /// needs, little enough to grow by. Copying between these buffers costs half of what it does
    /// between those of Netty's adaptive allocator, and slices of them are pooled, too.
    private static ByteBufAllocator buffers(int workers) {
        return new PooledByteBufAllocator(
                true, 0, workers, PAGE_BYTES, CHUNK_ORDER, SMALL_CACHE, NORMAL_CACHE, true);
    }

    /// One worker on a loop that the caller turns, as simulations do.
    public static Workers of(Worker worker) {
        return new Workers(List.of(worker), worker.transport(), List.of());
    }

    public List<Worker> all() {
        return all;
    }

    public int size() {
        return all.size();
    }

    public Transport transport() {
        return transport;
    }

    /// Runs something on each worker's thread. Callable from any thread.
    public void execute(Consumer<Worker> task) {
        all.forEach(worker -> worker.execute(() -> task.accept(worker)));
    }

    /// Ends the threads, closing what is still open. Waits for that.
    public void stop() {
        List<Future<?>> ends = new ArrayList<>();
        groups.forEach(group -> ends.add(group.shutdownGracefully(0, 2, TimeUnit.SECONDS)));
        ends.forEach(end -> end.awaitUninterruptibly(5, TimeUnit.SECONDS));
    }
}

package dev.heddle.verify.sim;

import dev.heddle.model.Confined;
import dev.heddle.proxy.ControlPlaneLink;
import dev.heddle.proxy.ProxyHost;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.xds.client.XdsSubscriber;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The event loop of a simulation, and its clock. Everything that lives on it, proxies too, lives
/// in the thread that made it, and nothing happens but in the methods of this class.
@Confined("one thread")
public final class VirtualLoop implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /// Time moves in steps of this size, so that timers fire near their time and in their order.
    private static final Duration STEP = Duration.ofMillis(1);

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final long seed;
    private int workers;

    public VirtualLoop(long seed) {
        this.seed = seed;
    }

    /// A worker of its own chance on this loop.
    public Worker worker() {
        // Whoever has meters finds them by its worker's index, so a proxy's first is 0.
        return new Worker(0, loop, Transport.LOCAL, ticker, clock(), chance(workers++));
    }

    private RandomGenerator chance(int number) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 1_000_003L + number);
    }

    /// This loop as what a proxy runs on. No name has an address there.
    ///
    /// @param link the proxy's way to its control plane
    public ProxyHost host(Function<XdsSubscriber, ControlPlaneLink> link) {
        return new ProxyHost(
                Workers.of(worker()),
                loop,
                ticker,
                VirtualLoop::address,
                Runnable::run,
                (subscriber, _) -> link.apply(subscriber));
    }

    /// Of the machine itself; nobody else has one.
    private static List<InetAddress> address(String name) throws UnknownHostException {
        if (name.equals("localhost")) {
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
        }
        throw new UnknownHostException(name);
    }

    /// The time of day there.
    public InstantSource clock() {
        return () -> START.plusNanos(ticker.nanoTime());
    }

    /// Nanoseconds since some moment before the simulation.
    public long nanos() {
        return ticker.nanoTime();
    }

    /// Does everything that can be done without time passing.
    public void settle() {
        while (loop.runNow() > 0) {
            // Each turn may make work for the next.
        }
    }

    /// Lets time pass, with everything that happens meanwhile.
    public void advance(Duration duration) {
        long end = ticker.nanoTime() + duration.toNanos();
        settle();
        while (ticker.nanoTime() < end) {
            long step = Math.min(STEP.toNanos(), end - ticker.nanoTime());
            ticker.advance(step, TimeUnit.NANOSECONDS);
            settle();
        }
    }

    /// Runs a task later.
    public void schedule(Duration delay, Runnable task) {
        var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Closes every connection and every port of the simulation.
    @Override
    public void close() {
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!loop.isTerminated()) {
            loop.runNow();
        }
    }
}

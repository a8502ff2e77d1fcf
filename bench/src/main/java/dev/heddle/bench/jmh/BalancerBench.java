package dev.heddle.bench.jmh;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.proxy.upstream.balance.Balancers;
import dev.heddle.proxy.upstream.balance.HashTables;
import dev.heddle.proxy.upstream.balance.Hashing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Choosing the host of a request, once for each request.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Confined("one JMH thread")
public class BalancerBench {
    private static final double PANIC_PERCENT = 50;
    private static final int OVERPROVISIONING_PERCENT = 140;

    private final RandomGenerator random = new SplittableRandom(1);
    private final PickContext context = new Context(random);

    /// Goes on by a microsecond each time; reading the machine's clock is not measured.
    private final AtomicLong nanos = new AtomicLong();

    private LoadBalancer turns = balancer(new Balancers.Kind.InTurns(), 1, false);
    private LoadBalancer weighted = turns;
    private LoadBalancer leastBusy = turns;
    private LoadBalancer latency = turns;
    private LoadBalancer any = turns;
    private LoadBalancer ring = turns;
    private LoadBalancer maglev = turns;

    /// How many hosts the cluster has.
    @Param({"3", "1000"})
    int hosts;

    private record Context(RandomGenerator random) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    /// Builds the balancers.
    @Setup
    public void build() {
        turns = balancer(new Balancers.Kind.InTurns(), hosts, false);
        weighted = balancer(new Balancers.Kind.InTurns(), hosts, true);
        leastBusy = balancer(new Balancers.Kind.LeastBusy(2), hosts, false);
        latency =
                balancer(
                        new Balancers.Kind.ByLatency(
                                Latency.Rules.USUAL,
                                () -> nanos.addAndGet(1_000),
                                Optional.empty()),
                        hosts,
                        false);
        any = balancer(new Balancers.Kind.Any(), hosts, false);
        ring =
                balancer(
                        hashed(
                                new Hashing.Shape.Ring(
                                        Hashing.Shape.Ring.LEAST,
                                        Hashing.Shape.Ring.LIMIT,
                                        Hashing.Function.XX_HASH)),
                        hosts,
                        false);
        maglev =
                balancer(hashed(new Hashing.Shape.Maglev(Hashing.Shape.Maglev.SIZE)), hosts, false);
    }

    private static Balancers.Kind hashed(Hashing.Shape shape) {
        return new Balancers.Kind.Hashed(new Hashing(shape, false, 0), new HashTables(), () -> 0);
    }

    /// One after the other, all of one weight.
    @Benchmark
    public Pick inTurns() {
        return turns.pick(context);
    }

    /// One after the other, by weights that differ.
    @Benchmark
    public Pick inTurnsByWeight() {
        return weighted.pick(context);
    }

    /// The less busy of two.
    @Benchmark
    public Pick leastBusyOfTwo() {
        return leastBusy.pick(context);
    }

    /// The one of two from which an answer is to be expected sooner.
    @Benchmark
    public Pick byLatency() {
        return latency.pick(context);
    }

    /// Any.
    @Benchmark
    public Pick anyHost() {
        return any.pick(context);
    }

    /// The next point on a ring.
    @Benchmark
    public Pick byRing() {
        return ring.pick(context);
    }

    /// A place in a table.
    @Benchmark
    public Pick byMaglev() {
        return maglev.pick(context);
    }

    private static LoadBalancer balancer(Balancers.Kind kind, int count, boolean weights) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < count; i++) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1 + i);
            hosts.add(new Host(address, "127.0.0.1:" + (1 + i), weights ? 1 + i % 5 : 1));
        }
        for (int i = 0; i < count; i++) {
            // Hosts of which nothing is known cost nothing to compare.
            hosts.get(i).measure(Latency.Rules.USUAL).answered(1_000_000L + i, 0);
        }
        var place = new Balancers.Place(0, 1, hosts, List.of(), hosts);
        var policy = new Balancers.Policy(kind, false, OVERPROVISIONING_PERCENT, PANIC_PERCENT);
        return Balancers.of(policy, List.of(place), new SplittableRandom(1));
    }
}

package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Of two different hosts that are chosen at random, by weight, the one from which an answer is to
/// be expected sooner: that whose latency times its requests in flight, and this one, is less (as
/// Finagle's and Linkerd's balancers do it). Hosts that asked to be left alone are, unless all did.
///
/// A host that nobody has heard of yet is taken at once, but by one request at a time: until it has
/// answered it counts as very slow.
///
/// "In flight" and the latency are what this worker knows. A pick computes two exponentials at most
/// and allocates nothing.
@Confined("worker")
final class PeakEwma implements LoadBalancer {
    /// What a request in flight to a host counts that nobody has heard of.
    private static final double UNKNOWN_NANOS = 1e15;

    /// So often a host is drawn anew where the one drawn is of no use, before the next is taken.
    private static final int DRAWS = 4;

    private final Host[] hosts;
    private final Latency[] latencies;
    private final Balancers.Kind.ByLatency kind;
    private final Balancers.@Nullable Growth growth;

    /// Sums of the weights up to each host; empty where they are all the same.
    private final long[] sums;

    PeakEwma(List<Host> hosts, Balancers.Kind.ByLatency kind) {
        this.hosts = hosts.toArray(Host[]::new);
        this.latencies = hosts.stream().map(it -> it.measure(kind.rules())).toArray(Latency[]::new);
        this.kind = kind;
        this.growth = kind.growth().filter(it -> it.isOn(hosts)).orElse(null);
        this.sums = Weights.areEqual(hosts) ? new long[0] : new long[hosts.size()];
        long sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += this.hosts[i].weight();
            sums[i] = sum;
        }
    }

    @Override
    public Pick pick(PickContext context) {
        if (hosts.length == 0) {
            return Pick.NoHealthyHost.NONE;
        }
        if (hosts.length == 1) {
            return hosts[0];
        }
        RandomGenerator random = context.random();
        long now = kind.nanos().getAsLong();
        int one = draw(random, now, -1);
        int other = draw(random, now, one);
        boolean isOther = cost(other, now) < cost(one, now);
        int best = isOther ? other : one;
        int second = isOther ? one : other;
        return hosts[isYoung(best, random) && !latencies[second].isResting(now) ? second : best];
    }

    /// Whether it is not its turn, as its share is still growing.
    private boolean isYoung(int at, RandomGenerator random) {
        Balancers.Growth grows = growth;
        return grows != null && random.nextDouble() >= grows.part(hosts[at]);
    }

    /// A host that does not rest, other than a given one, as far as there is any.
    ///
    /// @param not a host's place; -1 for none
    private int draw(RandomGenerator random, long now, int not) {
        int at = draw(random);
        for (int i = 1; i < DRAWS && (at == not || latencies[at].isResting(now)); i++) {
            at = draw(random);
        }
        for (int i = 0; i < hosts.length; i++) {
            int next = at + i < hosts.length ? at + i : at + i - hosts.length;
            if (next != not && !latencies[next].isResting(now)) {
                return next;
            }
        }
        // All rest but one, or all of them.
        return not >= 0 && !latencies[not].isResting(now) ? not : at;
    }

    private int draw(RandomGenerator random) {
        if (sums.length == 0) {
            return random.nextInt(hosts.length);
        }
        long point = random.nextLong(sums[sums.length - 1]);
        int from = 0;
        int to = sums.length - 1;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (point < sums[middle]) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return from;
    }

    private double cost(int at, long now) {
        Latency latency = latencies[at];
        int inFlight = hosts[at].activeRequests();
        return latency.isKnown()
                ? latency.averageNanos(now) * (inFlight + 1)
                : UNKNOWN_NANOS * inFlight;
    }
}

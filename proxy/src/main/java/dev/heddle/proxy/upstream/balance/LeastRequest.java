package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The least busy of a few hosts chosen at random; two are nearly as good as looking at all
/// (Mitzenmacher, "The power of two choices in randomized load balancing", 1996).
///
/// "Busy" is what this worker has in flight. Where weights differ, or grow, turns go by an
/// [EdfSchedule] in which a host's weight is divided by its requests in flight plus one, as in
/// Envoy.
@Confined("worker")
final class LeastRequest implements LoadBalancer {

    private final Host[] hosts;
    private final int choices;
    private final double bias;
    private final Balancers.@Nullable Growth growth;
    private final boolean equalWeights;
    private final EdfSchedule schedule;

    LeastRequest(List<Host> hosts, Balancers.Kind.LeastBusy kind, RandomGenerator random) {
        this.hosts = hosts.toArray(Host[]::new);
        this.choices = kind.choices();
        this.bias = kind.bias();
        this.growth = kind.growth().filter(it -> it.isOn(hosts)).orElse(null);
        this.equalWeights = growth == null && Weights.areEqual(hosts);
        this.schedule =
                new EdfSchedule(
                        equalWeights ? 0 : hosts.size(), at -> weight(this.hosts[at]), random);
    }

    private double weight(Host host) {
        int load = host.activeRequests() + 1;
        double weight = host.weight() / (bias == 1 ? load : Math.pow(load, bias));
        return growth == null ? weight : weight * growth.part(host);
    }

    @Override
    public Pick pick(PickContext context) {
        if (hosts.length == 0) {
            return Pick.NoHealthyHost.NONE;
        }
        if (hosts.length == 1) {
            return hosts[0];
        }
        if (!equalWeights) {
            return hosts[schedule.next()];
        }
        RandomGenerator random = context.random();
        Host best = hosts[random.nextInt(hosts.length)];
        for (int i = 1; i < choices; i++) {
            Host other = hosts[random.nextInt(hosts.length)];
            if (other.activeRequests() < best.activeRequests()) {
                best = other;
            }
        }
        return best;
    }
}

package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.List;
import java.util.random.RandomGenerator;

/// One host after the other; by an [EdfSchedule] where weights differ, or grow.
@Confined("worker")
final class RoundRobin implements LoadBalancer {

    private final Host[] hosts;
    private final EdfSchedule schedule;
    private final boolean equalWeights;
    private int next;

    RoundRobin(List<Host> hosts, Balancers.Kind.InTurns kind, RandomGenerator random) {
        this.hosts = hosts.toArray(Host[]::new);
        Balancers.Growth growth = kind.growth().filter(it -> it.isOn(hosts)).orElse(null);
        this.equalWeights = growth == null && Weights.areEqual(hosts);
        this.schedule =
                new EdfSchedule(
                        equalWeights ? 0 : hosts.size(),
                        growth == null
                                ? at -> this.hosts[at].weight()
                                : at -> this.hosts[at].weight() * growth.part(this.hosts[at]),
                        random);
        this.next = hosts.isEmpty() ? 0 : random.nextInt(hosts.size());
    }

    @Override
    public Pick pick(PickContext context) {
        if (hosts.length == 0) {
            return Pick.NoHealthyHost.NONE;
        }
        if (!equalWeights) {
            return hosts[schedule.next()];
        }
        Host host = hosts[next];
        next = next + 1 == hosts.length ? 0 : next + 1;
        return host;
    }
}

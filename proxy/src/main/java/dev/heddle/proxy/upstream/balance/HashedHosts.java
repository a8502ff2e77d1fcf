package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The hosts of one priority, found by hash. The table is made, or found with another worker, when
/// the first request comes: most clusters of a large mesh never see one.
///
/// Bounded load is that of Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded
/// Loads" (2016): a host whose requests in flight are more than so much of its fair share passes
/// them on, to others in an order that the hash alone decides. "In flight" is what this worker
/// knows, as with [LeastRequest].
@Confined("worker")
final class HashedHosts {
    private final Balancers.Kind.Hashed kind;
    private final Host[] hosts;
    private final double[] weights;
    private @Nullable HashTable table;
    private @Nullable Shuffle shuffle;

    /// @param weights shares of the whole, by host
    private HashedHosts(Balancers.Kind.Hashed kind, List<Host> hosts, double[] weights) {
        this.kind = kind;
        this.hosts = hosts.toArray(Host[]::new);
        this.weights = weights;
    }

    /// Without regard for where they are.
    static HashedHosts of(Balancers.Kind.Hashed kind, List<Host> hosts) {
        double[] weights = new double[hosts.size()];
        fill(weights, 0, hosts, 1);
        return new HashedHosts(kind, hosts, weights);
    }

    /// In the places that have a weight.
    static HashedHosts of(
            Balancers.Kind.Hashed kind, List<Balancers.Place> places, PriorityLoad.Hosts which) {
        long sum = places.stream().mapToLong(Balancers.Place::weight).sum();
        var all = new ArrayList<Host>();
        places.forEach(it -> all.addAll(it.hosts(which)));
        double[] weights = new double[all.size()];
        int at = 0;
        for (Balancers.Place place : places) {
            fill(weights, at, place.hosts(which), (double) place.weight() / sum);
            at += place.hosts(which).size();
        }
        return new HashedHosts(kind, all, weights);
    }

    private static void fill(double[] weights, int from, List<Host> hosts, double share) {
        long sum = hosts.stream().mapToLong(Host::weight).sum();
        for (int i = 0; i < hosts.size(); i++) {
            weights[from + i] = hosts.get(i).weight() * share / sum;
        }
    }

    /// @param attempt how many hosts were passed over before
    Pick pick(long hash, int attempt) {
        if (hosts.length == 0) {
            return Pick.NoHealthyHost.NONE;
        }
        int found = table().at(hash, attempt);
        return kind.hashing().balancePercent() == 0 || load(found) <= 1
                ? hosts[found]
                : hosts[elsewhere(hash, found)];
    }

    private HashTable table() {
        HashTable made = table;
        if (made == null) {
            var entries = new ArrayList<HashTable.Entry>(hosts.length);
            for (int i = 0; i < hosts.length; i++) {
                entries.add(
                        new HashTable.Entry(
                                hosts[i].hashKey(kind.hashing().byHostname()), weights[i]));
            }
            made = kind.tables().of(kind.hashing().shape(), entries);
            table = made;
        }
        return made;
    }

    /// How much of the requests that a host may have in flight it has.
    private double load(int host) {
        long slots = ((kind.active().getAsLong() + 1) * kind.hashing().balancePercent() + 99) / 100;
        double allowed = Math.max(1, Math.ceil(slots * weights[host]));
        return hosts[host].activeRequests() / allowed;
    }

    /// The first of the others that has room, or the one that is least over.
    private int elsewhere(long hash, int found) {
        Shuffle order = shuffle;
        if (order == null) {
            order = new Shuffle(hosts.length);
            shuffle = order;
        }
        order.begin((int) hash);
        int least = found;
        double leastLoad = load(found);
        for (int i = 0; i < hosts.length; i++) {
            int other = order.next();
            if (other == found) {
                continue;
            }
            double load = load(other);
            if (load <= 1) {
                return other;
            }
            if (load < leastLoad) {
                least = other;
                leastLoad = load;
            }
        }
        return least;
    }
}

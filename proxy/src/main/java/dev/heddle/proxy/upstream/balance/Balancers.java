package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Makes the balancer of a cluster: priorities over places over hosts, each level only where there
/// is something to choose.
public final class Balancers {

    private Balancers() {}

    /// How a host is chosen among equals.
    public sealed interface Kind {
        /// One after the other, by weight.
        ///
        /// @param growth of new hosts' weights; empty for none
        record InTurns(Optional<Growth> growth) implements Kind {
            /// Without growth.
            public InTurns() {
                this(Optional.empty());
            }
        }

        /// The least busy of some; where weights differ, by weight over load.
        ///
        /// @param choices at least 2
        /// @param bias exponent of the load, 0 for none; Envoy's default is 1
        /// @param growth of new hosts' weights; empty for none
        record LeastBusy(int choices, double bias, Optional<Growth> growth) implements Kind {
            /// With Envoy's bias, and without growth.
            public LeastBusy(int choices) {
                this(choices, 1, Optional.empty());
            }
        }

        /// The one of two from which an answer is to be expected sooner.
        ///
        /// @param rules how latencies are looked at
        /// @param nanos the worker's ticker
        /// @param growth of new hosts' shares; empty for none
        record ByLatency(Latency.Rules rules, LongSupplier nanos, Optional<Growth> growth)
                implements Kind {}

        /// Any.
        record Any() implements Kind {}

        /// The one to which the request's hash leads.
        ///
        /// @param tables of the cluster
        /// @param active requests of the cluster in flight
        record Hashed(Hashing hashing, HashTables tables, LongSupplier active) implements Kind {}
    }

    /// How weights of new hosts grow.
    ///
    /// @param nanos the worker's ticker
    public record Growth(SlowStart start, LongSupplier nanos) {
        /// Whether any of the hosts has less than its share now.
        boolean isOn(List<Host> hosts) {
            long now = nanos.getAsLong();
            return hosts.stream().anyMatch(it -> start.isOn(it, now));
        }

        double part(Host host) {
            return start.part(host, nanos.getAsLong());
        }
    }

    /// Hosts in one place.
    ///
    /// @param weight among the places of its priority; 0 for none of the requests
    /// @param locality as in `eu/eu-1/rack-7`; empty where it is not known
    public record Place(
            int priority,
            long weight,
            String locality,
            List<Host> healthy,
            List<Host> degraded,
            List<Host> all) {
        /// One somewhere.
        public Place(
                int priority,
                long weight,
                List<Host> healthy,
                List<Host> degraded,
                List<Host> all) {
            this(priority, weight, "", healthy, degraded, all);
        }

        public Place {
            healthy = List.copyOf(healthy);
            degraded = List.copyOf(degraded);
            all = List.copyOf(all);
        }

        List<Host> hosts(PriorityLoad.Hosts kind) {
            return switch (kind) {
                case HEALTHY -> healthy;
                case DEGRADED -> degraded;
                case ALL -> all;
            };
        }
    }

    /// How the places of a cluster are used.
    ///
    /// @param byPlace whether a place is chosen by its weight before a host in it
    /// @param zones how the proxy's own goes before others; empty for not at all
    public record Policy(
            Kind kind,
            boolean byPlace,
            int overprovisioningPercent,
            double panicPercent,
            Optional<Zones> zones) {
        /// One for which zones are alike.
        public Policy(
                Kind kind, boolean byPlace, int overprovisioningPercent, double panicPercent) {
            this(kind, byPlace, overprovisioningPercent, panicPercent, Optional.empty());
        }
    }

    /// How the proxy's own zone goes before others, and what that needs to know.
    public record Zones(ZoneAware rules, Siblings siblings) {}

    /// Makes a balancer for hosts as they are now.
    ///
    /// @param random decides where turns begin
    public static LoadBalancer of(Policy policy, List<Place> places, RandomGenerator random) {
        if (policy.kind() instanceof Kind.Hashed hashed) {
            return byHash(policy, hashed, places);
        }
        LoadBalancer usual = of(policy, places, Set.of(), random);
        boolean hasOthers =
                places.stream()
                                .filter(it -> !it.all().isEmpty())
                                .mapToInt(Place::priority)
                                .distinct()
                                .count()
                        > 1;
        return hasOthers ? new Leaving(policy, places, usual) : usual;
    }

    /// Retries leave no priority: the same hash leads to the same one, as in Envoy.
    private static LoadBalancer byHash(Policy policy, Kind.Hashed kind, List<Place> places) {
        List<PriorityLoad.Share> shares = load(policy, places, Set.of()).shares();
        return new ByHash(
                shares,
                shares.stream()
                        .map(share ->
                                hashed(
                                        policy,
                                        kind,
                                        ofPriority(places, share.priority()),
                                        share.hosts()))
                        .toList());
    }

    /// A degraded priority's healthy hosts go before its degraded ones here, as in Envoy.
    private static HashedHosts hashed(
            Policy policy, Kind.Hashed kind, List<Place> places, PriorityLoad.Hosts hosts) {
        boolean isHealthy =
                hosts == PriorityLoad.Hosts.DEGRADED
                        && places.stream().anyMatch(it -> !it.healthy().isEmpty());
        PriorityLoad.Hosts which = isHealthy ? PriorityLoad.Hosts.HEALTHY : hosts;
        List<Place> weighted = policy.byPlace() ? weighted(places, which) : List.of();
        return weighted.isEmpty()
                ? HashedHosts.of(
                        kind, places.stream().flatMap(it -> it.hosts(which).stream()).toList())
                : HashedHosts.of(kind, weighted, which);
    }

    private static List<Place> weighted(List<Place> places, PriorityLoad.Hosts hosts) {
        return places.stream().filter(it -> it.weight() > 0 && !it.hosts(hosts).isEmpty()).toList();
    }

    /// @param left priorities whose hosts count as failing, all of them
    private static LoadBalancer of(
            Policy policy, List<Place> places, Set<Integer> left, RandomGenerator random) {
        PriorityLoad load = load(policy, places, left);
        List<LoadBalancer> balancers =
                load.shares().stream()
                        .map(share ->
                                ofShare(
                                        policy,
                                        ofPriority(places, share.priority()),
                                        share.hosts(),
                                        random))
                        .toList();
        return switch (balancers.size()) {
            case 0 -> _ -> Pick.NoHealthyHost.NONE;
            case 1 -> balancers.getFirst();
            default -> new ByShare(load.shares(), balancers);
        };
    }

    private static PriorityLoad load(Policy policy, List<Place> places, Set<Integer> left) {
        return PriorityLoad.of(
                counts(places, left), policy.overprovisioningPercent(), policy.panicPercent());
    }

    /// How many hosts each priority has, the highest first.
    public static List<PriorityLoad.Counts> counts(List<Place> places) {
        return counts(places, Set.of());
    }

    private static List<PriorityLoad.Counts> counts(List<Place> places, Set<Integer> left) {
        int priorities = places.stream().mapToInt(Place::priority).max().orElse(-1) + 1;
        var counts = new ArrayList<PriorityLoad.Counts>();
        for (int priority = 0; priority < priorities; priority++) {
            List<Place> of = left.contains(priority) ? List.of() : ofPriority(places, priority);
            counts.add(
                    new PriorityLoad.Counts(
                            of.stream().mapToInt(it -> it.healthy().size()).sum(),
                            of.stream().mapToInt(it -> it.degraded().size()).sum(),
                            of.stream().mapToInt(it -> it.all().size()).sum()));
        }
        return counts;
    }

    private static List<Place> ofPriority(List<Place> places, int priority) {
        return places.stream().filter(place -> place.priority() == priority).toList();
    }

    private static LoadBalancer ofShare(
            Policy policy, List<Place> places, PriorityLoad.Hosts hosts, RandomGenerator random) {
        boolean isPanic = hosts == PriorityLoad.Hosts.ALL;
        if (isPanic && policy.zones().map(it -> it.rules().failsInPanic()).orElse(false)) {
            return _ -> Pick.NoHealthyHost.NONE;
        }
        boolean isFirst = places.stream().allMatch(it -> it.priority() == 0);
        if (policy.zones().isPresent() && isFirst && hosts == PriorityLoad.Hosts.HEALTHY) {
            Optional<LoadBalancer> zones =
                    ByZone.of(
                            policy.zones().get(),
                            places,
                            policy.panicPercent(),
                            some ->
                                    among(
                                            policy.kind(),
                                            some.stream()
                                                    .flatMap(it -> it.healthy().stream())
                                                    .toList(),
                                            random));
            if (zones.isPresent()) {
                return zones.get();
            }
        }
        if (policy.byPlace()) {
            List<Place> weighted = weighted(places, hosts);
            if (!weighted.isEmpty()) {
                return new ByPlace(
                        weighted,
                        hosts,
                        weighted.stream()
                                .map(it -> among(policy.kind(), it.hosts(hosts), random))
                                .toList(),
                        policy.overprovisioningPercent(),
                        random);
            }
        }
        List<Host> all = places.stream().flatMap(it -> it.hosts(hosts).stream()).toList();
        return among(policy.kind(), all, random);
    }

    private static LoadBalancer among(Kind kind, List<Host> hosts, RandomGenerator random) {
        return switch (kind) {
            case Kind.InTurns turns -> new RoundRobin(hosts, turns, random);
            case Kind.LeastBusy busy -> new LeastRequest(hosts, busy, random);
            case Kind.ByLatency latency -> new PeakEwma(hosts, latency);
            case Kind.Any() -> new RandomHost(hosts);
            case Kind.Hashed _ ->
                    throw new IllegalStateException("a hash chooses priorities as well");
        };
    }

    /// Leaves priorities that were tried, as long as there is another one with a host that is well.
    /// That is asked for by retries only, so what it needs is made when it is asked for.
    private record Leaving(Policy policy, List<Place> places, LoadBalancer usual)
            implements LoadBalancer {
        @Override
        public Pick pick(PickContext context) {
            List<Host> tried = context.left();
            if (tried.isEmpty()) {
                return usual.pick(context);
            }
            var left = new HashSet<Integer>();
            boolean isAnyWell = false;
            for (Place place : places) {
                if (place.all().stream().anyMatch(tried::contains)) {
                    left.add(place.priority());
                }
            }
            for (Place place : places) {
                isAnyWell |=
                        !left.contains(place.priority())
                                && !(place.healthy().isEmpty() && place.degraded().isEmpty());
            }
            return (isAnyWell ? of(policy, places, left, context.random()) : usual).pick(context);
        }
    }

    /// Chooses a priority by its share.
    private record ByShare(List<PriorityLoad.Share> shares, List<LoadBalancer> balancers)
            implements LoadBalancer {
        @Override
        public Pick pick(PickContext context) {
            int at = context.random().nextInt(100);
            for (int i = 0; i < shares.size(); i++) {
                at -= shares.get(i).percent();
                if (at < 0) {
                    return balancers.get(i).pick(context);
                }
            }
            return balancers.getLast().pick(context);
        }
    }

    /// Gives the places turns by weight, a place whose hosts are failing fewer of them.
    private static final class ByPlace implements LoadBalancer {
        private final List<LoadBalancer> balancers;
        private final EdfSchedule schedule;

        ByPlace(
                List<Place> places,
                PriorityLoad.Hosts hosts,
                List<LoadBalancer> balancers,
                int overprovisioningPercent,
                RandomGenerator random) {
            this.balancers = balancers;
            double[] weights = new double[places.size()];
            for (int i = 0; i < weights.length; i++) {
                Place place = places.get(i);
                double usable = (double) place.hosts(hosts).size() / place.all().size();
                weights[i] = place.weight() * Math.min(1, usable * overprovisioningPercent / 100);
            }
            this.schedule = new EdfSchedule(weights.length, at -> weights[at], random);
        }

        @Override
        public Pick pick(PickContext context) {
            return balancers.get(schedule.next()).pick(context);
        }
    }
}

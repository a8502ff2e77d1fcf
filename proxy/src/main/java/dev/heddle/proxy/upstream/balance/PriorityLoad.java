package dev.heddle.proxy.upstream.balance;

import java.util.ArrayList;
import java.util.List;

/// Which share of the requests each priority gets, and whether it goes to its healthy hosts, its
/// degraded ones or, in panic, to all of them.
///
/// Envoy's rules ("Priority levels", "Degraded endpoints", "Panic threshold"): a priority takes
/// what its usable hosts times the overprovisioning factor can carry, and the rest flows to the
/// next; degraded hosts are used when healthy ones of all priorities do not suffice; below the
/// panic threshold health is no longer believed; where that is so everywhere, the number of hosts
/// decides. A pure function of the counts.
///
/// @param shares that are above 0; they add up to 100
public record PriorityLoad(List<Share> shares) {

    /// How many hosts of each kind a priority has.
    public record Counts(int healthy, int degraded, int all) {
        public Counts {
            if (healthy < 0 || degraded < 0 || healthy + degraded > all) {
                throw new IllegalArgumentException(
                        "counts: %d healthy + %d degraded of %d (expected: parts of the whole)"
                                .formatted(healthy, degraded, all));
            }
        }
    }

    /// Which hosts of a priority take requests.
    public enum Hosts {
        /// Those that nothing is known against.
        HEALTHY,
        /// Those that are degraded.
        DEGRADED,
        /// All of them, healthy or not.
        ALL
    }

    /// A share of the requests.
    ///
    /// @param percent from 1 to 100
    public record Share(int priority, Hosts hosts, int percent) {}

    public PriorityLoad {
        shares = List.copyOf(shares);
    }

    /// Divides the requests.
    ///
    /// @param priorities the first is the highest
    /// @param overprovisioningPercent as in Envoy's `overprovisioning_factor`, mostly 140
    /// @param panicPercent as in Envoy's `healthy_panic_threshold`; 0 for never
    public static PriorityLoad of(
            List<Counts> priorities, int overprovisioningPercent, double panicPercent) {
        int count = priorities.size();
        int[] healthy = new int[count];
        int[] degraded = new int[count];
        int total = 0;
        for (int i = 0; i < count; i++) {
            healthy[i] =
                    carries(
                            priorities.get(i).healthy(),
                            priorities.get(i).all(),
                            overprovisioningPercent);
            degraded[i] =
                    carries(
                            priorities.get(i).degraded(),
                            priorities.get(i).all(),
                            overprovisioningPercent);
            total += healthy[i] + degraded[i];
        }
        if (total < 100 && priorities.stream().allMatch(it -> isPanic(it, panicPercent))) {
            return byHosts(priorities);
        }
        if (total == 0) {
            return new PriorityLoad(List.of());
        }
        int whole = Math.min(100, total);
        var shares = new ArrayList<Share>();
        int left = distribute(healthy, Hosts.HEALTHY, whole, 100, shares);
        left = distribute(degraded, Hosts.DEGRADED, whole, left, shares);
        if (left > 0 && !shares.isEmpty()) {
            // Rounding may leave a few percent, which the first gets.
            Share first = shares.getFirst();
            shares.set(0, new Share(first.priority(), first.hosts(), first.percent() + left));
        }
        return new PriorityLoad(inPanic(shares, priorities, total, panicPercent));
    }

    /// What part of the requests some hosts of a priority can carry, in percent.
    private static int carries(int usable, int all, int overprovisioningPercent) {
        return all == 0 ? 0 : (int) Math.min(100L, (long) overprovisioningPercent * usable / all);
    }

    private static int distribute(
            int[] carries, Hosts hosts, int whole, int left, List<Share> shares) {
        int remaining = left;
        for (int i = 0; i < carries.length && remaining > 0; i++) {
            int percent = Math.min(remaining, carries[i] * 100 / whole);
            if (percent > 0) {
                shares.add(new Share(i, hosts, percent));
                remaining -= percent;
            }
        }
        return remaining;
    }

    /// Panic is looked at only when all priorities together cannot carry all requests.
    private static List<Share> inPanic(
            List<Share> shares, List<Counts> priorities, int total, double panicPercent) {
        if (total >= 100) {
            return shares;
        }
        return shares.stream()
                .map(share ->
                        isPanic(priorities.get(share.priority()), panicPercent)
                                ? new Share(share.priority(), Hosts.ALL, share.percent())
                                : share)
                .toList();
    }

    private static boolean isPanic(Counts counts, double panicPercent) {
        int usable = counts.healthy() + counts.degraded();
        return (counts.all() == 0 ? 0 : 100.0 * usable / counts.all()) < panicPercent;
    }

    /// Panic everywhere: health is believed nowhere, and each priority gets what its number of
    /// hosts can carry; the first that has any gets what rounding leaves.
    private static PriorityLoad byHosts(List<Counts> priorities) {
        long all = priorities.stream().mapToLong(Counts::all).sum();
        if (all == 0) {
            return new PriorityLoad(List.of());
        }
        var shares = new ArrayList<Share>();
        int left = 100;
        for (int i = 0; i < priorities.size(); i++) {
            int percent = (int) (100L * priorities.get(i).all() / all);
            if (priorities.get(i).all() > 0) {
                shares.add(new Share(i, Hosts.ALL, percent));
                left -= percent;
            }
        }
        Share first = shares.getFirst();
        shares.set(0, new Share(first.priority(), Hosts.ALL, first.percent() + left));
        return new PriorityLoad(shares.stream().filter(it -> it.percent() > 0).toList());
    }
}

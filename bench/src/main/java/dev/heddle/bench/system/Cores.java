package dev.heddle.bench.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which core runs what, so that each proxy meets the same conditions.
///
/// The proxy under test has one core for itself; the load generator and the origin share another. A
/// row about throughput leaves all of them on all cores. On a machine with one core nothing is
/// pinned.
///
/// @param proxy the core of the proxies; absent when there is only one
/// @param load the core of the load generator and the origin; absent when there is only one
public record Cores(Optional<Integer> proxy, Optional<Integer> load) {

    /// Nothing is pinned.
    public static final Cores ALL = new Cores(Optional.empty(), Optional.empty());

    /// Chooses from the `Cpus_allowed_list` of `/proc/self/status`: the last core for the proxies,
    /// the one before it for the rest, because the first ones serve most interrupts.
    public static Cores choose(String allowed) {
        List<Integer> cores = parse(allowed);
        if (cores.size() < 2) {
            return ALL;
        }
        return new Cores(Optional.of(cores.getLast()), Optional.of(cores.get(cores.size() - 2)));
    }

    /// Reads a list such as `0-2,5`.
    static List<Integer> parse(String list) {
        var cores = new ArrayList<Integer>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.split("-", -1);
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
                cores.add(core);
            }
        }
        return cores;
    }
}

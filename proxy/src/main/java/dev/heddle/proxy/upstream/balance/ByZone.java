package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Keeps requests in the proxy's own locality, as far as all localities get no more than their
/// hosts' share when all proxies do the same; what is too much for it goes where there is room.
///
/// @param percent of the requests that this is done for
/// @param all the other requests
/// @param own those that stay, in so many of 10,000
/// @param others where there is room, by how much room there is and was before
record ByZone(double percent, LoadBalancer all, LoadBalancer own, long ownShare, List<Room> others)
        implements LoadBalancer {
    private static final long WHOLE = 10_000;

    /// @param until the sum of all rooms up to this one
    record Room(LoadBalancer hosts, long until) {}

    ByZone {
        others = List.copyOf(others);
    }

    /// Makes one; empty where localities are alike.
    ///
    /// @param places of the first priority
    /// @param among makes a balancer of some of them
    static Optional<LoadBalancer> of(
            Balancers.Zones zones,
            List<Balancers.Place> places,
            double panicPercent,
            Function<List<Balancers.Place>, LoadBalancer> among) {
        ZoneAware rules = zones.rules();
        Siblings siblings = zones.siblings();
        Map<String, Integer> proxies = siblings.healthy();
        var byLocality = new TreeMap<String, List<Balancers.Place>>();
        places.forEach(place ->
                byLocality.merge(
                        place.locality(),
                        List.of(place),
                        (some, more) -> {
                            var both = new ArrayList<>(some);
                            both.addAll(more);
                            return both;
                        }));
        long hosts = places.stream().mapToLong(it -> it.healthy().size()).sum();
        boolean isAlike =
                byLocality.size() < 2
                        || (proxies.size() < 2 && !rules.isDirect())
                        || !siblings.isOwnThere()
                        || hosts < rules.leastHosts()
                        || siblings.isPanic(panicPercent)
                        || rules.percent() == 0;
        if (isAlike) {
            return Optional.empty();
        }
        long all = proxies.values().stream().mapToLong(Integer::longValue).sum();
        LoadBalancer own = _ -> Pick.NoHealthyHost.NONE;
        long ownShare = 0;
        long room = 0;
        var others = new ArrayList<Room>();
        for (Map.Entry<String, List<Balancers.Place>> each : byLocality.entrySet()) {
            long healthy = each.getValue().stream().mapToLong(it -> it.healthy().size()).sum();
            if (healthy == 0) {
                continue;
            }
            long bears = WHOLE * healthy / hosts;
            long sends = all == 0 ? 0 : WHOLE * proxies.getOrDefault(each.getKey(), 0) / all;
            if (each.getKey().equals(siblings.own())) {
                own = among.apply(each.getValue());
                boolean isEnough = rules.isDirect() || bears >= sends;
                ownShare = isEnough ? WHOLE : bears * WHOLE / sends;
            } else {
                room += Math.max(0, bears - sends);
                others.add(new Room(among.apply(each.getValue()), room));
            }
        }
        return Optional.of(new ByZone(rules.percent(), among.apply(places), own, ownShare, others));
    }

    @Override
    public Pick pick(PickContext context) {
        RandomGenerator random = context.random();
        if (percent < 100 && random.nextDouble() * 100 >= percent) {
            return all.pick(context);
        }
        if (ownShare == WHOLE || random.nextInt((int) WHOLE) < ownShare || others.isEmpty()) {
            return own.pick(context);
        }
        long room = others.getLast().until();
        if (room == 0) {
            // By rounding there seems to be none.
            return others.get(random.nextInt(others.size())).hosts().pick(context);
        }
        long at = random.nextLong(room);
        for (Room other : others) {
            if (at < other.until()) {
                return other.hosts().pick(context);
            }
        }
        throw new IllegalStateException("rooms: changed after construction");
    }
}

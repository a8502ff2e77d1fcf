package dev.heddle.proxy.upstream.balance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the proxies beside this one are like.
///
/// @param own where this one is
/// @param places where all of them are
public record Siblings(String own, List<Balancers.Place> places) {
    public Siblings {
        places = List.copyOf(places);
    }

    Map<String, Integer> healthy() {
        var counts = new TreeMap<String, Integer>();
        places.forEach(it -> counts.merge(it.locality(), it.healthy().size(), Integer::sum));
        return counts;
    }

    boolean isPanic(double panicPercent) {
        int healthy = places.stream().mapToInt(it -> it.healthy().size()).sum();
        int all = places.stream().mapToInt(it -> it.all().size()).sum();
        return all == 0 || 100.0 * healthy / all < panicPercent;
    }

    boolean isOwnThere() {
        return places.stream().anyMatch(it -> it.locality().equals(own) && !it.all().isEmpty());
    }
}

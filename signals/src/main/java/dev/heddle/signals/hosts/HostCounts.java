package dev.heddle.signals.hosts;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/// What proxies count of hosts, as they said it last. In memory alone; what a proxy has not said
/// again for a minute is not so any longer. Thread-safe.
public final class HostCounts {
    /// What a proxy counts of hosts.
    public enum What {
        /// How many are ejected as outliers.
        EJECTED,
        /// How many pass their health checks.
        PASSING
    }

    /// Clusters of all proxies together; of one more nothing is kept.
    static final int MOST = 50_000;

    /// Proxies say it every ten seconds.
    private static final Duration LIFE = Duration.ofMinutes(1);

    private final ConcurrentHashMap<Key, HostCount> counts = new ConcurrentHashMap<>();
    private final InstantSource clock;

    private record Key(String node, String cluster) {}

    public HostCounts(InstantSource clock) {
        this.clock = clock;
    }

    /// A proxy says how many there are.
    ///
    /// @return whether that is kept
    public boolean tell(String node, String cluster, What what, long count) {
        var key = new Key(node, cluster);
        if (counts.size() >= MOST && !counts.containsKey(key)) {
            forgetOld();
            if (counts.size() >= MOST) {
                return false;
            }
        }
        Instant now = clock.instant();
        counts.compute(
                key,
                (_, before) -> {
                    boolean isNew = before == null || isOld(before, now);
                    OptionalLong ejected = isNew ? OptionalLong.empty() : before.ejected();
                    OptionalLong passing = isNew ? OptionalLong.empty() : before.passing();
                    return switch (what) {
                        case EJECTED ->
                                new HostCount(node, cluster, OptionalLong.of(count), passing, now);
                        case PASSING ->
                                new HostCount(node, cluster, ejected, OptionalLong.of(count), now);
                    };
                });
        return true;
    }

    private void forgetOld() {
        Instant now = clock.instant();
        counts.values().removeIf(it -> isOld(it, now));
    }

    private static boolean isOld(HostCount count, Instant now) {
        return count.at().plus(LIFE).isBefore(now);
    }

    /// What is known now, ordered by proxy and cluster.
    public List<HostCount> all() {
        Instant now = clock.instant();
        return counts.values().stream()
                .filter(it -> !isOld(it, now))
                .sorted(Comparator.comparing(HostCount::node).thenComparing(HostCount::cluster))
                .toList();
    }
}

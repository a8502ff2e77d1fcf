package dev.heddle.control.health;

import dev.heddle.xds.server.HealthHandler;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What proxies say of hosts now, by proxy. What one said holds as long as its call is open, so a
/// restart begins with nothing and knows everything again when the proxies have connected.
/// Thread-safe.
public final class HostHealths implements HealthHandler {
    /// Hosts that are kept of all proxies together, some hundred bytes each; of more is known how
    /// many they are.
    private static final int MOST_HOSTS = 50_000;

    private final ConcurrentHashMap<Long, ToldHealth> told = new ConcurrentHashMap<>();
    private final AtomicInteger kept = new AtomicInteger();

    /// What a proxy says.
    ///
    /// @param stream by which it says it; of two of one proxy the later one is larger
    /// @param node the proxy's id
    /// @param hosts that it holds something against
    /// @param more how many others there are, by what the proxy says and by what is kept
    public record ToldHealth(long stream, String node, List<UnwellHost> hosts, long more) {
        public ToldHealth {
            hosts = List.copyOf(hosts);
        }
    }

    @Override
    public void onReport(HealthStream stream, Report report) {
        forget(stream.id());
        List<UnwellHost> hosts = report.hosts();
        int before = kept.getAndAdd(hosts.size());
        int room = Math.clamp((long) MOST_HOSTS - before, 0, hosts.size());
        kept.addAndGet(room - hosts.size());
        told.put(
                stream.id(),
                new ToldHealth(
                        stream.id(),
                        stream.node(),
                        hosts.subList(0, room),
                        report.more() + hosts.size() - room));
    }

    @Override
    public void onClosed(HealthStream stream) {
        forget(stream.id());
    }

    private void forget(long stream) {
        ToldHealth before = told.remove(stream);
        if (before != null) {
            kept.addAndGet(-before.hosts().size());
        }
    }

    /// What each proxy says, ordered by its id. A proxy that has connected anew counts once, as it
    /// said last.
    public List<ToldHealth> all() {
        Map<String, ToldHealth> byNode = new HashMap<>();
        Collection<ToldHealth> now = told.values();
        now.forEach(it ->
                byNode.merge(
                        it.node(),
                        it,
                        (one, other) -> one.stream() > other.stream() ? one : other));
        return byNode.values().stream().sorted(Comparator.comparing(ToldHealth::node)).toList();
    }
}

package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ProtocolDetection;
import dev.heddle.proxy.runtime.Confined;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one worker has learned of the destinations of one listener: those whose servers speak
/// first, so that nobody needs to look at what their clients say.
///
/// ```
///   unknown ──its server spoke first, or its client was silent to the end──▶ learned
///      ▲                                                                       │
///      └──its client spoke first, HTTP or TLS; not used for long; pushed out───┘
/// ```
///
/// Destinations are what clients choose, so there are at most as many as its configuration says;
/// one more takes the place of the one that was used longest ago.
@Confined("worker")
final class ServerFirst {
    private final ProtocolDetection config;

    /// When each was used last. The one used longest ago comes first.
    private final LinkedHashMap<InetSocketAddress, Known> known =
            new LinkedHashMap<>(16, 0.75f, true);

    ServerFirst(ProtocolDetection config) {
        this.config = config;
    }

    /// A destination.
    @Confined("worker")
    private static final class Known {
        private long usedNanos;
        private long connections;
    }

    /// What is known of a destination, for people.
    ///
    /// @param connections that did not wait
    /// @param idleNanos since it was learned or used last
    record Learned(InetSocketAddress destination, long connections, long idleNanos) {}

    ProtocolDetection config() {
        return config;
    }

    /// Whether a new connection need not be looked at.
    boolean skips(InetSocketAddress destination, long nowNanos) {
        Known found = fresh(destination, nowNanos);
        if (found == null) {
            return false;
        }
        found.usedNanos = nowNanos;
        found.connections++;
        return true;
    }

    private @Nullable Known fresh(InetSocketAddress destination, long nowNanos) {
        Known found = known.get(destination);
        if (found != null && nowNanos - found.usedNanos >= config.memory().toNanos()) {
            known.remove(destination);
            return null;
        }
        return found;
    }

    /// Says whether that is news.
    boolean learn(InetSocketAddress destination, long nowNanos) {
        Known found = fresh(destination, nowNanos);
        boolean isNew = found == null;
        if (found == null) {
            if (known.size() >= config.most()) {
                Iterator<InetSocketAddress> oldest = known.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            found = new Known();
            known.put(destination, found);
        }
        found.usedNanos = nowNanos;
        return isNew;
    }

    /// Says whether it was known.
    boolean forget(InetSocketAddress destination) {
        return known.remove(destination) != null;
    }

    List<Learned> learned(long nowNanos) {
        var all = new ArrayList<Learned>();
        for (Map.Entry<InetSocketAddress, Known> entry : known.entrySet()) {
            long idle = nowNanos - entry.getValue().usedNanos;
            if (idle < config.memory().toNanos()) {
                all.add(new Learned(entry.getKey(), entry.getValue().connections, idle));
            }
        }
        return all;
    }
}

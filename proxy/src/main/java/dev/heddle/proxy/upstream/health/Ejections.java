package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.runtime.Confined;

/// How often a host was ejected, and for how long it is. The owner's alone.
///
/// Each ejection takes one `base` longer than the one before, up to the longest; each interval that
/// a host is well takes one away again.
@Confined("worker")
final class Ejections {
    private PassiveMonitor.Count external = PassiveMonitor.Count.NONE;
    private PassiveMonitor.Count local = PassiveMonitor.Count.NONE;
    private long times;
    private long backoff;
    private long ejectedAtNanos;
    private long jitterNanos;
    private boolean wasEjected;
    private long unejectedAtNanos;

    /// What came in since this was asked last.
    PassiveMonitor.Count news(PassiveMonitor monitor, PassiveMonitor.Of what) {
        PassiveMonitor.Count now = monitor.count(what);
        return switch (what) {
            case EXTERNAL_ORIGIN -> {
                PassiveMonitor.Count before = external;
                external = now;
                yield now.since(before);
            }
            case LOCAL_ORIGIN -> {
                PassiveMonitor.Count before = local;
                local = now;
                yield now.since(before);
            }
        };
    }

    void eject(OutlierDetection.Ejection config, long nowNanos, long jitter) {
        times++;
        ejectedAtNanos = nowNanos;
        jitterNanos = jitter;
        long base = config.base().toNanos();
        if (backoff * base < config.most().toNanos() + base) {
            backoff++;
        }
    }

    boolean isOver(OutlierDetection.Ejection config, long nowNanos) {
        return lengthNanos(config) <= nowNanos - ejectedAtNanos;
    }

    /// How long the last one lasts; the host comes back with the next interval after it.
    long lengthNanos(OutlierDetection.Ejection config) {
        return Math.min(config.base().toNanos() * backoff, config.most().toNanos()) + jitterNanos;
    }

    void uneject(long nowNanos) {
        wasEjected = true;
        unejectedAtNanos = nowNanos;
    }

    /// An interval has passed in which the host was well.
    void forgive(long intervalNanos, long nowNanos) {
        if (wasEjected && nowNanos - unejectedAtNanos >= intervalNanos && backoff > 0) {
            backoff--;
        }
    }

    /// How often it was ejected at all.
    long times() {
        return times;
    }
}

package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.ClusterConfig.Discovery.Retry;
import dev.heddle.proxy.config.ClusterConfig.Discovery.Timing;
import envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.Set;

/// Reads how often the names of a cluster are resolved.
@SuppressWarnings("deprecation") // Envoy still reads these fields, and users still write them
final class DnsTimingParser {

    /// How often the base interval goes into the longest when none is said, as in Envoy.
    private static final int LONGEST = 10;

    private final Findings findings;

    DnsTimingParser(Findings findings) {
        this.findings = findings;
    }

    Timing timing(Cluster cluster) {
        Duration refresh =
                cluster.hasDnsRefreshRate()
                        ? atLeastMilli("dns_refresh_rate", cluster.getDnsRefreshRate())
                        : Timing.REFRESH;
        return new Timing(
                refresh,
                findings.duration("dns_jitter", cluster.getDnsJitter()),
                cluster.getRespectDnsTtl(),
                cluster.hasDnsFailureRefreshRate()
                        ? failure(cluster.getDnsFailureRefreshRate())
                        : new Retry(refresh, refresh));
    }

    private Retry failure(Cluster.RefreshRate rate) {
        String path = "dns_failure_refresh_rate";
        findings.fields(path, rate, Set.of("base_interval", "max_interval"));
        Duration first = atLeastMilli(join(path, "base_interval"), rate.getBaseInterval());
        if (!rate.hasMaxInterval()) {
            return new Retry(first, first.multipliedBy(LONGEST));
        }
        Duration longest = atLeastMilli(join(path, "max_interval"), rate.getMaxInterval());
        if (longest.compareTo(first) < 0) {
            findings.reject(
                    join(path, "max_interval"),
                    longest + " (expected: no less than base_interval, " + first + ")");
            return new Retry(first, first);
        }
        return new Retry(first, longest);
    }

    private Duration atLeastMilli(String path, google.protobuf.Duration value) {
        Duration duration = findings.duration(path, value);
        if (duration.toMillis() < 1) {
            findings.reject(path, duration + " (expected: at least 1 ms)");
            return Timing.REFRESH;
        }
        return duration;
    }
}

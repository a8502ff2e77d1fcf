package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// What follows from the checks of one host: whether it is well, and when it is asked again.
/// Belongs to its cluster's owner.
///
/// The rules are Envoy's: the first answer decides at once; after that a host that fails becomes
/// well after so many successes in a row, and one that is well fails at once where it says so, or
/// after so many failures in a row to be reached.
@Confined("worker")
public final class HostCheck {
    private static final int ALL_PERCENT = 100;

    /// Why a check failed.
    public enum Failure {
        /// The host said something else than it should have.
        ACTIVE(false),
        /// It could not be reached, or hung up.
        NETWORK(true),
        /// It was too slow.
        NETWORK_TIMEOUT(true),
        /// It said so in an answer to somebody's request.
        PASSIVE(false);

        private final boolean isOfNetwork;

        Failure(boolean isOfNetwork) {
            this.isOfNetwork = isOfNetwork;
        }
    }

    /// What a check changed.
    private enum Change {
        NOTHING,
        /// It takes more checks of the kind.
        PENDING,
        SOMETHING
    }

    private final ClusterHealth cluster;
    private final HealthCheck config;
    private final HostHealth host;
    private final Tally<HealthCheckStat> stats;
    private final BooleanSupplier hasTraffic;
    private final RandomGenerator random;
    private boolean isFirst = true;
    private int passes;
    private int failures;

    /// @param hasTraffic whether the cluster was ever used
    HostCheck(
            ClusterHealth cluster,
            HealthCheck config,
            HostHealth host,
            Tally<HealthCheckStat> stats,
            BooleanSupplier hasTraffic,
            RandomGenerator random) {
        this.cluster = cluster;
        this.config = config;
        this.host = host;
        this.stats = stats;
        this.hasTraffic = hasTraffic;
        this.random = random;
    }

    public HealthCheck config() {
        return config;
    }

    /// Something is counted.
    public void count(HealthCheckStat stat) {
        stats.add(stat);
    }

    /// The host is to be left out until a check passes.
    public void exclude() {
        host.set(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, true);
    }

    /// How long after it is known the host is asked for the first time; 0 for at once.
    public long initialNanos() {
        long jitter = config.pace().jitter().initial().toNanos();
        return jitter == 0 ? 0 : Math.max(1, random.nextLong(jitter));
    }

    /// A check passed; says how long to wait for the next one.
    ///
    /// @param isDegraded whether the host says that it works badly
    public long passed(boolean isDegraded) {
        failures = 0;
        var change = Change.NOTHING;
        if (host.has(HealthFlag.FAILED_ACTIVE_HC)) {
            passes++;
            if (isFirst || passes == config.healthyThreshold()) {
                host.set(HealthFlag.ACTIVE_HC_TIMEOUT, false);
                host.set(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, false);
                host.set(HealthFlag.FAILED_ACTIVE_HC, false);
                host.forgetFailedCheck();
                change = Change.SOMETHING;
            } else {
                change = Change.PENDING;
            }
        }
        if (host.set(HealthFlag.DEGRADED_ACTIVE_HC, isDegraded) && change == Change.NOTHING) {
            change = Change.SOMETHING;
        }
        stats.add(HealthCheckStat.SUCCESS);
        settle(change);
        cluster.onCheckPassed(host);
        return nanos(true, change);
    }

    /// A check failed; says how long to wait for the next one.
    ///
    /// @param isRetriable whether it takes more than one to fail, though the host was reached
    public long failed(Failure why, boolean isRetriable) {
        passes = 0;
        var change = Change.NOTHING;
        if (!host.has(HealthFlag.FAILED_ACTIVE_HC)) {
            boolean isFinal = !why.isOfNetwork && !isRetriable;
            failures += isFinal ? 0 : 1;
            if (isFinal || failures == config.unhealthyThreshold()) {
                host.set(HealthFlag.FAILED_ACTIVE_HC, true);
                change = Change.SOMETHING;
            } else {
                change = Change.PENDING;
            }
        }
        if (host.has(HealthFlag.FAILED_ACTIVE_HC)) {
            host.setFailedCheck(why, cluster.nanos());
        }
        host.set(
                HealthFlag.ACTIVE_HC_TIMEOUT,
                why == Failure.NETWORK_TIMEOUT && host.has(HealthFlag.FAILED_ACTIVE_HC));
        stats.add(HealthCheckStat.FAILURE);
        if (why.isOfNetwork) {
            stats.add(HealthCheckStat.NETWORK_FAILURE);
        } else if (why == Failure.PASSIVE) {
            stats.add(HealthCheckStat.PASSIVE_FAILURE);
        }
        settle(change);
        return nanos(false, change);
    }

    private void settle(Change change) {
        boolean wasFirst = isFirst;
        isFirst = false;
        if (wasFirst) {
            cluster.onFirstCheck(host);
        }
        if (change == Change.SOMETHING) {
            cluster.tellFollowers();
        }
    }

    private long nanos(boolean isPassed, Change change) {
        boolean isPending = change == Change.PENDING;
        HealthCheck.Pace pace = config.pace();
        Duration base;
        if (!hasTraffic.getAsBoolean()) {
            base = isPassed && !isPending ? pace.noTrafficHealthy() : pace.noTraffic();
        } else if (isPassed) {
            base = isPending ? pace.healthyEdge() : pace.interval();
        } else {
            base = isPending ? pace.unhealthyEdge() : pace.unhealthy();
        }
        long nanos = base.toNanos();
        long percent = pace.jitter().percent() * nanos / ALL_PERCENT;
        nanos += percent > 0 ? random.nextLong(percent) : 0;
        long each = pace.jitter().each().toNanos();
        return Math.max(1, nanos + (each > 0 ? random.nextLong(each) : 0));
    }
}

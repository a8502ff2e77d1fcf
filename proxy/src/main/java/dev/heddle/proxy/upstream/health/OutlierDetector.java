package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.health.PassiveMonitor.Count;
import dev.heddle.proxy.upstream.health.PassiveMonitor.Of;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Decides which hosts of a cluster are ejected, and for how long. Belongs to the cluster's owner.
///
/// The rules are Envoy's ("Outlier detection" in its architecture overview): errors in a row eject
/// at once; rates are looked at once an interval, as are the ends of ejections. A host that was not
/// ejected, as too many were already or chance was for it, is looked at anew.
@Confined("worker")
final class OutlierDetector {
    private static final int ALL_PERCENT = 100;

    private record Rated(HostHealth host, double successRate) {}

    private final ClusterHealth cluster;
    private final OutlierDetection config;
    private final Tally<OutlierStat> stats;
    private final Worker worker;
    private final Deadline timer;

    OutlierDetector(
            ClusterHealth cluster,
            OutlierDetection config,
            Tally<OutlierStat> stats,
            Worker worker) {
        this.cluster = cluster;
        this.config = config;
        this.stats = stats;
        this.worker = worker;
        this.timer = worker.deadline(this::onInterval);
    }

    void start() {
        timer.set(config.interval().toNanos());
    }

    void stop() {
        timer.discard();
    }

    /// So many errors in a row came from a host as are one too many.
    void onConsecutive(HostHealth host, Outlier kind) {
        PassiveMonitor monitor = host.monitor();
        if (monitor == null
                || !cluster.hosts().contains(host)
                || host.has(HealthFlag.FAILED_OUTLIER_CHECK)) {
            return;
        }
        stats.add(kind.detected());
        boolean isEjected = eject(host, kind);
        if (kind == Outlier.CONSECUTIVE_5XX) {
            stats.add(OutlierStat.EJECTIONS_CONSECUTIVE_5XX);
        }
        monitor.reset(kind);
        if (isEjected) {
            cluster.tellFollowers();
        }
    }

    /// A health check passed: what was held against the host is forgotten.
    void onCheckPassed(HostHealth host) {
        if (config.unejectsOnPassedCheck() && host.has(HealthFlag.FAILED_OUTLIER_CHECK)) {
            uneject(host);
            cluster.tellFollowers();
        }
    }

    private void onInterval() {
        long now = worker.nanos();
        boolean isChanged = false;
        List<HostHealth> hosts = cluster.hosts();
        for (HostHealth host : hosts) {
            if (host.has(HealthFlag.FAILED_OUTLIER_CHECK)
                    && host.ejections().isOver(config.ejection(), now)) {
                uneject(host);
                isChanged = true;
            }
        }
        var external = new ArrayList<Count>();
        var local = new ArrayList<Count>();
        for (HostHealth host : hosts) {
            external.add(news(host, Of.EXTERNAL_ORIGIN));
            local.add(news(host, Of.LOCAL_ORIGIN));
            host.setRates(new HostHealth.Rates(rate(external.getLast()), rate(local.getLast())));
        }
        isChanged |= judge(hosts, external, Outlier.SUCCESS_RATE, Outlier.FAILURE_PERCENTAGE);
        isChanged |=
                judge(
                        hosts,
                        local,
                        Outlier.SUCCESS_RATE_LOCAL_ORIGIN,
                        Outlier.FAILURE_PERCENTAGE_LOCAL_ORIGIN);
        for (HostHealth host : hosts) {
            if (!host.has(HealthFlag.FAILED_OUTLIER_CHECK)) {
                host.ejections().forgive(config.interval().toNanos(), now);
            }
        }
        if (isChanged) {
            cluster.tellFollowers();
        }
        start();
    }

    private static Count news(HostHealth host, Of what) {
        PassiveMonitor monitor = host.monitor();
        return monitor == null ? Count.NONE : host.ejections().news(monitor, what);
    }

    /// What a page for people shows; -1 where one cannot say.
    private double rate(Count count) {
        int enough =
                Math.min(
                        config.successRate().requestVolume(),
                        config.failurePercentage().requestVolume());
        return count.requests() > 0 && count.requests() >= enough ? count.successRate() : -1;
    }

    /// Ejects hosts whose rates are too bad; says whether there was one.
    private boolean judge(
            List<HostHealth> hosts, List<Count> counts, Outlier bySuccess, Outlier byFailure) {
        int minimum = config.successRate().minimumHosts();
        int minimumOfFailures = config.failurePercentage().minimumHosts();
        cluster.setAverage(bySuccess, RateAverage.NONE);
        if (hosts.size() < minimum && hosts.size() < minimumOfFailures) {
            return false;
        }
        List<Rated> rated = rated(hosts, counts, config.successRate().requestVolume());
        List<Rated> byItself = rated(hosts, counts, config.failurePercentage().requestVolume());
        boolean isEjected = false;
        if (!rated.isEmpty() && rated.size() >= minimum) {
            RateAverage average =
                    RateAverage.of(
                            rated.stream().map(Rated::successRate).toList(),
                            config.successRate().stdevFactor());
            cluster.setAverage(bySuccess, average);
            for (Rated host : rated) {
                if (host.successRate() < average.threshold()) {
                    stats.add(OutlierStat.EJECTIONS_SUCCESS_RATE);
                    stats.add(bySuccess.detected());
                    isEjected |= eject(host.host(), bySuccess);
                }
            }
        }
        if (!byItself.isEmpty() && byItself.size() >= minimumOfFailures) {
            for (Rated host : byItself) {
                boolean isBad =
                        ALL_PERCENT - host.successRate() >= config.failurePercentage().threshold();
                if (isBad) {
                    stats.add(byFailure.detected());
                    isEjected |= eject(host.host(), byFailure);
                }
            }
        }
        return isEjected;
    }

    private static List<Rated> rated(List<HostHealth> hosts, List<Count> counts, int enough) {
        var rated = new ArrayList<Rated>();
        for (int i = 0; i < hosts.size(); i++) {
            Count count = counts.get(i);
            boolean isThere = !hosts.get(i).has(HealthFlag.FAILED_OUTLIER_CHECK);
            if (isThere && count.requests() > 0 && count.requests() >= enough) {
                rated.add(new Rated(hosts.get(i), count.successRate()));
            }
        }
        return rated;
    }

    /// Whether it is ejected now, and was not before.
    private boolean eject(HostHealth host, Outlier kind) {
        OutlierDetection.Ejection limits = config.ejection();
        long out = cluster.ejected();
        double percent = 100.0 * (out + 1) / cluster.hosts().size();
        if (percent > limits.maxPercent() && !(limits.alwaysOne() && out == 0)) {
            stats.add(OutlierStat.EJECTIONS_OVERFLOW);
            return false;
        }
        if (kind == Outlier.CONSECUTIVE_5XX || kind == Outlier.SUCCESS_RATE) {
            stats.add(OutlierStat.EJECTIONS_TOTAL);
        }
        if (worker.random().nextInt(ALL_PERCENT) >= kind.enforcingPercent(config)
                || !host.set(HealthFlag.FAILED_OUTLIER_CHECK, true)) {
            return false;
        }
        stats.add(OutlierStat.EJECTIONS_ENFORCED_TOTAL);
        stats.add(kind.enforced());
        long jitterMillis = limits.jitter().toMillis();
        long jitter = jitterMillis == 0 ? 0 : worker.random().nextLong(jitterMillis + 1);
        long now = worker.nanos();
        host.ejections().eject(limits, now, jitter * 1_000_000);
        host.setEjected(
                new Unwell.Ejected(
                        kind.name().toLowerCase(Locale.ROOT),
                        now,
                        now + host.ejections().lengthNanos(limits),
                        host.ejections().times()));
        return true;
    }

    private void uneject(HostHealth host) {
        host.set(HealthFlag.FAILED_OUTLIER_CHECK, false);
        host.setEjected(null);
        PassiveMonitor monitor = host.monitor();
        if (monitor != null) {
            monitor.reset();
        }
        host.ejections().uneject(worker.nanos());
    }
}

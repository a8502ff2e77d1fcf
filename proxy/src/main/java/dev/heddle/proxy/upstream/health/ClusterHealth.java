package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Worker;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The health of a cluster's hosts, for all workers. One of them owns it and decides; everybody may
/// ask. Made only for clusters that watch or check their hosts, and anew when they do it otherwise.
/// Thread-safe.
public final class ClusterHealth {

    /// How a cluster knows whether its hosts are well.
    ///
    /// @param outliers absent where hosts are not watched
    /// @param errors which answers are errors, where that is not for their status to say
    /// @param check absent where hosts are not asked
    /// @param keepsWell whether a host that is taken away stays as long as its checks pass (as long
    ///   as not `ignore_health_on_host_removal`)
    /// @param breaker when the cluster as a whole gets no requests for a while; absent for never
    public record Rules(
            Optional<OutlierDetection> outliers,
            Optional<ErrorMatch> errors,
            Optional<HealthCheck> check,
            boolean keepsWell,
            Optional<BreakerRules> breaker) {
        /// Without a breaker.
        public Rules(
                Optional<OutlierDetection> outliers,
                Optional<ErrorMatch> errors,
                Optional<HealthCheck> check,
                boolean keepsWell) {
            this(outliers, errors, check, keepsWell, Optional.empty());
        }

        /// Nothing is asked for.
        public static final Rules NONE =
                new Rules(Optional.empty(), Optional.empty(), Optional.empty(), false);

        /// Whether neither hosts nor the whole are watched or checked.
        public boolean isEmpty() {
            return outliers.isEmpty() && check.isEmpty() && breaker.isEmpty();
        }
    }

    /// A host of the cluster.
    ///
    /// @param isChecked whether it may be asked whether it is well
    /// @param beginsWell whether it is used before it was asked
    public record Member(InetSocketAddress address, boolean isChecked, boolean beginsWell) {}

    /// Finds what is known of the hosts of a cluster.
    @FunctionalInterface
    public interface Source {
        /// Null where nobody watches them.
        @Nullable ClusterHealth of(String cluster);
    }

    /// Looks at the flags of a cluster's hosts anew. Told on the owner's thread.
    public interface Follower {
        void onHealth();
    }

    private final Rules rules;
    private final Worker owner;
    private final int workers;
    private final Tally<OutlierStat> outlierStats;
    private final Tally<HealthCheckStat> checkStats;
    private final @Nullable OutlierDetector detector;
    private final @Nullable Breaker breaker;
    private final Runnable onAllChecked;
    private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();
    private final Published<Map<InetSocketAddress, HostHealth>> byAddress =
            new Published<>(Map.of());
    private final Published<RateAverage> external = new Published<>(RateAverage.NONE);
    private final ConcurrentHashMap<HostHealth, Consumer<HostHealth>> checks =
            new ConcurrentHashMap<>();
    private final AtomicBoolean isEachChecked = new AtomicBoolean();
    private final Published<RateAverage> local = new Published<>(RateAverage.NONE);

    private ClusterHealth(
            Rules rules,
            Worker owner,
            int workers,
            @Nullable ClusterHealth before,
            Runnable onAllChecked) {
        this.rules = rules;
        this.owner = owner;
        this.workers = workers;
        this.onAllChecked = onAllChecked;
        this.outlierStats = before == null ? new Tally<>(OutlierStat.class) : before.outlierStats;
        this.checkStats = before == null ? new Tally<>(HealthCheckStat.class) : before.checkStats;
        Breaker old = before == null ? null : before.breaker;
        this.breaker =
                rules.breaker()
                        .map(it -> old != null && old.rules().equals(it) ? old : new Breaker(it))
                        .orElse(null);
        this.detector =
                rules.outliers()
                        .map(it -> new OutlierDetector(this, it, outlierStats, owner))
                        .orElse(null);
    }

    /// Begins to watch. What was counted before goes on.
    ///
    /// @param owner decides
    /// @param workers how many there are
    /// @param before the same cluster's until now, which ends
    /// @param onAllChecked told once, by any thread, when each host has been asked once
    public static ClusterHealth start(
            Rules rules,
            Worker owner,
            int workers,
            @Nullable ClusterHealth before,
            Runnable onAllChecked) {
        var health = new ClusterHealth(rules, owner, workers, before, onAllChecked);
        if (before != null) {
            before.stop();
        }
        OutlierDetector watches = health.detector;
        if (watches != null) {
            owner.execute(watches::start);
        }
        return health;
    }

    /// Nobody watches any longer.
    public void stop() {
        OutlierDetector watches = detector;
        if (watches != null) {
            owner.execute(watches::stop);
        }
    }

    public Rules rules() {
        return rules;
    }

    /// Decides whether the cluster gets requests; null where it always does.
    public @Nullable Breaker breaker() {
        return breaker;
    }

    Optional<OutlierDetection> outlierDetection() {
        return rules.outliers();
    }

    int workers() {
        return workers;
    }

    /// Takes the hosts that there are now. Those that stay keep what is known of them.
    ///
    /// @param isLogical whether they are one host, wherever it is
    /// @param before what was known of the hosts until now, under other rules
    public void adopt(List<Member> members, boolean isLogical, @Nullable ClusterHealth before) {
        Map<InetSocketAddress, HostHealth> known = byAddress.get();
        var next = new HashMap<InetSocketAddress, HostHealth>();
        for (Member member : members) {
            HostHealth host = known.get(member.address());
            if (host == null && isLogical && known.size() == 1) {
                host = known.values().iterator().next();
            }
            if (host == null) {
                HostHealth old = before == null ? null : before.host(member.address());
                host =
                        new HostHealth(
                                this,
                                rules.check().isPresent() && member.isChecked(),
                                member.beginsWell(),
                                old);
            }
            host.set(HealthFlag.PENDING_DYNAMIC_REMOVAL, false);
            next.putIfAbsent(member.address(), host);
        }
        if (rules.keepsWell()) {
            known.forEach((address, host) -> {
                if (host.isChecked() && !host.has(HealthFlag.FAILED_ACTIVE_HC) && !isLogical) {
                    if (next.putIfAbsent(address, host) == null) {
                        host.set(HealthFlag.PENDING_DYNAMIC_REMOVAL, true);
                    }
                }
            });
        }
        byAddress.publish(Map.copyOf(next));
        tellIfEachIsChecked();
    }

    /// Whether each host has been asked once, where hosts are asked.
    public boolean isEachChecked() {
        return isEachChecked.get();
    }

    private void tellIfEachIsChecked() {
        boolean isDone =
                byAddress.get().values().stream()
                        .allMatch(host -> !host.isChecked() || host.wasChecked());
        if (isDone && isEachChecked.compareAndSet(false, true)) {
            onAllChecked.run();
        }
    }

    // Those that ask: the owner's.

    /// Whether that worker asks the hosts.
    public boolean isOwner(Worker worker) {
        return owner.equals(worker);
    }

    /// Begins to check a host.
    ///
    /// @param hasTraffic whether the cluster was ever used
    /// @param onFailure told, on the owner's thread, when the host said elsewhere that it fails
    public HostCheck check(
            HostHealth host, BooleanSupplier hasTraffic, Consumer<HostHealth> onFailure) {
        checks.put(host, onFailure);
        return new HostCheck(
                this, rules.check().orElseThrow(), host, checkStats, hasTraffic, owner.random());
    }

    /// The host is checked no more.
    public void forget(HostHealth host) {
        checks.remove(host);
    }

    void onFirstCheck(HostHealth host) {
        host.setChecked();
        tellIfEachIsChecked();
    }

    void onCheckPassed(HostHealth host) {
        OutlierDetector watches = detector;
        if (watches != null && !host.has(HealthFlag.FAILED_ACTIVE_HC)) {
            watches.onCheckPassed(host);
        }
    }

    /// How many hosts are checked and well, or degraded.
    public long checked(boolean isDegraded) {
        return byAddress.get().values().stream()
                .filter(HostHealth::isChecked)
                .filter(host ->
                        isDegraded
                                ? host.has(HealthFlag.DEGRADED_ACTIVE_HC)
                                : !host.has(HealthFlag.FAILED_ACTIVE_HC))
                .count();
    }

    /// What was counted of checks.
    public long count(HealthCheckStat stat) {
        return checkStats.get(stat);
    }

    /// What is known of a host; null where it is not one of the cluster's.
    public @Nullable HostHealth host(InetSocketAddress address) {
        return byAddress.get().get(address);
    }

    /// The clock of those that decide, in nanoseconds.
    long nanos() {
        return owner.nanos();
    }

    /// Tells of each host that something is held against, in no order.
    ///
    /// @param name of the cluster
    public void unwell(String name, Consumer<Unwell> hears) {
        byAddress.get().forEach((address, host) -> host.unwell(name, address).ifPresent(hears));
    }

    /// Those of all hosts.
    List<HostHealth> hosts() {
        return List.copyOf(byAddress.get().values());
    }

    /// How many hosts are ejected.
    public long ejected() {
        return byAddress.get().values().stream()
                .filter(host -> host.has(HealthFlag.FAILED_OUTLIER_CHECK))
                .count();
    }

    /// What was counted of ejections.
    public long count(OutlierStat stat) {
        return outlierStats.get(stat);
    }

    /// The rates of the hosts of late.
    public RateAverage average() {
        return external.get();
    }

    /// The same of connections.
    public RateAverage localAverage() {
        return local.get();
    }

    void setAverage(Outlier kind, RateAverage now) {
        (kind == Outlier.SUCCESS_RATE ? external : local).publish(now);
    }

    /// From now on somebody is told of changes.
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /// From now on not any more.
    public void leave(Follower follower) {
        followers.remove(follower);
    }

    /// The flags of some hosts are others.
    void tellFollowers() {
        followers.forEach(Follower::onHealth);
    }

    /// A host has failed too often, as some worker counted.
    void onOutlier(HostHealth host, Outlier kind) {
        OutlierDetector watches = detector;
        if (watches != null) {
            owner.execute(() -> watches.onConsecutive(host, kind));
        }
    }

    /// A host said that its health checks fail.
    void onImmediateFailure(HostHealth host) {
        // Where nobody checks it, nobody would find out when it is well again.
        if (host.isChecked() && host.set(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, true)) {
            owner.execute(() -> {
                Consumer<HostHealth> hears = checks.get(host);
                if (hears != null) {
                    hears.accept(host);
                }
            });
        }
    }
}

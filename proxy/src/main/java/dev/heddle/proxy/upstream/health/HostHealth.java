package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.ResponseHead;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is known of one host by watching it. One for all workers; lives as long as the host is in
/// its cluster. Thread-safe: any worker says how the host answered, only its cluster's owner
/// decides what follows.
public final class HostHealth {
    private static final int HTTP_OK = 200;
    private static final int HTTP_ERROR = 500;
    private static final int HTTP_UNAVAILABLE = 503;
    private static final int HTTP_TIMEOUT = 504;

    private static final int FAILURES =
            Stream.of(HealthFlag.values())
                    .filter(HealthFlag::isFailure)
                    .mapToInt(HealthFlag::bit)
                    .sum();

    /// How well it did lately, as a page for people shows it.
    ///
    /// @param external percent of answers that were no errors; -1 where there were too few
    /// @param local the same of connections
    public record Rates(double external, double local) {
        /// Nothing is known.
        public static final Rates NONE = new Rates(-1, -1);
    }

    private final AtomicInteger flags;
    private final AtomicReference<Rates> rates = new AtomicReference<>(Rates.NONE);
    private final @Nullable PassiveMonitor monitor;
    private final Ejections ejections = new Ejections();
    private final AtomicReference<Unwell.@Nullable Ejected> ejected = new AtomicReference<>();
    private final AtomicReference<Unwell.@Nullable FailedCheck> failedCheck =
            new AtomicReference<>();
    private final ClusterHealth cluster;
    private final @Nullable ErrorMatch errors;

    private final boolean isChecked;
    private final AtomicBoolean wasChecked;

    /// @param isChecked whether somebody asks it whether it is well
    /// @param beginsWell whether it is used before it was asked
    /// @param before what was known of it until now, under other rules
    HostHealth(
            ClusterHealth cluster,
            boolean isChecked,
            boolean beginsWell,
            @Nullable HostHealth before) {
        this.isChecked = isChecked;
        this.wasChecked =
                new AtomicBoolean(
                        isChecked && before != null && before.isChecked && before.wasChecked());
        // Until it was asked it is not used; where that was so under other rules, it still counts.
        if (wasChecked() && before != null) {
            this.flags =
                    new AtomicInteger(before.flags.get() & ~HealthFlag.FAILED_OUTLIER_CHECK.bit());
            this.failedCheck.set(before.failedCheck.get());
        } else {
            boolean isUsed = !isChecked || beginsWell;
            this.flags = new AtomicInteger(isUsed ? 0 : HealthFlag.FAILED_ACTIVE_HC.bit());
        }
        this.cluster = cluster;
        this.errors = cluster.rules().errors().orElse(null);
        this.monitor =
                cluster.outlierDetection()
                        .map(it ->
                                new PassiveMonitor(
                                        it,
                                        cluster.workers(),
                                        kind -> cluster.onOutlier(this, kind)))
                        .orElse(null);
    }

    // Told by any worker, on its own thread.

    /// The head of an answer came.
    ///
    /// @param worker the index of the worker that says so
    /// @param isGrpcCall whether it answers a call of gRPC
    public void onResponse(int worker, ResponseHead head, boolean isGrpcCall) {
        if (monitor != null) {
            onAnswer(monitor, worker, judged(head, isGrpcCall));
        }
        if (head.headers().get(HeaderName.X_ENVOY_IMMEDIATE_HEALTH_CHECK_FAIL) != null) {
            cluster.onImmediateFailure(this);
        }
    }

    private int judged(ResponseHead head, boolean isGrpcCall) {
        int status = GrpcStatus.judged(head, isGrpcCall);
        if (errors == null) {
            return status;
        }
        return errors.test(head) ? Math.max(status, HTTP_ERROR) : HTTP_OK;
    }

    private static void onAnswer(PassiveMonitor monitor, int worker, int status) {
        monitor.onStatus(worker, status);
        if (monitor.splitsLocalOrigin() && status < HTTP_ERROR) {
            monitor.onLocal(worker, true);
        }
    }

    /// A connection to it is there, on which something is asked, or was.
    public void onConnected(int worker) {
        if (monitor != null && monitor.splitsLocalOrigin()) {
            monitor.onLocal(worker, true);
        }
    }

    /// A connection to it is there, and that is all that will be known of it.
    public void onConnectedFinally(int worker) {
        if (monitor != null) {
            if (monitor.splitsLocalOrigin()) {
                monitor.onLocal(worker, true);
            } else {
                monitor.onStatus(worker, HTTP_OK);
            }
        }
    }

    /// No connection could be made, or it broke.
    public void onConnectFailed(int worker) {
        onLocalFailure(worker, HTTP_UNAVAILABLE);
    }

    /// It took too long.
    public void onTimeout(int worker) {
        onLocalFailure(worker, HTTP_TIMEOUT);
    }

    private void onLocalFailure(int worker, int status) {
        if (monitor != null) {
            if (monitor.splitsLocalOrigin()) {
                monitor.onLocal(worker, false);
            } else {
                monitor.onStatus(worker, status);
            }
        }
    }

    // Asked by anybody.

    public boolean has(HealthFlag flag) {
        return (flags.get() & flag.bit()) != 0;
    }

    /// Whether it is not to be used.
    public boolean isFailed() {
        return (flags.get() & FAILURES) != 0;
    }

    /// Whether it is to be used only where too few others are left.
    public boolean isDegraded() {
        return has(HealthFlag.DEGRADED_ACTIVE_HC);
    }

    /// What is held against it; none is good.
    public List<HealthFlag> flags() {
        int now = flags.get();
        return Stream.of(HealthFlag.values()).filter(flag -> (now & flag.bit()) != 0).toList();
    }

    /// Whether somebody asks it whether it is well.
    public boolean isChecked() {
        return isChecked;
    }

    /// Whether that was done once.
    boolean wasChecked() {
        return wasChecked.get();
    }

    void setChecked() {
        wasChecked.set(true);
    }

    /// Whether it is watched how it answers.
    public boolean isWatched() {
        return monitor != null;
    }

    public Rates rates() {
        return rates.get();
    }

    /// What is held against it, said for others; empty for one that is well.
    Optional<Unwell> unwell(String name, InetSocketAddress address) {
        if (flags.get() == 0) {
            return Optional.empty();
        }
        Optional<Unwell.Ejected> out =
                has(HealthFlag.FAILED_OUTLIER_CHECK)
                        ? Optional.ofNullable(ejected.get())
                        : Optional.empty();
        Optional<Unwell.Checked> check =
                checkState()
                        .map(it -> new Unwell.Checked(it, Optional.ofNullable(failedCheck.get())));
        return out.isEmpty() && check.isEmpty()
                ? Optional.empty()
                : Optional.of(new Unwell(name, address, out, check));
    }

    private Optional<Unwell.State> checkState() {
        if (has(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL)) {
            return Optional.of(Unwell.State.EXCLUDED);
        }
        if (has(HealthFlag.FAILED_ACTIVE_HC)) {
            return Optional.of(wasChecked() ? Unwell.State.FAILED : Unwell.State.UNCHECKED);
        }
        return has(HealthFlag.DEGRADED_ACTIVE_HC)
                ? Optional.of(Unwell.State.DEGRADED)
                : Optional.empty();
    }

    // Done by the owner.

    /// Sets a flag or takes it away; says whether it was different.
    boolean set(HealthFlag flag, boolean on) {
        int before =
                on
                        ? flags.getAndUpdate(now -> now | flag.bit())
                        : flags.getAndUpdate(now -> now & ~flag.bit());
        return ((before & flag.bit()) != 0) != on;
    }

    /// @param now null where it is not ejected any more
    void setEjected(Unwell.@Nullable Ejected now) {
        ejected.set(now);
    }

    /// A check failed that has the host be unwell, or leaves it so.
    void setFailedCheck(HostCheck.Failure why, long nowNanos) {
        Unwell.FailedCheck before = failedCheck.get();
        failedCheck.set(
                new Unwell.FailedCheck(why, before == null ? nowNanos : before.sinceNanos()));
    }

    /// Checks hold nothing against it any more.
    void forgetFailedCheck() {
        failedCheck.set(null);
    }

    void setRates(Rates now) {
        rates.set(now);
    }

    @Nullable PassiveMonitor monitor() {
        return monitor;
    }

    Ejections ejections() {
        return ejections;
    }
}

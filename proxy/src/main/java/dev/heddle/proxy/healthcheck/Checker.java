package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.PeerName;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.proxy.upstream.Purpose;
import dev.heddle.proxy.upstream.health.HealthCheckStat;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.HostCheck.Failure;
import org.jspecify.annotations.Nullable;

/// Asks one host, again and again.
///
/// ```
///   WAITING ──interval──▶ ASKING ──answer, failure, timeout──▶ WAITING
///      └────────stop()──────┴──▶ OVER
/// ```
///
/// The connection may outlive a question, and then serves the next.
@Confined("worker")
abstract sealed class Checker implements ConnectOutcome permits HttpChecker, TcpChecker {
    private final HostCheck check;
    private final Cluster cluster;
    private final Host target;
    private final Worker worker;
    private final Deadline interval;
    private final Deadline timeout;
    private @Nullable Connecting attempt;
    private boolean isAsking;
    private boolean isOver;

    /// @param target where the host is asked, which may be another port of it
    Checker(HostCheck check, Cluster cluster, Host target, Worker worker) {
        this.check = check;
        this.cluster = cluster;
        this.target = target;
        this.worker = worker;
        this.interval = worker.deadline(this::onInterval);
        this.timeout = worker.deadline(this::onTimeout);
    }

    final HostCheck check() {
        return check;
    }

    final Cluster cluster() {
        return cluster;
    }

    final Worker worker() {
        return worker;
    }

    /// Begins, unless it was stopped before that.
    final void startUnlessStopped() {
        if (isOver) {
            return;
        }
        long wait = check.initialNanos();
        if (wait == 0) {
            onInterval();
        } else {
            interval.set(wait);
        }
    }

    /// The host is no more, or nobody asks any longer.
    final void stop() {
        isOver = true;
        interval.discard();
        timeout.discard();
        giveUp();
    }

    private void onInterval() {
        isAsking = true;
        check.count(HealthCheckStat.ATTEMPT);
        timeout.set(check.config().timeout().toNanos());
        ask();
    }

    private void onTimeout() {
        if (isAsking) {
            giveUp();
            failed(Failure.NETWORK_TIMEOUT, false);
        }
    }

    /// The host said in an answer to somebody's request that it fails.
    final void onPassiveFailure() {
        check.failed(Failure.PASSIVE, false);
    }

    private void giveUp() {
        Connecting pending = attempt;
        attempt = null;
        if (pending != null) {
            pending.giveUp();
        }
        close();
    }

    /// Asks, over the connection that there is or a new one.
    abstract void ask();

    /// Closes the connection, if there is one, without a word.
    abstract void close();

    /// Begins a connection.
    final void connect() {
        attempt = cluster.connect(worker, target, purpose(), this);
    }

    /// Whether connections to the host are secured.
    final boolean isSecured() {
        return !(cluster.security(target, purpose()) instanceof HostSecurity.Plain);
    }

    private Purpose purpose() {
        return new Purpose(check.config().way().alpn(), PeerName.ANY, null, Origin.UNTOLD);
    }

    /// The attempt is over.
    final void connected() {
        attempt = null;
    }

    @Override
    public final void onConnectFailed(Throwable cause) {
        attempt = null;
        failed(Failure.NETWORK, false);
    }

    /// Whether an answer is awaited.
    final boolean isAsking() {
        return isAsking;
    }

    final void passed(boolean isDegraded) {
        if (isAsking && !isOver) {
            isAsking = false;
            timeout.cancel();
            interval.set(check.passed(isDegraded));
        }
    }

    /// Between two questions it turned out that the host fails; the next question comes no sooner.
    final void failedBetween() {
        if (!isAsking && !isOver) {
            interval.set(check.failed(Failure.NETWORK, false));
        }
    }

    final void failed(Failure why, boolean isRetriable) {
        if (isAsking && !isOver) {
            isAsking = false;
            timeout.cancel();
            interval.set(check.failed(why, isRetriable));
        }
    }
}

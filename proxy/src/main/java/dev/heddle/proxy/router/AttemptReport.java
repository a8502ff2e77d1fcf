package dev.heddle.proxy.router;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.health.Breaker;
import dev.heddle.proxy.upstream.health.HostHealth;
import org.jspecify.annotations.Nullable;

/// Tells those who watch a cluster and its hosts what became of an attempt: whether the host is
/// well, how fast it is, and whether the cluster may have more requests. One instance serves the
/// attempts of an [UpstreamRequest], one after the other.
@Confined("worker")
final class AttemptReport {
    private static final int ERROR = 500;

    private final Exchange exchange;
    private @Nullable HostHealth health;
    private @Nullable Latency latency;
    private @Nullable Breaker breaker;
    private long admission;

    /// When the host was picked, where it is of interest how long it takes.
    private long pickedNanos;

    AttemptReport(Exchange exchange) {
        this.exchange = exchange;
    }

    /// An attempt is about to be made. Says whether it may.
    boolean begins(Cluster cluster) {
        nothing();
        health = null;
        latency = null;
        Breaker asked = cluster.breaker();
        if (asked == null) {
            return true;
        }
        pickedNanos = exchange.worker().nanos();
        admission = asked.admit(pickedNanos);
        breaker = admission == Breaker.REFUSED ? null : asked;
        return breaker != null;
    }

    /// An attempt goes to that host.
    void picked(Host host) {
        health = host.health();
        latency = host.latency();
        if (latency != null) {
            pickedNanos = exchange.worker().nanos();
        }
    }

    void connected() {
        if (health != null) {
            health.onConnected(exchange.worker().index());
        }
    }

    /// There is no connection, or it broke before there was an answer.
    void failed() {
        if (health != null) {
            health.onConnectFailed(exchange.worker().index());
        }
        unanswered();
    }

    /// There was no answer in time.
    void late() {
        if (health != null) {
            health.onTimeout(exchange.worker().index());
        }
        unanswered();
    }

    void answered(ResponseHead head, Cluster cluster) {
        if (health != null) {
            health.onResponse(exchange.worker().index(), head, isCall());
        }
        Latency fast = latency;
        if (fast != null) {
            long now = exchange.worker().nanos();
            fast.answered(now - pickedNanos, now);
            long rest = RetryAfter.nanos(head, exchange.worker().epochNanos());
            if (rest > 0 && fast.rest(rest, now)) {
                cluster.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_AFTER);
            }
        }
        if (breaker != null) {
            outcome(GrpcStatus.judged(head, isCall()) >= ERROR);
        }
    }

    private boolean isCall() {
        return GrpcStatus.isCall(exchange.request().headers());
    }

    /// Nothing came of the attempt, and it says nothing of the cluster.
    void nothing() {
        if (breaker != null) {
            breaker.onNothing(admission);
            breaker = null;
        }
    }

    /// There was no answer, for which the host may not be to blame.
    void unanswered() {
        if (latency != null) {
            long now = exchange.worker().nanos();
            latency.failed(now - pickedNanos, now);
        }
        outcome(true);
    }

    /// Told once: what comes after is no news.
    private void outcome(boolean isError) {
        if (breaker != null) {
            long now = exchange.worker().nanos();
            breaker.onOutcome(admission, isError, now - pickedNanos, now);
            breaker = null;
        }
    }
}

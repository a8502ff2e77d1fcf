package dev.heddle.proxy.router;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.health.HostHealth;
import org.jspecify.annotations.Nullable;

/// Tells those who watch a host what became of an attempt: whether it is well, and how fast it is.
/// One instance serves the attempts of an [UpstreamRequest], one after the other.
@Confined("worker")
final class AttemptReport {
    private final Exchange exchange;
    private @Nullable HostHealth health;
    private @Nullable Latency latency;

    /// When the host was picked, where it is of interest how fast it is.
    private long pickedNanos;

    AttemptReport(Exchange exchange) {
        this.exchange = exchange;
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
            health.onResponse(
                    exchange.worker().index(),
                    head,
                    GrpcStatus.isCall(exchange.request().headers()));
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
    }

    private void unanswered() {
        if (latency != null) {
            long now = exchange.worker().nanos();
            latency.failed(now - pickedNanos, now);
        }
    }
}

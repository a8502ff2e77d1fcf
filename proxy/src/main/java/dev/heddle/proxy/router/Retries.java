package dev.heddle.proxy.router;

import dev.heddle.proxy.route.RetryPolicy;
import dev.heddle.proxy.route.RetryVerdict;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The retries of one exchange: how many are left, which one is under way, and the clocks of its
/// attempts. Used again for the next exchange of the connection.
///
/// ```
///   OFF ──begin──▶ FIRST ──retry──▶ WAITING ──backoff──▶ RETRYING ──retry──▶ WAITING
///    ▲               └───────────response passed on──────────┴──▶ LAST
///    └──end, from anywhere
/// ```
///
/// WAITING and RETRYING hold one of the retries that the cluster's circuit breaker allows. In LAST
/// only the clocks run.
@Confined("worker")
final class Retries {
    /// Whose attempts these are.
    interface Owner {
        /// It is time for the next attempt.
        void onRetry();

        /// The present attempt took too long.
        ///
        /// @param idle whether without a byte in either direction
        void onTryTimeout(boolean idle);
    }

    /// What became of the wish to try again.
    enum Outcome {
        /// There will be another attempt.
        RETRY,
        /// The present outcome stands.
        STANDS,
        /// It stands since no retry is left.
        LIMIT_EXCEEDED,
        /// It stands since the cluster has too many retries under way.
        OVERFLOW
    }

    private enum State {
        OFF,
        FIRST,
        WAITING,
        RETRYING,
        LAST
    }

    private final Worker worker;
    private final Deadline backoff;
    private final Deadline attempt;
    private final Deadline idle;
    private final List<Host> tried = new ArrayList<>();
    private RetryPolicy policy = RetryPolicy.NONE;
    private @Nullable Cluster cluster;
    private State state = State.OFF;
    private Duration tryTimeout = Duration.ZERO;
    private int left;
    private int made;

    Retries(Worker worker, Owner owner) {
        this.worker = worker;
        this.backoff = worker.deadline(() -> onBackoff(owner));
        this.attempt = worker.deadline(() -> owner.onTryTimeout(false));
        this.idle = worker.deadline(() -> owner.onTryTimeout(true));
    }

    /// @param timeout of each attempt; zero for none
    void begin(RetryPolicy of, Cluster to, Duration timeout) {
        policy = of;
        cluster = to;
        tryTimeout = timeout;
        left = of.retries();
        made = 0;
        state = State.FIRST;
    }

    /// Whether another attempt is possible as far as the policy goes.
    boolean isOn() {
        return switch (state) {
            case FIRST, WAITING, RETRYING -> true;
            case OFF, LAST -> false;
        };
    }

    RetryPolicy policy() {
        return policy;
    }

    /// Whether the next attempt waits for its time.
    boolean isWaiting() {
        return state == State.WAITING;
    }

    /// The attempt's request was sent and received whole: its time runs.
    void onSent() {
        if (state != State.OFF) {
            attempt.set(tryTimeout.toNanos());
        }
    }

    /// There was a byte in one direction, or there may be one from now on.
    void onByte() {
        if (state != State.OFF) {
            idle.set(policy.tries().idleTimeout().toNanos());
        }
    }

    /// An attempt has an outcome.
    ///
    /// @param asked for how long the upstream wants to be left alone
    Outcome decide(RetryVerdict verdict, OptionalLong asked) {
        Cluster at = cluster;
        if (!isOn() || at == null) {
            return Outcome.STANDS;
        }
        boolean isRetrying = state == State.RETRYING;
        release(at);
        if (verdict == RetryVerdict.NO) {
            if (isRetrying) {
                at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_SUCCESS);
            }
            return Outcome.STANDS;
        }
        if (left == 0) {
            at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED);
            return Outcome.LIMIT_EXCEEDED;
        }
        left--;
        if (!at.tryAcquire(Resource.RETRIES)) {
            at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_OVERFLOW);
            return Outcome.OVERFLOW;
        }
        at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY);
        stopClocks();
        state = State.WAITING;
        backoff.set(Math.max(1, wait(at, verdict, asked)));
        made++;
        return Outcome.RETRY;
    }

    private long wait(Cluster at, RetryVerdict verdict, OptionalLong asked) {
        if (verdict == RetryVerdict.AT_ONCE) {
            return 0;
        }
        if (asked.isPresent()) {
            at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_BACKOFF_RATELIMITED);
            return asked.getAsLong();
        }
        at.stats().add(ClusterStat.UPSTREAM_RQ_RETRY_BACKOFF_EXPONENTIAL);
        return policy.backoff().nanos(made, worker.random());
    }

    private void onBackoff(Owner owner) {
        if (state == State.WAITING) {
            state = State.RETRYING;
            owner.onRetry();
        }
    }

    /// How often a picked host may be passed over.
    int picks() {
        return state == State.RETRYING ? policy.hosts().picks() : 0;
    }

    /// Whether another host is to be picked, if there is one.
    boolean isPassedOver(Host host) {
        return policy.hosts().avoidsPrevious() && tried.contains(host);
    }

    /// An attempt goes to that host.
    void onPicked(Host host) {
        if (isOn() && policy.hosts().looksBack()) {
            tried.add(host);
        }
    }

    /// The hosts whose priorities are to be left for others.
    List<Host> left() {
        int each = policy.hosts().leavesPrioritiesAfter();
        if (state != State.RETRYING || each == 0) {
            return List.of();
        }
        return tried.subList(0, tried.size() - tried.size() % each);
    }

    /// There is no further attempt; the present one goes on.
    void last() {
        if (isOn() && cluster != null) {
            release(cluster);
            state = State.LAST;
        }
    }

    /// The exchange is over.
    void end() {
        stopClocks();
        backoff.cancel();
        last();
        state = State.OFF;
        cluster = null;
        tried.clear();
    }

    private void release(Cluster at) {
        if (state == State.WAITING || state == State.RETRYING) {
            at.release(Resource.RETRIES);
        }
        state = State.FIRST;
    }

    private void stopClocks() {
        attempt.cancel();
        idle.cancel();
    }

    /// Frees the timers.
    void discard() {
        backoff.discard();
        attempt.discard();
        idle.discard();
    }
}

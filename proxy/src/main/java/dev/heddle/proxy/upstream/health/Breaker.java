package dev.heddle.proxy.upstream.health;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Keeps requests from a cluster that fails or is slow, until a few of them have shown that it is
/// well again.
///
/// ```
///   Closed ──too many errors, or slow answers, in the window──▶ Open
///     ▲                                                          │ its time is over, at
///     └──all probes did well── HalfOpen ◀── the next request ────┘
///                                 │  ▲ └──its time is over without a decision: more probes──┐
///                                 │  └──────────────────────────────────────────────────────┘
///                                 └──a probe did not──▶ Open
/// ```
///
/// One instance is shared by all workers of the process: what is counted, whether the circuit is
/// open, and how many probes are on their way. Where the circuit is closed, a request costs it a
/// read before and two or three increments after. Thread-safe; time is an argument.
public final class Breaker {
    /// A request may not be sent.
    public static final long REFUSED = 0;

    private static final int BUCKETS = 10;

    /// Where a breaker stands.
    public sealed interface State {
        /// As in statistics: 0, 1 and 2.
        int number();

        /// Requests are sent.
        ///
        /// @param admission of those that are sent since it was closed
        record Closed(long admission) implements State {
            @Override
            public int number() {
                return 0;
            }
        }

        /// None is.
        ///
        /// @param sinceNanos of the ticker
        record Open(long sinceNanos) implements State {
            @Override
            public int number() {
                return 1;
            }
        }

        /// Some are, to see.
        ///
        /// @param admission of these probes, and no others
        /// @param left how many more may be sent
        /// @param missing how many have not done well yet
        record HalfOpen(long sinceNanos, long admission, int left, int missing) implements State {
            @Override
            public int number() {
                return 2;
            }
        }
    }

    /// What is counted of a breaker.
    public enum Stat {
        /// How often the circuit was opened, from any state.
        OPENED,
        /// How often it was closed again.
        CLOSED,
        /// Requests that were not sent.
        REFUSED,
        /// Requests that were sent to see.
        PROBES
    }

    /// What happened in a tenth of the window.
    private static final class Bucket {
        private final long number;
        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger errors = new AtomicInteger();
        private final AtomicInteger slow = new AtomicInteger();

        Bucket(long number) {
            this.number = number;
        }
    }

    private final BreakerRules rules;
    private final long bucketNanos;
    private final AtomicLong admissions = new AtomicLong(REFUSED + 1);
    private final AtomicReference<State> state =
            new AtomicReference<>(new State.Closed(REFUSED + 1));
    private final AtomicReferenceArray<@Nullable Bucket> buckets =
            new AtomicReferenceArray<>(BUCKETS);

    private final Map<Stat, AtomicLong> stats = new EnumMap<>(Stat.class);

    public Breaker(BreakerRules rules) {
        this.rules = rules;
        this.bucketNanos = rules.window().toNanos() / BUCKETS;
        for (Stat stat : Stat.values()) {
            stats.put(stat, new AtomicLong());
        }
    }

    public BreakerRules rules() {
        return rules;
    }

    public State state() {
        return state.get();
    }

    public long count(Stat stat) {
        return requireNonNull(stats.get(stat)).get();
    }

    /// Asks whether a request may be sent.
    ///
    /// @return [#REFUSED], or what [#onOutcome] or [#onNothing] is to be told
    public long admit(long now) {
        while (true) {
            State seen = state.get();
            switch (seen) {
                case State.Closed(long admission) -> {
                    return admission;
                }
                case State.Open(long since) -> {
                    if (now - since < rules.breakFor().toNanos()) {
                        return refused();
                    }
                    state.compareAndSet(seen, halfOpen(now));
                }
                case State.HalfOpen half when half.left() > 0 -> {
                    var next =
                            new State.HalfOpen(
                                    half.sinceNanos(),
                                    half.admission(),
                                    half.left() - 1,
                                    half.missing());
                    if (state.compareAndSet(seen, next)) {
                        add(Stat.PROBES);
                        return half.admission();
                    }
                }
                case State.HalfOpen half -> {
                    // Probes that never end decide nothing.
                    if (now - half.sinceNanos() < rules.breakFor().toNanos()) {
                        return refused();
                    }
                    state.compareAndSet(seen, halfOpen(now));
                }
            }
        }
    }

    private State halfOpen(long now) {
        return new State.HalfOpen(
                now, admissions.incrementAndGet(), rules.probes(), rules.probes());
    }

    private long refused() {
        add(Stat.REFUSED);
        return REFUSED;
    }

    /// What became of a request that was admitted. What was admitted before the circuit was opened
    /// or closed since then is of no interest any more.
    ///
    /// @param isError whether it failed
    /// @param tookNanos until there was an answer, or none
    public void onOutcome(long admission, boolean isError, long tookNanos, long now) {
        boolean isSlow = rules.isSlow(tookNanos);
        switch (state.get()) {
            case State.Closed closed when closed.admission() == admission ->
                    count(closed, isError, isSlow, now);
            case State.HalfOpen half when half.admission() == admission ->
                    onProbe(admission, !isError && !isSlow, now);
            case State.Closed _, State.Open _, State.HalfOpen _ -> {}
        }
    }

    /// A request that was admitted was not sent, or given up before anything came of it.
    public void onNothing(long admission) {
        while (state.get() instanceof State.HalfOpen half && half.admission() == admission) {
            var next =
                    new State.HalfOpen(
                            half.sinceNanos(), admission, half.left() + 1, half.missing());
            if (state.compareAndSet(half, next)) {
                return;
            }
        }
    }

    private void count(State.Closed seen, boolean isError, boolean isSlow, long now) {
        Bucket bucket = bucket(Math.floorDiv(now, bucketNanos));
        bucket.attempts.incrementAndGet();
        if (isError) {
            bucket.errors.incrementAndGet();
        }
        if (isSlow) {
            bucket.slow.incrementAndGet();
        }
        // What does well opens nothing.
        if ((isError || isSlow) && opens(bucket.number)) {
            if (state.compareAndSet(seen, new State.Open(now))) {
                add(Stat.OPENED);
            }
        }
    }

    private boolean opens(long newest) {
        long attempts = 0;
        long errors = 0;
        long slow = 0;
        for (int i = 0; i < BUCKETS; i++) {
            Bucket bucket = buckets.get(i);
            if (bucket != null && bucket.number > newest - BUCKETS && bucket.number <= newest) {
                attempts += bucket.attempts.get();
                errors += bucket.errors.get();
                slow += bucket.slow.get();
            }
        }
        return rules.opens(attempts, errors, slow);
    }

    private Bucket bucket(long number) {
        int at = (int) Math.floorMod(number, (long) BUCKETS);
        while (true) {
            Bucket there = buckets.get(at);
            if (there != null && there.number >= number) {
                return there;
            }
            var made = new Bucket(number);
            if (buckets.compareAndSet(at, there, made)) {
                return made;
            }
        }
    }

    private void onProbe(long admission, boolean isWell, long now) {
        while (state.get() instanceof State.HalfOpen half && half.admission() == admission) {
            State next = isWell ? withoutOne(half) : new State.Open(now);
            if (next instanceof State.Closed) {
                // Before anybody counts again, what was counted before is forgotten.
                for (int i = 0; i < BUCKETS; i++) {
                    buckets.set(i, null);
                }
            }
            if (state.compareAndSet(half, next)) {
                switch (next) {
                    case State.Open _ -> add(Stat.OPENED);
                    case State.Closed _ -> add(Stat.CLOSED);
                    case State.HalfOpen _ -> {}
                }
                return;
            }
        }
    }

    private State withoutOne(State.HalfOpen half) {
        return half.missing() > 1
                ? new State.HalfOpen(
                        half.sinceNanos(), half.admission(), half.left(), half.missing() - 1)
                : new State.Closed(admissions.incrementAndGet());
    }

    private void add(Stat stat) {
        requireNonNull(stats.get(stat)).incrementAndGet();
    }
}

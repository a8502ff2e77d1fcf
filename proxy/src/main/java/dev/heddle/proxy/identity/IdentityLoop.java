package dev.heddle.proxy.identity;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Runs an [IdentityAgent] on a thread of its own. It looks at the clock at least every ten
/// seconds, so that a machine that slept renews when it wakes.
public final class IdentityLoop implements AutoCloseable {
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(10);

    private final IdentityAgent agent;
    private final InstantSource clock;
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<Optional<Identity>> published =
            new AtomicReference<>(Optional.empty());

    private IdentityLoop(IdentityAgent agent, InstantSource clock) {
        this.agent = agent;
        this.clock = clock;
    }

    /// Starts it.
    public static IdentityLoop start(IdentityAgent agent, InstantSource clock) {
        var loop = new IdentityLoop(agent, clock);
        Thread.ofPlatform().name("identity").daemon().start(loop::run);
        return loop;
    }

    private void run() {
        agent.begin(clock.instant());
        while (stopping.getCount() > 0) {
            publish();
            Duration idle = agent.turn(clock.instant());
            publish();
            Duration sleep = idle.compareTo(LONGEST_SLEEP) > 0 ? LONGEST_SLEEP : idle;
            try {
                var _ = stopping.await(Math.max(1, sleep.toMillis()), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void publish() {
        Optional<Identity> held = agent.held(clock.instant());
        published.set(held);
        if (held.isPresent()) {
            first.countDown();
        }
    }

    /// What is held and good.
    public Optional<Identity> held() {
        return published.get();
    }

    /// Waits for the first identity.
    ///
    /// @return whether it came in time
    public boolean awaitFirst(Duration time) throws InterruptedException {
        return first.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        stopping.countDown();
    }
}

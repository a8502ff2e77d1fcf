package dev.heddle.proxy.upstream;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// How much of its [CircuitLimits] a cluster uses, counted over all workers. One instance is shared
/// by the workers' clusters of one name and lives on when the cluster is updated.
public final class Circuit {
    /// What is limited.
    public enum Resource {
        CONNECTIONS,
        PENDING_REQUESTS,
        REQUESTS,
        RETRIES
    }

    private final Map<Resource, AtomicInteger> used = new EnumMap<>(Resource.class);

    /// What requests of high priority use; null there.
    private final @Nullable Circuit urgent;

    public Circuit() {
        this(new Circuit(null));
    }

    private Circuit(@Nullable Circuit urgent) {
        this.urgent = urgent;
        for (Resource resource : Resource.values()) {
            used.put(resource, new AtomicInteger());
        }
    }

    /// What requests of high priority use.
    public Circuit ofUrgent() {
        return urgent == null ? this : urgent;
    }

    /// Takes one if the limit allows it. Whoever got one gives it back with [#release].
    public boolean tryAcquire(Resource resource, CircuitLimits limits) {
        AtomicInteger count = count(resource);
        if (count.incrementAndGet() <= limit(resource, limits)) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    public void release(Resource resource) {
        count(resource).decrementAndGet();
    }

    /// How many are taken now.
    public int used(Resource resource) {
        return count(resource).get();
    }

    /// How many more may be taken now.
    public int remaining(Resource resource, CircuitLimits limits) {
        return Math.max(0, limit(resource, limits) - used(resource));
    }

    private AtomicInteger count(Resource resource) {
        return requireNonNull(used.get(resource));
    }

    private int limit(Resource resource, CircuitLimits limits) {
        return switch (resource) {
            case CONNECTIONS -> limits.maxConnections();
            case PENDING_REQUESTS -> limits.maxPendingRequests();
            case REQUESTS -> limits.maxRequests();
            case RETRIES ->
                    limits.retryBudget()
                            .map(it ->
                                    it.most(
                                            (long) used(Resource.REQUESTS)
                                                    + used(Resource.PENDING_REQUESTS)))
                            .orElse(limits.maxRetries());
        };
    }
}

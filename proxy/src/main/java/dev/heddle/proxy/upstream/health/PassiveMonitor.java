package dev.heddle.proxy.upstream.health;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/// Counts how a host answers, over all workers. Thread-safe.
///
/// Requests and successes are counted by each worker in a cache line of its own, with plain writes.
/// Errors in a row are counted over all workers in one number each, which is written when there is
/// an error, and looked at otherwise.
final class PassiveMonitor {
    /// So many numbers of eight bytes are a cache line.
    private static final int LINE = 8;

    private static final int GATEWAY_FIRST = 502;
    private static final int GATEWAY_LAST = 504;

    /// What rates are counted of.
    enum Of {
        /// Answers.
        EXTERNAL_ORIGIN(0),
        /// Connections.
        LOCAL_ORIGIN(2);

        private final int slot;

        Of(int slot) {
            this.slot = slot;
        }
    }

    /// How many requests there were, since the proxy has known the host.
    record Count(long requests, long successes) {
        static final Count NONE = new Count(0, 0);

        Count since(Count before) {
            return new Count(requests - before.requests, successes - before.successes);
        }

        /// From 0 to 100; of at least one request.
        double successRate() {
            return successes * 100.0 / requests;
        }
    }

    private final OutlierDetection config;
    private final Consumer<Outlier> onOutlier;
    private final AtomicLongArray counts;
    private final AtomicInteger httpErrors = new AtomicInteger();
    private final AtomicInteger gatewayErrors = new AtomicInteger();
    private final AtomicInteger localErrors = new AtomicInteger();

    /// @param onOutlier told on the thread on which the last error was counted
    PassiveMonitor(OutlierDetection config, int workers, Consumer<Outlier> onOutlier) {
        this.config = config;
        this.onOutlier = onOutlier;
        this.counts = new AtomicLongArray(workers * LINE);
    }

    boolean splitsLocalOrigin() {
        return config.splitsLocalOrigin();
    }

    /// An answer, as a status of HTTP.
    ///
    /// @param worker that counts, on its own thread
    void onStatus(int worker, int status) {
        boolean isError = status >= 500 && status < 600;
        count(worker, Of.EXTERNAL_ORIGIN, !isError);
        if (!isError) {
            reset(httpErrors);
            reset(gatewayErrors);
            return;
        }
        if (status >= GATEWAY_FIRST && status <= GATEWAY_LAST) {
            if (gatewayErrors.incrementAndGet() == config.consecutive().gateway().errors()) {
                onOutlier.accept(Outlier.CONSECUTIVE_GATEWAY_FAILURE);
            }
        } else {
            reset(gatewayErrors);
        }
        if (httpErrors.incrementAndGet() == config.consecutive().http().errors()) {
            onOutlier.accept(Outlier.CONSECUTIVE_5XX);
        }
    }

    /// A connection was made, or none, or it broke.
    ///
    /// @param worker that counts, on its own thread
    void onLocal(int worker, boolean isSuccess) {
        count(worker, Of.LOCAL_ORIGIN, isSuccess);
        if (isSuccess) {
            reset(localErrors);
        } else if (localErrors.incrementAndGet() == config.consecutive().localOrigin().errors()) {
            onOutlier.accept(Outlier.CONSECUTIVE_LOCAL_ORIGIN_FAILURE);
        }
    }

    private void count(int worker, Of what, boolean isSuccess) {
        int slot = worker * LINE + what.slot;
        counts.setOpaque(slot, counts.getPlain(slot) + 1);
        if (isSuccess) {
            counts.setOpaque(slot + 1, counts.getPlain(slot + 1) + 1);
        }
    }

    /// So that a success costs no write to what all workers share.
    private static void reset(AtomicInteger errors) {
        if (errors.getOpaque() != 0) {
            errors.setOpaque(0);
        }
    }

    /// What was counted by all workers.
    Count count(Of what) {
        long requests = 0;
        long successes = 0;
        for (int slot = what.slot; slot < counts.length(); slot += LINE) {
            // Successes first, so that there are never more of them than requests.
            successes += counts.getOpaque(slot + 1);
            requests += counts.getOpaque(slot);
        }
        return new Count(requests, successes);
    }

    /// Errors in a row of that kind begin anew.
    void reset(Outlier kind) {
        switch (kind) {
            case CONSECUTIVE_5XX -> httpErrors.setOpaque(0);
            case CONSECUTIVE_GATEWAY_FAILURE -> gatewayErrors.setOpaque(0);
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> localErrors.setOpaque(0);
            case SUCCESS_RATE,
                    SUCCESS_RATE_LOCAL_ORIGIN,
                    FAILURE_PERCENTAGE,
                    FAILURE_PERCENTAGE_LOCAL_ORIGIN -> {
                // They are no errors in a row.
            }
        }
    }

    /// Errors in a row begin anew.
    void reset() {
        httpErrors.setOpaque(0);
        gatewayErrors.setOpaque(0);
        localErrors.setOpaque(0);
    }
}

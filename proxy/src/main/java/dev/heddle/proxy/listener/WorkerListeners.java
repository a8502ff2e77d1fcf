package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.ListenOutcome;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Worker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The listeners of one worker. Its methods may be called from any thread: they do their work on
/// the worker's.
@Confined("worker")
final class WorkerListeners {
    /// How often a drain looks whether it is done; the first look comes after it too, so that a
    /// request that was on its way is still taken.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Worker worker;
    private final WorkerServices services;
    private final ConnectionLimit limit;
    private final Duration drainTime;
    private final Map<String, ActiveListener> listeners = new HashMap<>();

    /// Listeners that are gone, as long as they have connections.
    private final List<ActiveListener> leaving = new ArrayList<>();

    private long drainEndNanos;
    private @Nullable CompletableFuture<Void> drained;
    private final Deadline look;

    WorkerListeners(
            Worker worker, WorkerServices services, ConnectionLimit limit, Duration drainTime) {
        this.worker = worker;
        this.services = services;
        this.limit = limit;
        this.drainTime = drainTime;
        this.look = worker.deadline(this::onLook);
    }

    CompletableFuture<InetSocketAddress> add(ListenerConfig config, InetSocketAddress address) {
        var outcome = new CompletableFuture<InetSocketAddress>();
        worker.execute(() -> onAdd(config, address, outcome));
        return outcome;
    }

    private void onAdd(
            ListenerConfig config,
            InetSocketAddress address,
            CompletableFuture<InetSocketAddress> outcome) {
        var listener = new ActiveListener(services, limit, config);
        listeners.put(config.name(), listener);
        worker.listen(
                address,
                listener::accept,
                new ListenOutcome() {
                    @Override
                    public void onListening(ListenSocket socket) {
                        listener.onListening(socket);
                        outcome.complete(socket.address());
                    }

                    @Override
                    public void onListenFailed(Throwable cause) {
                        listeners.remove(config.name(), listener);
                        outcome.completeExceptionally(cause);
                    }
                });
    }

    void update(ListenerConfig config) {
        worker.execute(() -> {
            ActiveListener listener = listeners.get(config.name());
            if (listener != null) {
                listener.update(config);
            }
        });
    }

    void remove(String name) {
        worker.execute(() -> onRemove(name));
    }

    private void onRemove(String name) {
        ActiveListener listener = listeners.remove(name);
        if (listener == null) {
            return;
        }
        listener.drain();
        leaving.removeIf(gone -> gone.size() == 0);
        leaving.add(listener);
        worker.deadline(listener::close).set(drainTime.toNanos());
    }

    CompletableFuture<Void> drain(Duration most) {
        var done = new CompletableFuture<Void>();
        worker.execute(() -> onDrain(most, done));
        return done;
    }

    private void onDrain(Duration most, CompletableFuture<Void> done) {
        drained = done;
        drainEndNanos = worker.nanos() + most.toNanos();
        listeners.keySet().stream().toList().forEach(this::onRemove);
        look.set(LOOK_NANOS);
    }

    private void onLook() {
        boolean isOver = worker.nanos() - drainEndNanos >= 0;
        int left = 0;
        for (ActiveListener listener : leaving) {
            if (isOver) {
                listener.close();
            } else {
                listener.closeIdle();
            }
            left += listener.size();
        }
        if (drained != null && (left == 0 || isOver)) {
            drained.complete(null);
        } else {
            look.set(LOOK_NANOS);
        }
    }
}

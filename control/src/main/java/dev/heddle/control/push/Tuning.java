package dev.heddle.control.push;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// A value of the runtime that some proxies have for as long as this is open.
///
/// It is nowhere but in memory: whoever connects while it is open gets it too, and nobody has it
/// after a restart of the control plane.
public final class Tuning implements AutoCloseable {
    private final Predicate<TunedProxy> who;
    private final String key;
    private final double value;
    private final CompletableFuture<List<TunedProxy>> connected = new CompletableFuture<>();
    private final Pusher pusher;

    Tuning(Predicate<TunedProxy> who, String key, double value, Pusher pusher) {
        this.who = who;
        this.key = key;
        this.value = value;
        this.pusher = pusher;
    }

    boolean isFor(TunedProxy proxy) {
        return who.test(proxy);
    }

    String key() {
        return key;
    }

    double value() {
        return value;
    }

    void onPushed(List<TunedProxy> proxies) {
        connected.complete(proxies);
    }

    /// Those that were connected when it began; complete once it is on its way to them.
    public CompletableFuture<List<TunedProxy>> connected() {
        return connected.copy();
    }

    /// Takes the value back. Callable from any thread, and more than once.
    @Override
    public void close() {
        pusher.untune(this);
    }
}

package dev.heddle.proxy.runtime;

import java.util.concurrent.atomic.AtomicReference;

/// A value that one thread publishes and the workers read: the only field of the data plane that
/// crosses threads.
///
/// @param <T> an immutable snapshot
public final class Published<T> {
    private final AtomicReference<T> value;

    public Published(T first) {
        value = new AtomicReference<>(first);
    }

    /// What was published last. Read it once and keep it for as long as one decision lasts.
    public T get() {
        return value.getAcquire();
    }

    public void publish(T next) {
        value.setRelease(next);
    }
}

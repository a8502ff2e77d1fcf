package dev.heddle.proxy.drain;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What drains the connections of one filter chain on one worker.
@Confined("worker")
public final class ListenerDrain {
    private final Published<DrainState> proxy;
    private final boolean isInbound;
    private final boolean drainsWhenFailing;
    private @Nullable Drain own;

    /// @param proxy what of the whole proxy is drained
    /// @param isInbound whether the connections are those to the workload
    /// @param drainsWhenFailing whether they are given up while the proxy is to fail (`drain_type`)
    public ListenerDrain(
            Published<DrainState> proxy, boolean isInbound, boolean drainsWhenFailing) {
        this.proxy = proxy;
        this.isInbound = isInbound;
        this.drainsWhenFailing = drainsWhenFailing;
    }

    /// The chain or its listener goes.
    public void begin(Drain drain) {
        if (own == null) {
            own = drain;
        }
    }

    /// The drain that goes on.
    public Optional<Drain> present() {
        return own == null ? proxy.get().of(isInbound) : Optional.of(own);
    }

    /// Whether an answer that begins now is the last of its connection.
    public boolean endsWith(long nowNanos, RandomGenerator random) {
        Drain mine = own;
        if (mine != null && mine.endsWith(nowNanos, random)) {
            return true;
        }
        DrainState state = proxy.get();
        if (drainsWhenFailing && state.isFailing()) {
            return true;
        }
        Optional<Drain> whole = state.of(isInbound);
        return whole.isPresent() && whole.get().endsWith(nowNanos, random);
    }
}

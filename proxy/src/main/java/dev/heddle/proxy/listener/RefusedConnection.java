package dev.heddle.proxy.listener;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.function.Consumer;

/// A connection that nobody serves: unread, and closed after a while.
@Confined("worker")
final class RefusedConnection implements WireHandler {
    private final Wire wire;
    private final Deadline end;
    private final Consumer<RefusedConnection> onGone;

    /// @param delay after which it is closed; zero for at once
    /// @param onGone told once, when it is gone
    RefusedConnection(
            Worker worker, Wire wire, Duration delay, Consumer<RefusedConnection> onGone) {
        this.wire = wire;
        this.onGone = onGone;
        this.end = worker.deadline(wire::close);
        wire.setReading(false);
        if (delay.isZero()) {
            wire.close();
        } else {
            end.set(delay.toNanos());
        }
    }

    void close() {
        wire.close();
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onWritable() {
        // Nothing is written.
    }

    @Override
    public void onClosed() {
        end.discard();
        onGone.accept(this);
    }
}

package dev.heddle.proxy.filter.fault;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Lets a response's body flow no faster than a rate: a twentieth of a second's worth each
/// twentieth of a second, and after a pause as much as a second's worth at once.
///
/// The upstream is paused while more than 64 KiB wait here.
@Confined("worker")
final class SlowBody implements BodySink {
    private static final int SLICES = 20;
    private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(1) / SLICES;
    private static final int MOST_HELD = 64 * 1024;

    private final Exchange exchange;
    private final BodySink client;
    private final long sliceBytes;
    private final Deadline next;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;
    private long slices = 1;
    private long countedNanos;
    private boolean isEnded;
    private boolean isDiscarded;
    private @Nullable Headers trailers;

    SlowBody(Exchange exchange, BodySink client, long bytesPerSecond) {
        this.exchange = exchange;
        this.client = client;
        this.sliceBytes = Math.max(1, bytesPerSecond / SLICES);
        this.next = exchange.worker().deadline(this::flow);
        this.countedNanos = exchange.worker().nanos();
    }

    @Override
    public void body(ByteBuf bytes) {
        held.add(bytes);
        heldBytes += bytes.readableBytes();
        if (!next.isSet()) {
            flow();
        }
    }

    private void flow() {
        long passed = (exchange.worker().nanos() - countedNanos) / SLICE_NANOS;
        slices = Math.min(SLICES, slices + passed);
        countedNanos += passed * SLICE_NANOS;
        while (slices > 0 && heldBytes > 0 && !isDiscarded) {
            slices--;
            write();
        }
        if (isDiscarded) {
            return;
        }
        exchange.touch();
        if (heldBytes > 0) {
            next.set(SLICE_NANOS);
        }
        if (isEnded && heldBytes == 0) {
            finish();
            exchange.releaseEnd();
        } else if (!isEnded && isWritable()) {
            exchange.onResponseWritable();
        }
    }

    private void write() {
        long left = sliceBytes;
        while (left > 0 && !held.isEmpty()) {
            ByteBuf piece = held.getFirst();
            ByteBuf now;
            if (piece.readableBytes() <= left) {
                now = held.removeFirst();
            } else {
                now = piece.readRetainedSlice((int) left);
            }
            left -= now.readableBytes();
            heldBytes -= now.readableBytes();
            client.body(now);
        }
    }

    @Override
    public void end() {
        isEnded = true;
        if (heldBytes == 0) {
            finish();
        } else {
            exchange.holdEnd();
        }
    }

    @Override
    public void trailers(Headers behind) {
        var copy = new Headers();
        behind.forEach((name, value) -> copy.add(HeaderName.of(name), value));
        trailers = copy;
        end();
    }

    private void finish() {
        if (trailers == null) {
            client.end();
        } else {
            client.trailers(trailers);
        }
    }

    @Override
    public boolean isWritable() {
        return heldBytes <= MOST_HELD && client.isWritable();
    }

    void discard() {
        isDiscarded = true;
        next.discard();
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }
}

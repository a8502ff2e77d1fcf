package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.Scratch;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// What all connections of HTTP/2 and HTTP/3 of a worker share: its clock, its memory, the work
/// space for heads, and the end of its turn, at which each connection that has something to send
/// sends it.
@Confined("worker")
public final class Http2Loop {
    private final LongSupplier nanos;
    private final Executor later;
    private final ByteBufAllocator allocator;
    private final Scratch scratch = new Scratch();
    private final Http2Head head = new Http2Head();
    private final HeadBuilder builder = new HeadBuilder(head, scratch);
    private final FieldWriter fields = new FieldWriter(scratch);
    private final ArrayDeque<Http2Connection> dirty = new ArrayDeque<>();
    private final StreamAccounts accounts = new StreamAccounts();
    private final Runnable endTurn = this::endTurn;

    /// @param nanos for durations
    /// @param later runs something in this turn, after what runs now
    public Http2Loop(LongSupplier nanos, Executor later, ByteBufAllocator allocator) {
        this.nanos = nanos;
        this.later = later;
        this.allocator = allocator;
    }

    public Http2Loop(Worker worker) {
        this(worker::nanos, worker::execute, worker.allocator());
    }

    long nanos() {
        return nanos.getAsLong();
    }

    /// Where all connections have their buffers from.
    public ByteBufAllocator allocator() {
        return allocator;
    }

    /// The work space for heads.
    public Scratch scratch() {
        return scratch;
    }

    /// The head that was built last.
    public Http2Head head() {
        return head;
    }

    /// Builds heads that come.
    public HeadBuilder builder() {
        return builder;
    }

    /// Writes heads that go.
    public FieldWriter fields() {
        return fields;
    }

    /// Which requests hold most memory.
    public StreamAccounts accounts() {
        return accounts;
    }

    /// Has a connection send what it wrote at the end of this turn.
    void sendLater(Http2Connection connection) {
        if (dirty.isEmpty()) {
            later.execute(endTurn);
        }
        dirty.add(connection);
    }

    private void endTurn() {
        for (Http2Connection next = dirty.poll(); next != null; next = dirty.poll()) {
            next.endTurn();
        }
    }
}

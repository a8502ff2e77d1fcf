package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One end of a connection within a worker, to a listener of this proxy. What is written at one end
/// is heard at the other in a later turn, piece by piece, as far as that one reads.
///
/// ```
///   OPEN ──end()──▶ the other end hears the end, when it has heard all
///    ├──close()──▶ the same, and then both are gone
///    └──reset()──▶ both are gone
/// ```
@Confined("worker")
final class InternalWire implements WorkerWire {
    private static final int WRITE_LIMIT = 1 << 16;

    private final Worker worker;
    private final Origin origin;
    private final ArrayDeque<ByteBuf> outbox = new ArrayDeque<>();
    private final Runnable delivery = this::onDelivery;
    private @Nullable InternalWire other;
    private @Nullable WireHandler handler;
    private @Nullable InetSocketAddress presentedRemote;
    private @Nullable InetSocketAddress presentedLocal;
    private long waiting;
    private int writeLimit = WRITE_LIMIT;
    private boolean isWritable = true;
    private boolean isReading = true;
    private boolean isHalfCloseAllowed;
    private boolean isDeliveryDue;
    private boolean isClosing;
    private boolean isEndDue;
    private boolean isCloseDue;
    private boolean isGone;
    private boolean isGoneTold;

    private InternalWire(Worker worker, Origin origin) {
        this.worker = worker;
        this.origin = origin;
    }

    /// The end of whoever connects; the listener's is its [#other].
    static InternalWire pair(Worker worker, Origin origin) {
        var client = new InternalWire(worker, Origin.UNTOLD);
        var server = new InternalWire(worker, origin);
        client.other = server;
        server.other = client;
        return client;
    }

    InternalWire other() {
        if (other == null) {
            throw new IllegalStateException("wire: has no other end");
        }
        return other;
    }

    @Override
    public void attach(WireHandler value) {
        handler = value;
    }

    @Override
    public void endTurn() {
        // What is put off is a task of its own.
    }

    @Override
    public void write(ByteBuf bytes) {
        if (isClosing || isGone) {
            bytes.release();
            return;
        }
        outbox.add(bytes);
        waiting += bytes.readableBytes();
        isWritable &= waiting <= writeLimit;
    }

    @Override
    public void flush() {
        deliverLater();
    }

    private void deliverLater() {
        if (!isDeliveryDue && !isGone) {
            isDeliveryDue = true;
            worker.execute(delivery);
        }
    }

    /// Ends the connection when a mistake of ours breaks it, and nothing else.
    private void guarded(Runnable task) {
        worker.onEvent();
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            worker.bug(e);
            vanishBoth();
        }
    }

    private void onDelivery() {
        guarded(this::deliver);
    }

    private void deliver() {
        isDeliveryDue = false;
        InternalWire to = other();
        while (!isGone && to.isReading && !to.isGone && !outbox.isEmpty()) {
            ByteBuf piece = outbox.remove();
            waiting -= piece.readableBytes();
            to.hear(piece);
        }
        if (isGone) {
            return;
        }
        if (outbox.isEmpty() && isCloseDue) {
            vanish();
            to.onOtherEnded(true);
            return;
        }
        if (outbox.isEmpty() && isEndDue) {
            isEndDue = false;
            to.onOtherEnded(false);
        }
        if (!isWritable && !isGone && waiting <= writeLimit / 2) {
            isWritable = true;
            if (handler != null) {
                handler.onWritable();
            }
        }
    }

    private void hear(ByteBuf piece) {
        if (handler == null) {
            piece.release();
        } else {
            handler.onBytes(piece);
        }
    }

    /// @param isWhole whether nothing can be sent there any more either
    private void onOtherEnded(boolean isWhole) {
        if (isGone) {
            return;
        }
        if (isHalfCloseAllowed && handler != null) {
            handler.onEnd();
        }
        if (isWhole || !isHalfCloseAllowed) {
            vanishBoth();
        }
    }

    private void vanishBoth() {
        vanish();
        other().vanish();
    }

    /// Whoever hears is told in a later turn.
    private void vanish() {
        if (isGone) {
            return;
        }
        isGone = true;
        outbox.forEach(ByteBuf::release);
        outbox.clear();
        waiting = 0;
        worker.execute(() -> guarded(this::tellGone));
    }

    private void tellGone() {
        isGoneTold = true;
        if (handler != null) {
            handler.onClosed();
        }
    }

    @Override
    public boolean isUnsent() {
        return !outbox.isEmpty();
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }

    @Override
    public void setWriteLimit(int bytes) {
        writeLimit = bytes;
    }

    @Override
    public void setReading(boolean on) {
        isReading = on;
        if (on && !isGone) {
            other().deliverLater();
        }
    }

    @Override
    public void allowHalfClose() {
        isHalfCloseAllowed = true;
    }

    @Override
    public void end() {
        if (!isClosing && !isGone) {
            isClosing = true;
            isEndDue = true;
            deliverLater();
        }
    }

    @Override
    public void close() {
        if (!isGone) {
            isClosing = true;
            isCloseDue = true;
            deliverLater();
        }
    }

    @Override
    public void reset() {
        vanishBoth();
    }

    @Override
    public boolean isOpen() {
        return !isGone && !isClosing;
    }

    @Override
    public void handOver(WireHandler next, ByteBuf bytes) {
        if (isGoneTold) {
            bytes.release();
            next.onClosed();
            return;
        }
        handler = next;
        if (bytes.isReadable() && !isGone) {
            other().takeBack(bytes);
        } else {
            bytes.release();
        }
    }

    /// Has bytes heard once more, before all others.
    private void takeBack(ByteBuf bytes) {
        outbox.addFirst(bytes);
        waiting += bytes.readableBytes();
        deliverLater();
    }

    @Override
    public void present(InetSocketAddress remote, InetSocketAddress local) {
        presentedRemote = remote;
        presentedLocal = local;
    }

    /// Nothing leaves the process here, and configuration asks for none.
    @Override
    public void secure(TlsServer tls, SecureOutcome outcome) {
        throw new IllegalStateException("TLS within the proxy (expected: none)");
    }

    @Override
    public @Nullable TlsSession tls() {
        return null;
    }

    @Override
    public InetSocketAddress remote() {
        if (presentedRemote != null) {
            return presentedRemote;
        }
        return origin.remote() == null ? EpollSockets.NOWHERE : origin.remote();
    }

    @Override
    public InetSocketAddress local() {
        return presentedLocal == null ? EpollSockets.NOWHERE : presentedLocal;
    }

    @Override
    public @Nullable InetSocketAddress restored() {
        return presentedLocal;
    }

    @Override
    public InetSocketAddress directRemote() {
        return EpollSockets.NOWHERE;
    }

    @Override
    public Optional<InetSocketAddress> originalDestination() {
        return Optional.ofNullable(origin.local());
    }
}

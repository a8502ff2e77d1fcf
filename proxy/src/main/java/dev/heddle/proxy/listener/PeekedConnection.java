package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerFilterConfig;
import dev.heddle.proxy.config.ListenerFilters;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection whose first bytes are looked at, one listener filter after the other.
///
/// ```
///   LOOKING ──last filter knows──▶ over: handed over with its bytes
///      ├──time is up, may go on; or nobody needs to look──▶ over: handed over with what is known
///      └──time is up, broken, the client left──▶ over: closed
/// ```
///
/// What it keeps is bounded by the longest thing that a filter waits for, 64 KiB.
@Confined("worker")
final class PeekedConnection implements WireHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PeekedConnection.class);

    /// What becomes of it.
    interface Outcome {
        /// The filters are done.
        ///
        /// @param bytes that came and that none of them took; belong to whoever hears this
        void onKnown(PeekedConnection connection, ByteBuf bytes);

        /// Whether nobody needs to look at what the client of this one says.
        boolean isKnown(PeekedConnection connection);

        /// The client has said nothing for a while.
        void onSilent(PeekedConnection connection);

        /// It is closed or will be.
        void onLost(PeekedConnection connection);
    }

    private final Arrival arrival;
    private final List<Peek> left;
    private final boolean continuesOnTimeout;
    private final ListenerLog log;
    private final Outcome outcome;
    private final Worker worker;
    private final Deadline deadline;
    private final Deadline silence;
    private final long patienceNanos;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean isOver;

    PeekedConnection(
            Worker worker,
            Arrival arrival,
            ListenerFilters filters,
            ListenerLog log,
            Outcome outcome) {
        this.worker = worker;
        this.arrival = arrival;
        this.left = peeks(filters, arrival, log);
        this.continuesOnTimeout = filters.continuesOnTimeout();
        this.log = log;
        this.outcome = outcome;
        this.deadline = worker.deadline(this::onTimeout);
        this.silence = worker.deadline(() -> outcome.onSilent(this));
        this.patienceNanos = filters.detection().map(it -> it.probeAfter().toNanos()).orElse(0L);
    }

    private static List<Peek> peeks(ListenerFilters filters, Arrival arrival, ListenerLog log) {
        var peeks = new ArrayList<Peek>();
        int port = arrival.wire().local().getPort();
        for (ListenerFilterConfig filter : filters.filters()) {
            if (!filter.disabled().test(port)) {
                peeks.add(
                        switch (filter.kind()) {
                            case ListenerFilterConfig.Kind.Tls() -> new TlsPeek(log);
                            case ListenerFilterConfig.Kind.Http() -> new HttpPeek(log);
                            case ListenerFilterConfig.Kind.OriginalDestination() ->
                                    new OriginalDestinationPeek();
                            case ListenerFilterConfig.Kind.OriginalSource source ->
                                    new OriginalSourcePeek(source);
                            case ListenerFilterConfig.Kind.Proxy proxy ->
                                    new ProxyHeaderPeek(proxy, log);
                        });
            }
        }
        return peeks;
    }

    Arrival arrival() {
        return arrival;
    }

    /// Lets the filters look that need no bytes.
    ///
    /// @return whether that was all; else more is heard by the outcome
    boolean begin(long timeoutNanos) {
        if (look() && left.isEmpty()) {
            isOver = true;
            return true;
        }
        if (isOver) {
            return false;
        }
        if (onlyDetects() && outcome.isKnown(this)) {
            isOver = true;
            return true;
        }
        log.count(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE);
        deadline.set(timeoutNanos);
        if (onlyDetects()) {
            silence.set(patienceNanos);
        }
        return false;
    }

    /// Whether nothing is missing but what the client speaks.
    private boolean onlyDetects() {
        return patienceNanos > 0 && left.stream().allMatch(Peek::isDetection);
    }

    /// Has it served with what is known: it is known otherwise that the client waits.
    void conclude() {
        if (!isOver) {
            finish();
        }
    }

    /// Ends it.
    void close() {
        if (!isOver) {
            lose();
            arrival.wire().close();
        }
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (isOver) {
            bytes.release();
            return;
        }
        silence.cancel();
        hold(bytes);
        if (look()) {
            if (left.isEmpty()) {
                finish();
            } else if (!held.isReadable() && onlyDetects()) {
                // A header was taken off, and its client has said nothing of its own yet.
                silence.set(patienceNanos);
            }
        }
    }

    private void hold(ByteBuf bytes) {
        if (!held.isReadable()) {
            held.release();
            held = bytes;
            return;
        }
        if (held.writableBytes() < bytes.readableBytes()) {
            ByteBuf larger =
                    worker.allocator()
                            .buffer(2 * (held.readableBytes() + bytes.readableBytes()))
                            .writeBytes(held);
            held.release();
            held = larger;
        }
        held.writeBytes(bytes);
        bytes.release();
    }

    /// Lets one filter after the other look.
    ///
    /// @return false when the connection was closed meanwhile
    private boolean look() {
        while (!left.isEmpty()) {
            switch (left.getFirst().look(held, arrival)) {
                case Peek.Outcome.More() -> {
                    return true;
                }
                case Peek.Outcome.Done(int taken) -> {
                    held.skipBytes(taken);
                    left.removeFirst();
                }
                case Peek.Outcome.Broken(String why) -> {
                    LOG.debug("{}: closed: {}", arrival.wire().remote(), why);
                    log.count(ListenerStat.DOWNSTREAM_LISTENER_FILTER_ERROR);
                    close();
                    return false;
                }
            }
        }
        return true;
    }

    private void onTimeout() {
        log.count(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT);
        if (continuesOnTimeout) {
            finish();
        } else {
            close();
        }
    }

    @Override
    public void onWritable() {
        // Nothing is written.
    }

    @Override
    public void onClosed() {
        if (!isOver) {
            log.count(ListenerStat.DOWNSTREAM_LISTENER_FILTER_REMOTE_CLOSE);
            lose();
        }
    }

    private void finish() {
        over();
        outcome.onKnown(this, held);
    }

    private void lose() {
        over();
        held.release();
        outcome.onLost(this);
    }

    private void over() {
        isOver = true;
        deadline.discard();
        silence.discard();
        log.count(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE, -1);
    }
}

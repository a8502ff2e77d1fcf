package dev.heddle.proxy.listener;

import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.SecureOutcome;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The handshake of an accepted connection: whoever serves it is asked only when it is done, so
/// that what is half open costs little, and not for long.
///
/// ```
///   WAITING ──its turn──▶ RUNNING ──done──▶ served by somebody else
///      └──────────┬──────────┘
///                 ├──failed, too late, or shed──▶ closing ──▶ gone
///                 └──the client leaves──────────────────────▶ gone
/// ```
@Confined("worker")
final class TlsHandshake implements SecureOutcome, WireHandler, Handshakes.Entry {

    /// Who waits for it.
    interface Outcome {
        /// Serves the connection.
        WireHandler onSecured(TlsHandshake done);

        /// It failed. The connection is still to close.
        void onNotSecured(TlsFailure failure);

        /// The connection is gone before anybody served it.
        void onGone(TlsHandshake gone);
    }

    private final Wire wire;
    private final TlsServer tls;
    private final Handshakes all;
    private final HandshakeLog log;
    private final Outcome outcome;
    private final Deadline deadline;
    private boolean hasStarted;
    private boolean isDone;

    /// What came before it was its turn. Nothing more is read, so it is what one read brings.
    private @Nullable ByteBuf early;

    TlsHandshake(
            Worker worker,
            Wire wire,
            TlsServer tls,
            Handshakes all,
            HandshakeLog log,
            Outcome outcome) {
        this.wire = wire;
        this.tls = tls;
        this.all = all;
        this.log = log;
        this.outcome = outcome;
        this.deadline = worker.deadline(this::onTimeout);
    }

    /// @param limit for all of it, waiting included
    /// @return false when too many wait already: then it is as if nobody had asked
    boolean begin(Duration limit) {
        if (!all.enter(this)) {
            return false;
        }
        deadline.set(limit.toNanos());
        if (!hasStarted) {
            wire.setReading(false);
        }
        return true;
    }

    @Override
    public void start() {
        hasStarted = true;
        wire.secure(tls, this);
        ByteBuf first = early;
        early = null;
        if (first != null) {
            wire.handOver(this, first);
            // Nothing was read in this turn, the end of which would send the answer.
            wire.flush();
        }
        // Does nothing where reading was never stopped.
        wire.setReading(true);
    }

    @Override
    public void shed() {
        fail(TlsFailure.OVERLOADED);
        wire.reset();
    }

    void close() {
        wire.reset();
    }

    @Override
    public WireHandler onSecured(Wire secured) {
        isDone = true;
        deadline.discard();
        all.leave(this);
        TlsSession session = Objects.requireNonNull(secured.tls());
        log.secured(session);
        return outcome.onSecured(this);
    }

    @Override
    public void onNotSecured(TlsFailure failure) {
        fail(failure);
    }

    private void onTimeout() {
        fail(TlsFailure.TIMEOUT);
        wire.reset();
    }

    private void fail(TlsFailure failure) {
        if (isDone) {
            return;
        }
        isDone = true;
        deadline.discard();
        all.leave(this);
        log.notSecured(failure, wire.remote());
        outcome.onNotSecured(failure);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (hasStarted || isDone) {
            bytes.release();
        } else {
            ByteBuf before = early;
            early = before == null ? bytes : Unpooled.wrappedBuffer(before, bytes);
        }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed() {
        if (!hasStarted) {
            fail(TlsFailure.GONE);
        }
        deadline.discard();
        all.leave(this);
        ByteBuf rest = early;
        early = null;
        if (rest != null) {
            rest.release();
        }
        outcome.onGone(this);
    }
}

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
import java.time.Duration;
import java.util.Objects;

/// The handshake of an accepted connection: whoever serves it is asked only when it is done, so
/// that what is half open costs little, and not for long.
///
/// ```
///   RUNNING ──done──▶ served by somebody else
///      ├──failed, or too late──▶ closing ──▶ gone
///      └──the client leaves──────────────────▶ gone
/// ```
@Confined("worker")
final class TlsHandshake implements SecureOutcome, WireHandler {

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
    private final HandshakeLog log;
    private final Outcome outcome;
    private final Deadline deadline;
    private boolean isDone;

    TlsHandshake(Worker worker, Wire wire, HandshakeLog log, Outcome outcome) {
        this.wire = wire;
        this.log = log;
        this.outcome = outcome;
        this.deadline = worker.deadline(this::onTimeout);
    }

    void begin(TlsServer tls, Duration limit) {
        deadline.set(limit.toNanos());
        wire.secure(tls, this);
    }

    void close() {
        wire.reset();
    }

    @Override
    public WireHandler onSecured(Wire secured) {
        isDone = true;
        deadline.discard();
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
        log.notSecured(failure, wire.remote());
        outcome.onNotSecured(failure);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed() {
        deadline.discard();
        outcome.onGone(this);
    }
}

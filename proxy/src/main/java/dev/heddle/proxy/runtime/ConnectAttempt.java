package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;
import org.jspecify.annotations.Nullable;

/// A connection that is being made, over TLS with its handshake.
///
/// ```
///   CONNECTING ──connected, no TLS──▶ told
///       │  └──connected──▶ HANDSHAKE ──done or failed──▶ told
///       └──failed──▶ told            giveUp() at any time: nobody is told
/// ```
@Confined("worker")
public final class ConnectAttempt implements Connecting {
    private final ConnectOutcome outcome;
    private @Nullable Runnable abandon;
    private boolean isOver;

    ConnectAttempt(ConnectOutcome outcome) {
        this.outcome = outcome;
    }

    /// Begins.
    ///
    /// @param how it is given up; may be run when it has ended, and does nothing then
    void begin(Runnable how) {
        abandon = how;
    }

    @Override
    public void giveUp() {
        isOver = true;
        if (abandon != null) {
            abandon.run();
        }
    }

    /// Gives up, unless the attempt has ended in either way.
    void giveUpUnlessOver() {
        if (!isOver) {
            giveUp();
        }
    }

    boolean isOver() {
        return isOver;
    }

    /// It is up, and needs no handshake.
    void connected(WorkerWire wire) {
        if (isOver) {
            wire.reset();
            return;
        }
        isOver = true;
        wire.attach(outcome.onConnected(wire));
    }

    /// @param cause as the system says it
    void failed(Throwable cause) {
        if (!isOver) {
            isOver = true;
            outcome.onConnectFailed(cause);
        }
    }

    /// Waits for the handshake over a wire.
    WorkerWire.Ends over(WorkerWire wire) {
        return new WorkerWire.Ends() {
            @Override
            public WireHandler onSecured() {
                if (isOver) {
                    wire.reset();
                    return NoHandler.NONE;
                }
                isOver = true;
                return outcome.onConnected(wire);
            }

            @Override
            public void onNotSecured(TlsFailure failure) {
                fail(failure);
            }
        };
    }

    void fail(TlsFailure failure) {
        failed(new HandshakeException(failure));
    }
}

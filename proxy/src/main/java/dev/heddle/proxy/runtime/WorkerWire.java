package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;
import java.util.concurrent.TimeUnit;

/// A wire as its worker sees it.
sealed interface WorkerWire extends Wire permits NettyWire, SocketWire, InternalWire {
    /// How long a side that takes nothing may hold a connection that is closed as soon as all is
    /// sent. Envoy has such a limit for HTTP only, `delayed_close_timeout`.
    long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// Says who hears. Must happen before the first byte can arrive.
    void attach(WireHandler value);

    /// Does what was put off until the end of the turn.
    void endTurn();

    /// Who waits for a handshake.
    interface Ends {
        /// It is done; what is returned hears from now on.
        WireHandler onSecured();

        void onNotSecured(TlsFailure failure);
    }

    /// Who waits for one that was begun by [Wire#secure].
    static Ends ends(Wire wire, SecureOutcome outcome) {
        return new Ends() {
            @Override
            public WireHandler onSecured() {
                return outcome.onSecured(wire);
            }

            @Override
            public void onNotSecured(TlsFailure failure) {
                outcome.onNotSecured(failure);
            }
        };
    }
}

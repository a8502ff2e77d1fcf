package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.HandshakeException;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.tls.PeerVerdict;
import dev.heddle.proxy.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/// Counts how the handshakes of a cluster end, and passes it on.
record SecuredConnect(ConnectOutcome outcome, Tally<ClusterStat> stats) implements ConnectOutcome {

    @Override
    public WireHandler onConnected(Wire wire) {
        stats.add(ClusterStat.SSL_HANDSHAKE);
        TlsSession session = wire.tls();
        if (session != null && session.isResumed()) {
            stats.add(ClusterStat.SSL_SESSION_REUSED);
        }
        return outcome.onConnected(wire);
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        if (cause instanceof HandshakeException failed) {
            stats.add(stat(failed.failure().fault().orElse(null)));
        }
        outcome.onConnectFailed(cause);
    }

    private static ClusterStat stat(PeerVerdict.@Nullable Fault fault) {
        return switch (fault) {
            case null -> ClusterStat.SSL_CONNECTION_ERROR;
            case NO_CERTIFICATE -> ClusterStat.SSL_FAIL_VERIFY_NO_CERT;
            case CHAIN, EXPIRED, REVOKED -> ClusterStat.SSL_FAIL_VERIFY_ERROR;
            case NAME -> ClusterStat.SSL_FAIL_VERIFY_SAN;
            case FINGERPRINT -> ClusterStat.SSL_FAIL_VERIFY_CERT_HASH;
        };
    }
}

package dev.heddle.proxy.recording;

import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tls.PeerVerdict;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts the handshakes of one listener on one worker, `listener.<address>.ssl.`, and tells of
/// those that failed.
@Confined("worker")
public final class HandshakeRecorder implements HandshakeLog {

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeRecorder.class);

    private final MeterShard shard;
    private final MeterScope listener;
    private final String listenerPrefix;
    private final Counter handshakes;
    private final Counter reused;
    private final Counter withoutCertificate;
    private final Counter errors;
    private final Counter noCertificate;
    private final Counter verifyErrors;
    private final Counter wrongNames;
    private final Counter wrongFingerprints;
    private final Counter timeouts;
    private final Counter overflows;
    private final Map<String, Counter> byVersion = new HashMap<>();
    private final Map<String, Counter> byCipher = new HashMap<>();

    /// @param shard where this worker counts
    /// @param listenerPrefix of the listener's meters
    public HandshakeRecorder(ProxyMeters meters, MeterShard shard, String listenerPrefix) {
        this.shard = shard;
        this.listener = meters.listener(listenerPrefix);
        this.listenerPrefix = listenerPrefix;
        handshakes = listener.counter("ssl.handshake");
        reused = listener.counter("ssl.session_reused");
        withoutCertificate = listener.counter("ssl.no_certificate");
        errors = listener.counter("ssl.connection_error");
        noCertificate = listener.counter("ssl.fail_verify_no_cert");
        verifyErrors = listener.counter("ssl.fail_verify_error");
        wrongNames = listener.counter("ssl.fail_verify_san");
        wrongFingerprints = listener.counter("ssl.fail_verify_cert_hash");
        overflows = listener.counter("ssl.handshake_overflow");
        timeouts = listener.counter("downstream_cx_transport_socket_connect_timeout");
    }

    @Override
    public void secured(TlsSession session) {
        shard.increment(handshakes);
        if (session.isResumed()) {
            shard.increment(reused);
        }
        if (session.peer().isEmpty()) {
            shard.increment(withoutCertificate);
        }
        shard.increment(
                byVersion.computeIfAbsent(
                        session.version(),
                        version ->
                                listener.counter(
                                        "ssl.versions." + version,
                                        "ssl_versions",
                                        "envoy_ssl_version",
                                        version)));
        shard.increment(
                byCipher.computeIfAbsent(
                        session.cipher(),
                        cipher ->
                                listener.counter(
                                        "ssl.ciphers." + cipher,
                                        "ssl_ciphers",
                                        "envoy_ssl_cipher",
                                        cipher)));
    }

    @Override
    public void notSecured(TlsFailure failure, InetSocketAddress remote) {
        shard.increment(counter(failure.fault().orElse(null)));
        if (failure.equals(TlsFailure.TIMEOUT)) {
            shard.increment(timeouts);
        } else if (failure.equals(TlsFailure.OVERLOADED)) {
            shard.increment(overflows);
        }
        // Whoever may connect may fill a log; who shows a certificate is worth a line.
        if (failure.fault().isPresent()) {
            LOG.info("listener {}: {}: {}", listenerPrefix, remote, failure.why());
        } else {
            LOG.debug("listener {}: {}: {}", listenerPrefix, remote, failure.why());
        }
    }

    private Counter counter(PeerVerdict.@Nullable Fault fault) {
        return switch (fault) {
            case null -> errors;
            case NO_CERTIFICATE -> noCertificate;
            case CHAIN, EXPIRED, REVOKED -> verifyErrors;
            case NAME -> wrongNames;
            case FINGERPRINT -> wrongFingerprints;
        };
    }
}

package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.quic.QuicSettings;
import envoy.config.core.v3.QuicProtocolOptions;
import envoy.config.listener.v3.UdpListenerConfig;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.Set;

/// Reads how a listener speaks QUIC and HTTP/3. By itself, so that a proxy where nobody does loads
/// no class of these messages.
final class QuicParser {
    private static final String PATH = "udp_listener_config";

    private final Findings findings;

    QuicParser(Findings findings) {
        this.findings = findings;
    }

    QuicSettings settings(UdpListenerConfig config) {
        // How the kernel is asked for many datagrams at once is our own business.
        findings.fields(PATH, config, Set.of("quic_options"), Set.of("downstream_socket_config"));
        String path = join(PATH, "quic_options");
        var options = config.getQuicOptions();
        findings.fields(
                path,
                options,
                Set.of(
                        "quic_protocol_options",
                        "idle_timeout",
                        "crypto_handshake_timeout",
                        "send_disable_active_migration"),
                // Spreads what is read of one socket over turns.
                Set.of("packets_to_read_to_connection_count_ratio"));
        String protocol = join(path, "quic_protocol_options");
        QuicProtocolOptions limits = options.getQuicProtocolOptions();
        findings.fields(
                protocol,
                limits,
                Set.of(
                        "max_concurrent_streams",
                        "initial_stream_window_size",
                        "initial_connection_window_size",
                        "idle_network_timeout"),
                // What a client does, or how congestion is met.
                Set.of(
                        "num_timeouts_to_trigger_port_migration",
                        "connection_options",
                        "client_connection_options"));
        Duration idle = QuicSettings.USUAL.idle();
        if (options.hasIdleTimeout()) {
            idle = findings.duration(join(path, "idle_timeout"), options.getIdleTimeout());
        }
        if (limits.hasIdleNetworkTimeout()) {
            idle =
                    findings.duration(
                            join(protocol, "idle_network_timeout"), limits.getIdleNetworkTimeout());
        }
        Duration handshake = QuicSettings.USUAL.handshake();
        if (options.hasCryptoHandshakeTimeout()) {
            handshake =
                    findings.duration(
                            join(path, "crypto_handshake_timeout"),
                            options.getCryptoHandshakeTimeout());
        }
        return new QuicSettings(
                limit(
                        join(protocol, "max_concurrent_streams"),
                        limits.hasMaxConcurrentStreams(),
                        limits.getMaxConcurrentStreams(),
                        QuicSettings.USUAL.streams()),
                limit(
                        join(protocol, "initial_stream_window_size"),
                        limits.hasInitialStreamWindowSize(),
                        limits.getInitialStreamWindowSize(),
                        QuicSettings.USUAL.streamWindow()),
                limit(
                        join(protocol, "initial_connection_window_size"),
                        limits.hasInitialConnectionWindowSize(),
                        limits.getInitialConnectionWindowSize(),
                        QuicSettings.USUAL.connectionWindow()),
                idle.isZero() ? QuicSettings.USUAL.idle() : idle,
                handshake.isZero() ? QuicSettings.USUAL.handshake() : handshake,
                !options.getSendDisableActiveMigration().getValue());
    }

    private int limit(String path, boolean isSaid, UInt32Value said, int usual) {
        if (!isSaid) {
            return usual;
        }
        findings.range(path, said.getValue(), 1, Integer.MAX_VALUE);
        return Math.max(1, said.getValue());
    }

    /// Whether a connection manager of HTTP/3 serves extended CONNECT. Of its options, the
    /// listener's say how QUIC is spoken.
    boolean takesConnect(String path, HttpConnectionManager manager) {
        var options = manager.getHttp3ProtocolOptions();
        findings.fields(
                path,
                options,
                Set.of("allow_extended_connect"),
                Set.of(
                        "quic_protocol_options",
                        // A stream that breaks a rule is reset, and its connection goes on.
                        "override_stream_error_on_invalid_http_message"));
        return options.getAllowExtendedConnect();
    }
}

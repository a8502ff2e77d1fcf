package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.HttpConnectionManagerConfig.Codec;
import dev.heddle.proxy.quic.QuicSettings;
import envoy.config.core.v3.QuicProtocolOptions;
import envoy.config.listener.v3.UdpListenerConfig;
import google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Reads how a listener speaks QUIC, and sees to it that HTTP/3 is spoken there and only there.
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

    /// A listener for QUIC has chains of HTTP/3, each with TLS.
    void check(FilterChains chains) {
        List<FilterChainConfig> all = chains.all();
        for (int i = 0; i < all.size(); i++) {
            FilterChainConfig chain = all.get(i);
            String path = "filter_chains[" + i + "]";
            boolean isHttp3 =
                    chain.handling() instanceof FilterChainConfig.Handling.Http(var manager)
                            && manager.codec() == Codec.HTTP3;
            if (!isHttp3) {
                findings.reject(
                        join(path, "filters"),
                        "does not speak HTTP/3 (expected: an HTTP connection manager with"
                                + " codec_type HTTP3, as quic_options are set)");
            }
            if (chain.tls().isEmpty()) {
                findings.reject(
                        join(path, "transport_socket"),
                        "no TLS (expected: envoy.transport_sockets.quic)");
            }
        }
    }

    /// And no other has.
    void checkNone(FilterChains chains) {
        List<FilterChainConfig> all = chains.all();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).handling() instanceof FilterChainConfig.Handling.Http(var manager)
                    && manager.codec() == Codec.HTTP3) {
                findings.reject(
                        "filter_chains[" + i + "].filters",
                        "codec_type HTTP3 (expected: a listener for UDP with"
                                + " udp_listener_config.quic_options)");
            }
        }
    }
}

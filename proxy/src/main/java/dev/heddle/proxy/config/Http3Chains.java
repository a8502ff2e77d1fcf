package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.HttpConnectionManagerConfig.Codec;
import java.util.List;

/// Sees to it that HTTP/3 is spoken over QUIC, and only there.
final class Http3Chains {
    private final Findings findings;

    Http3Chains(Findings findings) {
        this.findings = findings;
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

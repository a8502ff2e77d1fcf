package dev.heddle.proxy.tls;

import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.util.List;

/// What QUIC connections of clients are secured with. By itself, so that what QUIC needs is loaded
/// where it is spoken.
final class QuicContexts {
    private static final String HTTP_3 = "h3";

    private QuicContexts() {}

    static QuicSslContext of(TlsServer.Material material, PeerTrust trust, ClientAuth clients) {
        DownstreamTls tls = material.tls();
        var keys = new HeldKeys(material.certificates(), tls.scanAll(), _ -> NamedServers.asked());
        List<String> alpn = tls.settings().alpn();
        return QuicSslContextBuilder.forServer(keys, null)
                .trustManager(trust)
                .clientAuth(clients)
                .applicationProtocols(
                        alpn.isEmpty() ? new String[] {HTTP_3} : alpn.toArray(String[]::new))
                .option(
                        BoringSSLContextOption.GROUPS,
                        tls.settings()
                                .parameters()
                                .groups(TlsProvider.BORINGSSL)
                                .toArray(String[]::new))
                // What is sent again by somebody else would be served again.
                .earlyData(false)
                .sni(NamedServers.mapping())
                .build();
    }
}

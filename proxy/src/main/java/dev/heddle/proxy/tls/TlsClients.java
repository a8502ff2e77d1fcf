package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// What connections of one cluster are secured with, by what is asked for in their handshakes.
/// Thread-safe.
public final class TlsClients {
    private final Material material;
    private final Function<Asked, TlsClient> maker;
    private final ConcurrentHashMap<Asked, TlsClient> made = new ConcurrentHashMap<>();

    /// What it was made of; two that are made of the same are the same.
    record Material(UpstreamTls tls, List<TlsCertificate> certificates, TrustRules rules) {}

    /// What one connection asks for.
    ///
    /// @param serverName empty for none
    /// @param alpn none: ALPN is not used
    record Asked(String serverName, List<String> alpn) {}

    /// @param maker makes what belongs to it
    TlsClients(Material material, Function<Asked, TlsClient> maker) {
        this.material = material;
        this.maker = maker;
    }

    Material material() {
        return material;
    }

    /// The one for a host.
    ///
    /// @param hostname its own name; empty when it has none
    /// @param alpn what is offered where the cluster does not say; empty for nothing
    public TlsClient forHost(String hostname, String alpn) {
        List<String> said = material.tls().settings().alpn();
        List<String> offered = said.isEmpty() && !alpn.isEmpty() ? List.of(alpn) : said;
        return made.computeIfAbsent(
                new Asked(material.tls().serverNameFor(hostname), offered), maker);
    }

    void release() {
        made.values().forEach(TlsClient::release);
    }
}

package dev.heddle.proxy.tls;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// What connections of one cluster are secured with, by the names of its hosts where those matter.
/// Thread-safe.
public final class TlsClients {
    private final Material material;
    private final Function<String, TlsClient> maker;
    private final ConcurrentHashMap<String, TlsClient> byServerName = new ConcurrentHashMap<>();

    /// What it was made of; two that are made of the same are the same.
    record Material(UpstreamTls tls, List<TlsCertificate> certificates, TrustRules rules) {}

    /// @param maker makes what belongs to a server name
    TlsClients(Material material, Function<String, TlsClient> maker) {
        this.material = material;
        this.maker = maker;
    }

    Material material() {
        return material;
    }

    /// The one for a host.
    ///
    /// @param hostname its own name; empty when it has none
    public TlsClient forHost(String hostname) {
        return byServerName.computeIfAbsent(material.tls().serverNameFor(hostname), maker);
    }

    void release() {
        byServerName.values().forEach(TlsClient::release);
    }
}

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

    /// Those with names from requests, which anybody can invent: at most [#MOST_NAMES]. One more
    /// takes the place of any other; that one's native part goes when nobody refers to it.
    private final ConcurrentHashMap<Asked, TlsClient> named = new ConcurrentHashMap<>();

    static final int MOST_NAMES = 256;

    /// What it was made of; two that are made of the same are the same.
    record Material(UpstreamTls tls, List<TlsCertificate> certificates, TrustRules rules) {}

    /// What one connection asks for.
    ///
    /// @param serverName empty for none
    /// @param alpn none: ALPN is not used
    /// @param name that the host is expected to have
    record Asked(String serverName, List<String> alpn, PeerName name) {
        /// Whether a request says it.
        boolean isByRequest() {
            return !name.equals(PeerName.ANY);
        }
    }

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
    /// @param name that a request expects it to have
    public TlsClient forHost(String hostname, List<String> alpn, PeerName name) {
        List<String> said = material.tls().settings().alpn();
        var asked =
                new Asked(
                        name.isSent() ? name.text() : material.tls().serverNameFor(hostname),
                        said.isEmpty() ? alpn : said,
                        name);
        if (!asked.isByRequest()) {
            return made.computeIfAbsent(asked, maker);
        }
        if (named.size() >= MOST_NAMES && !named.containsKey(asked)) {
            named.keySet().stream().findAny().ifPresent(named::remove);
        }
        return named.computeIfAbsent(asked, maker);
    }

    boolean isReleased() {
        return made.values().stream().allMatch(TlsClient::isReleased);
    }

    void release() {
        made.values().forEach(TlsClient::release);
    }
}

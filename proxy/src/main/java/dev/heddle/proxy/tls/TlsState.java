package dev.heddle.proxy.tls;

import java.util.Map;
import java.util.Optional;

/// What can be secured at one moment. Immutable.
///
/// @param servers by configuration; none where a secret has not come
/// @param clients by configuration; none where a secret has not come
public record TlsState(
        Map<DownstreamTls, TlsServer> servers, Map<UpstreamTls, TlsClients> clients) {

    /// Nothing.
    public static final TlsState EMPTY = new TlsState(Map.of(), Map.of());

    public TlsState {
        servers = Map.copyOf(servers);
        clients = Map.copyOf(clients);
    }

    /// For connections of clients; empty when a secret has not come.
    public Optional<TlsServer> server(DownstreamTls tls) {
        return Optional.ofNullable(servers.get(tls));
    }

    /// For connections to hosts; empty when a secret has not come.
    public Optional<TlsClients> clients(UpstreamTls tls) {
        return Optional.ofNullable(clients.get(tls));
    }

    /// Frees what another state has no longer. To be called when nobody begins a handshake with
    /// this state any more; those that began have their own hold.
    public void releaseAllBut(TlsState next) {
        servers.values().stream()
                .filter(server -> next.servers.values().stream().noneMatch(it -> it == server))
                .forEach(TlsServer::release);
        clients.values().stream()
                .filter(client -> next.clients.values().stream().noneMatch(it -> it == client))
                .forEach(TlsClients::release);
    }

    /// Whether all of it is freed and no connection holds on to it.
    public boolean isReleased() {
        return servers.values().stream().allMatch(TlsServer::isReleased)
                && clients.values().stream().allMatch(TlsClients::isReleased);
    }
}

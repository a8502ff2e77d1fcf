package dev.heddle.proxy.sim;

import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;

/// A server that a test speaks for. It takes every connection and answers only what it is told to.
public final class SimUpstream {
    private final List<SimPeer> connections = new ArrayList<>();
    private final List<Channel> servers = new ArrayList<>();

    void add(SimPeer connection) {
        connections.add(connection);
    }

    void listening(Channel server) {
        servers.add(server);
    }

    /// The connections so far, closed ones too.
    public List<SimPeer> connections() {
        return connections;
    }

    /// The last connection.
    public SimPeer last() {
        return connections.getLast();
    }

    /// Takes no connection any more: they are refused.
    public void stop() {
        servers.forEach(server -> {
            var _ = server.close();
        });
    }

    /// Lets connections hang: neither taken nor refused.
    public void hang() {
        servers.forEach(server -> server.config().setAutoRead(false));
    }
}

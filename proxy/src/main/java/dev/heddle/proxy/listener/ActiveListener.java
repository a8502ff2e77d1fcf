package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.connection.DownstreamConnection;
import dev.heddle.proxy.connection.HttpService;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.tcp.TcpConnection;
import dev.heddle.proxy.tcp.TcpService;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One listener on one worker: a socket, what is done with new connections, and those that it has.
@Confined("worker")
final class ActiveListener {
    /// What is done with a new connection.
    private sealed interface Service {
        record Http(HttpService service) implements Service {}

        record Tcp(TcpService service) implements Service {}
    }

    /// Hears nothing and says nothing: the connection was refused.
    private enum Refused implements WireHandler {
        REFUSED;

        @Override
        public void onBytes(ByteBuf bytes) {
            bytes.release();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed() {}
    }

    private final WorkerServices services;
    private final ConnectionLimit limit;
    private final Set<ClientConnection> connections = new HashSet<>();
    private Service service;
    private @Nullable ListenSocket socket;
    private boolean isClosed;

    ActiveListener(WorkerServices services, ConnectionLimit limit, ListenerConfig config) {
        this.services = services;
        this.limit = limit;
        this.service = service(config);
    }

    /// It listens.
    void onListening(ListenSocket listening) {
        if (isClosed) {
            listening.close();
        } else {
            socket = listening;
        }
    }

    /// Serves new connections by another configuration. Those that it has end with their exchanges.
    void update(ListenerConfig config) {
        service = service(config);
        connections.forEach(ClientConnection::drain);
    }

    /// Stops accepting. What it has ends with its exchanges.
    void drain() {
        isClosed = true;
        if (socket != null) {
            socket.close();
            socket = null;
        }
        connections.forEach(ClientConnection::drain);
    }

    /// Ends the connections without an exchange.
    void closeIdle() {
        for (ClientConnection connection : Set.copyOf(connections)) {
            connection.closeWhenIdle();
        }
    }

    /// Ends everything.
    void close() {
        drain();
        for (ClientConnection connection : Set.copyOf(connections)) {
            connection.close();
        }
    }

    /// How many connections it has.
    int size() {
        return connections.size();
    }

    WireHandler accept(Wire wire) {
        if (isClosed || !limit.tryAcquire()) {
            wire.reset();
            return Refused.REFUSED;
        }
        return switch (service) {
            case Service.Http(HttpService http) -> {
                var connection =
                        new DownstreamConnection(
                                http, wire, gone -> onGone(new ClientConnection.Http(gone)));
                connections.add(new ClientConnection.Http(connection));
                yield connection.wireHandler();
            }
            case Service.Tcp(TcpService tcp) -> {
                var connection =
                        new TcpConnection(
                                tcp, wire, gone -> onGone(new ClientConnection.Tcp(gone)));
                connections.add(new ClientConnection.Tcp(connection));
                connection.start();
                yield connection;
            }
        };
    }

    private void onGone(ClientConnection connection) {
        connections.remove(connection);
        limit.release();
    }

    private Service service(ListenerConfig config) {
        FilterChainConfig chain = config.chain();
        return switch (chain.handling()) {
            case FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager) ->
                    new Service.Http(
                            new HttpService(
                                    services.context(),
                                    manager,
                                    services.routes(manager.routes()),
                                    services.exchangeLog(config, manager),
                                    config.bufferLimitBytes(),
                                    config.name(),
                                    chain.name()));
            case FilterChainConfig.Handling.Tcp(TcpProxyConfig proxy) ->
                    new Service.Tcp(
                            new TcpService(
                                    services.context(),
                                    proxy,
                                    services.connectionLog(config, proxy),
                                    config.bufferLimitBytes(),
                                    config.name(),
                                    chain.name()));
        };
    }
}

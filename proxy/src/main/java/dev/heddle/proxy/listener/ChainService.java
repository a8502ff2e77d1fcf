package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ConnectionLimitConfig;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.connection.HttpService;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.ListenerDrain;
import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.tcp.TcpConnection;
import dev.heddle.proxy.tcp.TcpService;
import dev.heddle.proxy.tls.TlsServer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A filter chain as one worker runs it.
///
/// @param config what it does
/// @param limit on its connections, over all workers
/// @param security how its connections are secured; empty for plain ones
/// @param service what its connections share
record ChainService(
        FilterChainConfig config,
        Optional<Limit> limit,
        Optional<Security> security,
        Service service) {

    /// How many connections it takes.
    record Limit(ConnectionLimitConfig config, ConnectionLimit count) {}

    /// How a connection is secured before.
    ///
    /// @param server gives what to do it with; null when a secret has not come
    /// @param limit how long it may take
    record Security(Supplier<@Nullable TlsServer> server, Duration limit, HandshakeLog log) {}

    /// What is done with a connection.
    sealed interface Service {
        record Http(HttpService service) implements Service {}

        record Tcp(TcpService service) implements Service {}

        /// @param listener for datagrams, by whose names questions are answered
        record Names(String listener) implements Service {}
    }

    static ChainService of(
            WorkerServices services,
            ListenerConfig listener,
            FilterChainConfig chain,
            ChainLimits limits) {
        return new ChainService(
                chain,
                chain.limit()
                        .flatMap(limit -> limits.of(chain).map(count -> new Limit(limit, count))),
                chain.tls()
                        .map(tls ->
                                new Security(
                                        services.tls(tls),
                                        chain.handshakeTimeout(),
                                        services.handshakeLog(listener))),
                service(services, listener, chain));
    }

    /// Has the log tell of a connection of which there may be no more at once; a log of requests
    /// has nothing to tell.
    void tellTooMany(Wire client) {
        if (service instanceof Service.Tcp(TcpService tcp)) {
            TcpConnection.tooMany(tcp, client);
        }
    }

    /// It goes, and with it its connections.
    void begin(Drain drain) {
        if (service instanceof Service.Http(HttpService http)) {
            http.drain().begin(drain);
        }
    }

    /// What the proxy stops doing for clients of this listener.
    static Published<OverloadState> overload(WorkerServices services, ListenerConfig listener) {
        return listener.bypassesOverload()
                ? new Published<>(OverloadState.NONE)
                : services.context().overload();
    }

    private static Service service(
            WorkerServices services, ListenerConfig listener, FilterChainConfig chain) {
        return switch (chain.handling()) {
            case FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager) ->
                    new Service.Http(
                            new HttpService(
                                    services.context(),
                                    manager,
                                    services.routes(manager.routes()),
                                    services.exchangeLog(listener, manager),
                                    listener.bufferLimitBytes(),
                                    listener.name(),
                                    chain.name(),
                                    new ListenerDrain(
                                            services.context().drains(),
                                            listener.direction()
                                                    == ListenerConfig.Direction.INBOUND,
                                            listener.drainsWhenFailing()),
                                    overload(services, listener),
                                    listener.facts(chain),
                                    services.tracer(listener, manager)));
            case FilterChainConfig.Handling.Tcp(TcpProxyConfig proxy) ->
                    new Service.Tcp(
                            new TcpService(
                                    services.context(),
                                    proxy,
                                    chain.guards(),
                                    services.connectionLog(listener, proxy),
                                    listener.bufferLimitBytes(),
                                    listener.name(),
                                    chain.name(),
                                    chain.rule().orElse(null),
                                    listener.facts(chain)));
            case FilterChainConfig.Handling.Names(String names) -> new Service.Names(names);
        };
    }
}

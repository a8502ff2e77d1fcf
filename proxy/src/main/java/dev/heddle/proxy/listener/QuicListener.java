package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.FilterChainMatcher;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.connection.HttpService;
import dev.heddle.proxy.connection.QuicDownstreamConnection;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.quic.ConnectionIds;
import dev.heddle.proxy.quic.QuicConnection;
import dev.heddle.proxy.quic.QuicEndpoint;
import dev.heddle.proxy.quic.QuicSettings;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicSslContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One listener for QUIC on one worker: its sockets, and the connections of clients that it has.
///
/// Its sockets stay as long as it has connections, as these have no sockets of their own.
@Confined("worker")
final class QuicListener implements ConnectionListener {
    /// Of connections that are refused (RFC 9114, section 8.1).
    private static final long EXCESSIVE_LOAD = 0x107;

    private static final long NO_ERROR = 0x100;

    private static final List<String> HTTP_3 = List.of("h3");

    private final WorkerServices services;
    private final Worker worker;
    private final ConnectionLimit limit;
    private final DrainPlan plan;
    private final QuicPeers peers;
    private final ServedConnections served;
    private final ListenerChains chains;
    private final List<Port> ports = new ArrayList<>();
    private ListenerConfig config;
    private ListenerLog log;
    private Published<OverloadState> overload;
    private boolean isAccepting = true;
    private boolean isStopped;
    private boolean isClosed;

    QuicListener(
            WorkerServices services,
            ConnectionLimit limit,
            DrainPlan plan,
            QuicPeers peers,
            ListenerConfig config,
            ChainLimits limits) {
        this.services = services;
        this.worker = services.context().worker();
        this.limit = config.binding().isExempt() ? ConnectionLimit.none() : limit;
        this.plan = plan;
        this.peers = peers;
        this.served = new ServedConnections(worker);
        this.chains = new ListenerChains(services, config, limits);
        this.config = config;
        this.log = services.listenerLog(config);
        this.overload = ChainService.overload(services, config);
    }

    @Override
    public ListenerConfig config() {
        return config;
    }

    @Override
    public void update(ListenerConfig next, ChainLimits limits) {
        chains.update(config, next, limits);
        config = next;
        log = services.listenerLog(next);
        overload = ChainService.overload(services, next);
        Set<ChainService> present = chains.present();
        served.drain(plan, chain -> !present.contains(chain));
    }

    @Override
    public void setAccepting(boolean on) {
        isAccepting = on;
    }

    @Override
    public void stop() {
        isStopped = true;
        closeIfDone();
    }

    @Override
    public void drain(DrainPlan how) {
        served.drain(how, _ -> true);
        stop();
    }

    @Override
    public void onTimeouts() {
        served.onTimeouts();
    }

    @Override
    public void onProxyDrain(Drain drain) {
        served.ask(drain);
    }

    @Override
    public void closeIdle() {
        List.copyOf(served.all()).forEach(ClientConnection::closeWhenIdle);
    }

    @Override
    public void close() {
        isStopped = true;
        isClosed = true;
        List.copyOf(served.all()).forEach(ClientConnection::close);
        ports.forEach(Port::close);
        ports.clear();
    }

    private void closeIfDone() {
        if (isStopped && served.size() == 0) {
            close();
        }
    }

    @Override
    public int size() {
        return served.size();
    }

    /// Whether it is gone, sockets and all.
    boolean isClosed() {
        return isClosed;
    }

    /// A socket of it.
    Port port() {
        return new Port();
    }

    @Confined("worker")
    final class Port implements DatagramSocketOwner, QuicEndpoint.Owner {
        private @Nullable Datagrams socket;
        private @Nullable QuicEndpoint endpoint;

        @Override
        public void onListening(Datagrams bound) {
            if (isClosed) {
                bound.close();
                return;
            }
            socket = bound;
            endpoint =
                    new QuicEndpoint(
                            worker,
                            config.quic().orElse(QuicSettings.USUAL),
                            bound,
                            peers.tokens(),
                            new ConnectionIds(worker.index()),
                            this);
            peers.add(worker, bound.address(), this);
            ports.add(this);
        }

        void close() {
            if (endpoint != null) {
                endpoint.close();
            }
            if (socket != null) {
                peers.remove(worker, socket.address());
                socket.close();
            }
        }

        @Override
        public void onDatagram(ByteBuf bytes, InetSocketAddress from) {
            int whose = ConnectionIds.worker(bytes);
            if (whose >= 0 && whose != worker.index() && socket != null) {
                peers.pass(whose, socket.address(), bytes, from);
            } else {
                take(bytes, from);
            }
        }

        /// Takes a datagram, whatever worker it came in at.
        void take(ByteBuf bytes, InetSocketAddress from) {
            if (endpoint == null) {
                bytes.release();
            } else {
                endpoint.onDatagram(bytes, from);
            }
        }

        @Override
        public @Nullable QuicSslContext first() {
            if (isStopped || (!isAccepting && !config.bypassesOverload())) {
                return null;
            }
            for (ChainService chain : chains.all()) {
                TlsServer tls = chain.security().map(it -> it.server().get()).orElse(null);
                if (tls != null) {
                    return tls.quic();
                }
            }
            return null;
        }

        @Override
        public @Nullable QuicSslContext context(
                InetSocketAddress remote, InetSocketAddress local, String serverName) {
            Optional<ChainService> chain = chains.choose(facts(remote, local, serverName));
            if (chain.isEmpty()) {
                log.count(ListenerStat.NO_FILTER_CHAIN_MATCH);
                return null;
            }
            TlsServer tls = chain.get().security().map(it -> it.server().get()).orElse(null);
            return tls == null ? null : tls.quic();
        }

        @Override
        public void onConnected(QuicConnection connection) {
            accept(connection);
        }

        @Override
        public void onNotConnected(InetSocketAddress remote, String why) {
            chains.all().stream()
                    .flatMap(chain -> chain.security().stream())
                    .findFirst()
                    .ifPresent(it -> it.log().notSecured(failure(why), remote));
        }
    }

    private static TlsFailure failure(String why) {
        return new TlsFailure(Optional.empty(), "TLS_error: " + why);
    }

    private static FilterChainMatcher.Connection facts(
            InetSocketAddress remote, InetSocketAddress local, String serverName) {
        return new FilterChainMatcher.Connection(local, remote, remote, serverName, "quic", HTTP_3);
    }

    private void accept(QuicConnection connection) {
        OverloadState state = overload.get();
        if (state.strikes(OverloadAction.REJECT_INCOMING_CONNECTIONS, worker.random())
                || state.strikes(OverloadAction.TCP_LISTENER_ACCEPT, worker.random())) {
            log.count(ListenerStat.DOWNSTREAM_CX_OVERLOAD_REJECT);
            connection.close(EXCESSIVE_LOAD, "overloaded");
            return;
        }
        Optional<ChainService> chosen =
                chains.choose(
                        facts(connection.remote(), connection.local(), connection.serverName()));
        if (chosen.isEmpty()
                || !(chosen.get().service() instanceof ChainService.Service.Http(HttpService http))
                || chosen.get().security().isEmpty()) {
            connection.close(NO_ERROR, "nobody serves it any more");
            return;
        }
        ChainService chain = chosen.get();
        ChainService.Security security = chain.security().get();
        TlsServer tls = security.server().get();
        if (tls == null || !limit.tryAcquire()) {
            if (tls != null) {
                log.count(ListenerStat.DOWNSTREAM_GLOBAL_CX_OVERFLOW);
            }
            connection.close(EXCESSIVE_LOAD, "too many connections");
            return;
        }
        if (chain.limit().isPresent()) {
            ChainService.Limit most = chain.limit().get();
            boolean isTaken = most.count().tryAcquire();
            log.limited(most.config().statPrefix(), isTaken);
            if (!isTaken) {
                limit.release();
                connection.close(EXCESSIVE_LOAD, "too many connections");
                return;
            }
        }
        TlsSession session = tls.session(connection.engine(), connection.serverName());
        security.log().secured(session);
        var serving =
                new QuicDownstreamConnection(
                        http, connection, session, gone -> onGone(new ClientConnection.Http(gone)));
        served.add(new ClientConnection.Http(serving), chain);
    }

    private void onGone(ClientConnection connection) {
        ChainService chain = served.remove(connection);
        limit.release();
        if (chain != null) {
            chain.limit()
                    .ifPresent(most -> {
                        most.count().release();
                        log.limitedEnded(most.config().statPrefix());
                    });
        }
        closeIfDone();
    }
}

package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.connection.DownstreamConnection;
import dev.heddle.proxy.connection.HttpService;
import dev.heddle.proxy.dns.NameConnection;
import dev.heddle.proxy.dns.NameServer;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tcp.TcpConnection;
import dev.heddle.proxy.tcp.TcpService;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tls.TlsServer;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One listener on one worker: its sockets, what is done with new connections, and those that it
/// has.
///
/// ```
///   accept ──▶ listener filters look ──▶ filter chain chosen ──▶ (TLS ──▶) HTTP, or TCP
///                 │                          └──none──▶ closed
///                 └──made to another listener's address──▶ that listener's filters
/// ```
@Confined("worker")
final class ActiveListener implements ConnectionListener {
    private final WorkerServices services;
    private final Worker worker;
    private final ConnectionLimit limit;
    private final Handshakes handshakes;
    private final DrainPlan plan;
    private final OtherListeners others;
    private final Set<ClientConnection> pending = new HashSet<>();
    private final ServedConnections served;
    private final List<ListenSocket> sockets = new ArrayList<>();
    private final ListenerChains chains;
    private ListenerConfig config;
    private ListenerLog log;
    private ArrivalLog ends;
    private Published<OverloadState> overload;
    private @Nullable ServerFirst serverFirst;
    private boolean isClosed;
    private boolean isAccepting = true;

    /// @param limit on client connections of the whole proxy
    /// @param handshakes of the worker
    /// @param plan for connections whose filter chain is gone
    ActiveListener(
            WorkerServices services,
            ConnectionLimit limit,
            Handshakes handshakes,
            DrainPlan plan,
            OtherListeners others,
            ListenerConfig config,
            ChainLimits limits) {
        this.services = services;
        this.worker = services.context().worker();
        this.served = new ServedConnections(worker);
        this.limit = config.binding().isExempt() ? ConnectionLimit.none() : limit;
        this.handshakes = handshakes;
        this.plan = plan;
        this.others = others;
        this.config = config;
        this.log = services.listenerLog(config);
        this.ends = new ArrivalLog(worker, config, log);
        this.overload = ChainService.overload(services, config);
        this.serverFirst = config.filters().detection().map(ServerFirst::new).orElse(null);
        this.chains = new ListenerChains(services, config, limits);
    }

    @Override
    public ListenerConfig config() {
        return config;
    }

    /// It listens, on one socket more.
    void onListening(ListenSocket listening) {
        if (isClosed) {
            listening.close();
        } else {
            sockets.add(listening);
            listening.setAccepting(isAccepting || config.bypassesOverload());
        }
    }

    @Override
    public void setAccepting(boolean on) {
        isAccepting = on;
        for (ListenSocket socket : sockets) {
            socket.setAccepting(on || config.bypassesOverload());
        }
    }

    @Override
    public void update(ListenerConfig next, ChainLimits limits) {
        chains.update(config, next, limits);
        config = next;
        log = services.listenerLog(next);
        ends = new ArrivalLog(worker, next, log);
        overload = ChainService.overload(services, next);
        ServerFirst before = serverFirst;
        serverFirst =
                next.filters()
                        .detection()
                        .map(wanted ->
                                before != null && before.config().equals(wanted)
                                        ? before
                                        : new ServerFirst(wanted))
                        .orElse(null);
        Set<ChainService> present = chains.present();
        served.drain(plan, chain -> !present.contains(chain));
    }

    @Override
    public void drain(DrainPlan how) {
        isClosed = true;
        stop();
        served.drain(how, _ -> true);
    }

    @Override
    public void stop() {
        sockets.forEach(ListenSocket::close);
        sockets.clear();
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
        all().forEach(ClientConnection::closeWhenIdle);
    }

    @Override
    public void close() {
        isClosed = true;
        stop();
        all().forEach(ClientConnection::close);
    }

    private List<ClientConnection> all() {
        var all = new ArrayList<>(served.all());
        all.addAll(pending);
        return all;
    }

    @Override
    public int size() {
        return served.size() + pending.size();
    }

    /// Takes a new connection of one of its sockets.
    WireHandler accept(Wire wire) {
        OverloadState state = overload.get();
        boolean isRejected =
                state.strikes(OverloadAction.REJECT_INCOMING_CONNECTIONS, worker.random())
                        || state.strikes(OverloadAction.TCP_LISTENER_ACCEPT, worker.random());
        if (isRejected) {
            log.count(ListenerStat.DOWNSTREAM_CX_OVERLOAD_REJECT);
        }
        if (isClosed || isRejected) {
            wire.reset();
            return refused(wire, Duration.ZERO);
        }
        if (!limit.tryAcquire()) {
            log.count(ListenerStat.DOWNSTREAM_GLOBAL_CX_OVERFLOW);
            wire.reset();
            return refused(wire, Duration.ZERO);
        }
        var arrival = new Arrival(wire, config.binding().isTransparent());
        arrival.begin(worker.epochNanos(), worker.nanos());
        return begin(arrival);
    }

    /// Lets the listener filters look, if there are any.
    private WireHandler begin(Arrival arrival) {
        if (config.filters().filters().isEmpty()) {
            return serve(arrival);
        }
        var peeked =
                new PeekedConnection(worker, arrival, config.filters(), log, new PeekOutcome());
        if (peeked.begin(config.filters().timeout().toNanos())) {
            return serve(arrival);
        }
        pending.add(new ClientConnection.Peeked(peeked));
        return peeked;
    }

    private final class PeekOutcome implements PeekedConnection.Outcome {
        @Override
        public void onKnown(PeekedConnection connection, ByteBuf bytes) {
            pending.remove(new ClientConnection.Peeked(connection));
            Arrival arrival = connection.arrival();
            if (!bytes.isReadable()) {
                arrival.onUnheard();
            }
            WireHandler server = serve(arrival);
            arrival.abandonProbe();
            arrival.wire().handOver(server, bytes);
        }

        @Override
        public boolean isKnown(PeekedConnection connection) {
            Arrival arrival = connection.arrival();
            ServerFirst memory = serverFirst;
            if (memory == null || !memory.skips(arrival.wire().local(), worker.nanos())) {
                return false;
            }
            log.count(ListenerStat.SERVER_FIRST_SKIPPED);
            arrival.onUnheard();
            return true;
        }

        @Override
        public void onSilent(PeekedConnection connection) {
            probe(connection);
        }

        @Override
        public void onLost(PeekedConnection connection) {
            pending.remove(new ClientConnection.Peeked(connection));
            connection.arrival().abandonProbe();
            ends.lost(connection.arrival());
            limit.release();
        }
    }

    /// The client waits: connects to the server that its bytes would go to if they are nothing that
    /// is known, to see whether that speaks first.
    private void probe(PeekedConnection peeked) {
        Arrival arrival = peeked.arrival();
        ChainService chain = chains.choose(arrival.facts()).orElse(null);
        boolean isElsewhere = config.binding().handsOver() && arrival.isRestored();
        if (chain == null
                || isElsewhere
                || chain.security().isPresent()
                || !(chain.service() instanceof ChainService.Service.Tcp(TcpService tcp))
                || tcp.config().tunneling().isPresent()) {
            return;
        }
        log.count(ListenerStat.SERVER_FIRST_PROBES);
        TcpConnection connection = tcp(tcp, arrival);
        arrival.onProbe(tcp, connection);
        connection.hear(firstWord(arrival));
        connection.probe(peeked::conclude);
    }

    private TcpConnection tcp(TcpService tcp, Arrival arrival) {
        var connection =
                new TcpConnection(
                        tcp,
                        arrival.wire(),
                        arrival.client(),
                        gone -> onGone(new ClientConnection.Tcp(gone)));
        connection.asks(arrival.serverName());
        return connection;
    }

    /// Learns from who speaks first on a connection that was served unheard.
    private TcpConnection.FirstWord firstWord(Arrival arrival) {
        ServerFirst memory = serverFirst;
        InetSocketAddress destination = arrival.wire().local();
        return isServer -> {
            if (memory == null) {
                return;
            }
            if (!isServer && memory.forget(destination)) {
                log.count(ListenerStat.SERVER_FIRST_FORGOTTEN);
            } else if (isServer && memory.learn(destination, worker.nanos())) {
                log.count(ListenerStat.SERVER_FIRST_LEARNED);
            }
        };
    }

    /// What was learned of its destinations.
    List<ServerFirst.Learned> learned() {
        return serverFirst == null ? List.of() : serverFirst.learned(worker.nanos());
    }

    /// The filters are done: chooses who serves the connection.
    private WireHandler serve(Arrival arrival) {
        if (config.binding().handsOver() && arrival.isRestored()) {
            ActiveListener other = others.at().apply(arrival.wire().local());
            if (other != null && other != this) {
                limit.release();
                return other.take(arrival);
            }
        }
        Optional<ChainService> chosen = chains.choose(arrival.facts());
        if (chosen.isEmpty()) {
            log.count(ListenerStat.NO_FILTER_CHAIN_MATCH);
            ends.unmatched(arrival);
            limit.release();
            return refused(arrival.wire(), Duration.ZERO);
        }
        return serve(arrival, chosen.get());
    }

    /// Takes a connection from another listener, which was made to an address of this one.
    private WireHandler take(Arrival arrival) {
        if (isClosed || !limit.tryAcquire()) {
            return refused(arrival.wire(), Duration.ZERO);
        }
        return begin(arrival.again());
    }

    private WireHandler serve(Arrival arrival, ChainService chain) {
        if (chain.limit().isPresent()) {
            ChainService.Limit most = chain.limit().get();
            boolean isTaken = most.count().tryAcquire();
            log.limited(most.config().statPrefix(), isTaken);
            if (!isTaken) {
                limit.release();
                chain.tellTooMany(arrival.wire());
                ends.tooMany(arrival, chain);
                return refused(arrival.wire(), most.config().delay());
            }
        }
        return chain.security().isPresent()
                ? handshake(arrival, chain, chain.security().get())
                : serveSecured(arrival, chain);
    }

    /// Nobody serves the connection before it is secured.
    private WireHandler handshake(
            Arrival arrival, ChainService chain, ChainService.Security security) {
        Wire wire = arrival.wire();
        TlsServer tls = security.server().get();
        if (tls == null) {
            security.log().notSecured(TlsFailure.NO_SECRET, wire.remote());
            onNotSecured(arrival, chain, TlsFailure.NO_SECRET);
            release(chain);
            return refused(wire, Duration.ZERO);
        }
        var handshake =
                new TlsHandshake(
                        worker,
                        wire,
                        tls,
                        handshakes,
                        security.log(),
                        new TlsHandshake.Outcome() {
                            @Override
                            public WireHandler onSecured(TlsHandshake done) {
                                served.remove(new ClientConnection.Unsecured(done));
                                return serveSecured(arrival, chain);
                            }

                            @Override
                            public void onNotSecured(TlsFailure failure) {
                                ActiveListener.this.onNotSecured(arrival, chain, failure);
                            }

                            @Override
                            public void onGone(TlsHandshake gone) {
                                ActiveListener.this.onGone(new ClientConnection.Unsecured(gone));
                            }
                        });
        if (!handshake.begin(security.limit())) {
            security.log().notSecured(TlsFailure.OVERLOADED, wire.remote());
            onNotSecured(arrival, chain, TlsFailure.OVERLOADED);
            release(chain);
            wire.reset();
            return refused(wire, Duration.ZERO);
        }
        served.add(new ClientConnection.Unsecured(handshake), chain);
        return handshake;
    }

    /// A TCP proxy logs connections, so it logs those that came no further, too; an HTTP connection
    /// manager logs requests, of which there was none.
    private void onNotSecured(Arrival arrival, ChainService chain, TlsFailure failure) {
        ends.notSecured(arrival, chain, failure);
        switch (chain.service()) {
            case ChainService.Service.Http _, ChainService.Service.Names _ -> {
                // Counted and, where it matters, told by the handshake's log.
            }
            case ChainService.Service.Tcp(TcpService tcp) ->
                    TcpConnection.refused(tcp, arrival.wire(), failure.why());
        }
    }

    private WireHandler serveSecured(Arrival arrival, ChainService chain) {
        return switch (chain.service()) {
            case ChainService.Service.Http(HttpService http) -> {
                var connection =
                        new DownstreamConnection(
                                http,
                                arrival.wire(),
                                arrival.client(),
                                gone -> {
                                    ends.served(arrival, chain);
                                    onGone(new ClientConnection.Http(gone));
                                });
                served.add(new ClientConnection.Http(connection), chain);
                yield connection.wireHandler();
            }
            case ChainService.Service.Tcp(TcpService tcp) -> {
                TcpConnection probed = arrival.takeProbe(tcp);
                TcpConnection connection = probed == null ? tcp(tcp, arrival) : probed;
                served.add(new ClientConnection.Tcp(connection), chain);
                if (probed == null && arrival.isUnheard()) {
                    connection.hear(firstWord(arrival));
                }
                connection.start();
                yield connection;
            }
            case ChainService.Service.Names(String listener) -> {
                NameServer server = others.names().apply(listener);
                if (server == null) {
                    release(chain);
                    yield refused(arrival.wire(), Duration.ZERO);
                }
                var connection =
                        new NameConnection(
                                server,
                                arrival.wire(),
                                gone -> {
                                    ends.served(arrival, chain);
                                    onGone(new ClientConnection.Names(gone));
                                });
                served.add(new ClientConnection.Names(connection), chain);
                yield connection;
            }
        };
    }

    private WireHandler refused(Wire wire, Duration delay) {
        var connection =
                new RefusedConnection(
                        worker,
                        wire,
                        delay,
                        gone -> pending.remove(new ClientConnection.Refused(gone)));
        pending.add(new ClientConnection.Refused(connection));
        return connection;
    }

    private void onGone(ClientConnection connection) {
        ChainService chain = served.remove(connection);
        if (chain == null) {
            limit.release();
        } else {
            release(chain);
        }
    }

    private void release(ChainService chain) {
        limit.release();
        chain.limit()
                .ifPresent(most -> {
                    most.count().release();
                    log.limitedEnded(most.config().statPrefix());
                });
    }
}

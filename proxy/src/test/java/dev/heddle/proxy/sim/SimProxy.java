package dev.heddle.proxy.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Binding;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChains;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Codec;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.EscapedSlashes;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Http1;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Limits;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Paths;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Routes;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.ServerHeader;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.StripPort;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Timeouts;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilters;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.listener.Listeners;
import dev.heddle.proxy.listener.WorkerServices;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.xds.wire.Any;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One proxy with one worker, its clients and upstreams, in one thread and virtual time.
///
/// Closing it closes every connection and asserts that no byte of any buffer, no exchange and no
/// connection is left, and that nothing went wrong that the proxy calls a bug.
public final class SimProxy implements AutoCloseable {
    public static final InetSocketAddress ADDRESS = new InetSocketAddress("10.0.0.1", 8080);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final Worker worker =
            new Worker(
                    0,
                    loop,
                    Transport.LOCAL,
                    ticker,
                    () -> START.plusNanos(ticker.nanoTime()),
                    new SplittableRandom(7),
                    allocator);
    private final Http2Loop loop2 = new Http2Loop(worker);
    private final Map<String, SimCluster> clusters = new HashMap<>();
    private final SimRoutes routes = new SimRoutes();
    private final SimLog log = new SimLog();
    private final List<SimPeer> peers = new ArrayList<>();
    private final List<Channel> servers = new ArrayList<>();
    private final Listeners listeners =
            new Listeners(
                    Workers.of(worker),
                    _ -> new Services(),
                    ConnectionLimit.none(),
                    DrainPlan.immediate(Duration.ofSeconds(60)));

    private final class Services implements WorkerServices {
        @Override
        public FilterContext context() {
            return SimProxy.this.context();
        }

        @Override
        public Supplier<@Nullable RouteTable> routes(Routes from) {
            return () -> routes;
        }

        @Override
        public ExchangeLog exchangeLog(
                ListenerConfig listener, HttpConnectionManagerConfig manager) {
            return log;
        }

        @Override
        public Supplier<@Nullable TlsServer> tls(DownstreamTls asked) {
            return () -> null;
        }

        @Override
        public FilterStats filterStats(String kind, String prefix) {
            throw new UnsupportedOperationException("datagrams");
        }

        @Override
        public HandshakeLog handshakeLog(ListenerConfig listener) {
            throw new UnsupportedOperationException("TLS");
        }

        @Override
        public ListenerLog listenerLog(ListenerConfig listener) {
            return log;
        }

        @Override
        public ConnectionLog connectionLog(ListenerConfig listener, TcpProxyConfig proxy) {
            return log;
        }
    }

    /// A proxy as Envoy's defaults make it.
    public static SimProxy http() {
        return http(UnaryOperator.identity());
    }

    /// A proxy with some settings changed.
    public static SimProxy http(UnaryOperator<HttpConnectionManagerConfig> change) {
        return new SimProxy(httpListener(change));
    }

    public static SimProxy tcp(TcpProxyConfig config) {
        return new SimProxy(
                listener(
                        FilterChainConfig.of("chain", new FilterChainConfig.Handling.Tcp(config))));
    }

    private SimProxy(ListenerConfig listener) {
        apply(listener);
    }

    public static ListenerConfig httpListener(UnaryOperator<HttpConnectionManagerConfig> change) {
        return listener(
                FilterChainConfig.of(
                        "chain", new FilterChainConfig.Handling.Http(change.apply(manager()))));
    }

    private static ListenerConfig listener(FilterChainConfig chain) {
        return listener(ListenerFilters.NONE, FilterChains.one(chain));
    }

    /// A listener at [#ADDRESS].
    public static ListenerConfig listener(ListenerFilters filters, FilterChains chains) {
        return new ListenerConfig(
                "main",
                Binding.to(ADDRESS),
                filters,
                chains,
                ListenerConfig.Direction.UNSPECIFIED,
                64 * 1024,
                "");
    }

    /// A proxy with one listener.
    public static SimProxy of(ListenerConfig listener) {
        return new SimProxy(listener);
    }

    private static HttpConnectionManagerConfig manager() {
        return new HttpConnectionManagerConfig(
                "test",
                new Routes.Named("routes", Duration.ZERO),
                List.of(spec(HttpFilters.ALL.getFirst())),
                List.of(),
                new Identity(
                        false, 0, false, "", ServerHeader.OVERWRITE, "envoy", true, false, false),
                new Paths(false, false, EscapedSlashes.KEEP_UNCHANGED, StripPort.NONE, false),
                Timeouts.ENVOY,
                Limits.ENVOY,
                Codec.AUTO,
                new Http1(false, Optional.empty(), true, List.of()),
                Http2Options.USUAL);
    }

    private static <C> FilterSpec<C> spec(HttpFilterType<C> type) {
        return new FilterSpec<>("router", type, type.parse(Any.getDefaultInstance()));
    }

    /// The same with another name for its server.
    public static HttpConnectionManagerConfig named(HttpConnectionManagerConfig config) {
        Identity usual = config.identity();
        return new HttpConnectionManagerConfig(
                config.statPrefix(),
                config.routes(),
                config.filters(),
                config.accessLogs(),
                new Identity(
                        usual.useRemoteAddress(),
                        usual.xffTrustedHops(),
                        usual.skipXffAppend(),
                        usual.via(),
                        usual.server(),
                        "other",
                        usual.generateRequestId(),
                        usual.preserveExternalRequestId(),
                        usual.requestIdInResponse()),
                config.paths(),
                config.timeouts(),
                config.limits(),
                config.codec(),
                config.http1(),
                config.http2());
    }

    /// Replaces the listener.
    public void apply(ListenerConfig listener) {
        var outcome = listeners.apply(List.of(listener));
        settle();
        assertThat(outcome).isCompletedWithValue(List.of());
    }

    /// What the worker owns, for those that make requests of their own.
    public FilterContext context() {
        return new FilterContext(worker, clusters::get, loop2);
    }

    public SimRoutes routes() {
        return routes;
    }

    public SimLog log() {
        return log;
    }

    public Listeners listeners() {
        return listeners;
    }

    public SimCluster cluster(ClusterSettings settings) {
        var cluster = new SimCluster(settings);
        clusters.put(settings.name(), cluster);
        return cluster;
    }

    /// A route for everything to one upstream, timeout 15 s.
    public SimUpstream upstream() {
        return upstream(UpstreamProtocol.Http1.USUAL);
    }

    /// The same with an upstream that is spoken to in some version of HTTP.
    public SimUpstream upstream(UpstreamProtocol protocol) {
        var address = new InetSocketAddress("10.0.1.1", 80);
        cluster(ClusterSettings.named("echo").speaking(protocol)).host(address);
        routes.forward("/", "echo", Duration.ofSeconds(15));
        return upstream(address);
    }

    public SimUpstream upstream(InetSocketAddress address) {
        var upstream = new SimUpstream();
        var server =
                new ServerBootstrap()
                        .group(loop)
                        .channel(LocalServerChannel.class)
                        .childOption(ChannelOption.ALLOCATOR, allocator)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        SimPeer peer = peer(channel);
                                        upstream.add(peer);
                                        channel.pipeline().addLast(peer);
                                    }
                                });
        Channel listening = server.bind(local(address)).channel();
        servers.add(listening);
        upstream.listening(listening);
        settle();
        return upstream;
    }

    /// A client's connection to the proxy.
    public SimPeer client() {
        var client =
                new Bootstrap()
                        .group(loop)
                        .channel(LocalChannel.class)
                        .option(ChannelOption.ALLOCATOR, allocator)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(peer(channel));
                                    }
                                });
        int index = peers.size();
        var _ = client.connect(local(ADDRESS));
        settle();
        return peers.get(index);
    }

    private SimPeer peer(Channel channel) {
        var peer = new SimPeer(channel, this);
        peers.add(peer);
        return peer;
    }

    private static LocalAddress local(InetSocketAddress address) {
        return new LocalAddress(address.getHostString() + ":" + address.getPort());
    }

    /// Does everything that can be done without time passing.
    public void settle() {
        while (loop.runNow() > 0) {
            // Each turn may make work for the next.
        }
    }

    /// Lets time pass, with everything that happens meanwhile.
    public void advance(Duration duration) {
        settle();
        long left = duration.toNanos();
        long step = Math.max(1, Math.min(left / 20, TimeUnit.SECONDS.toNanos(1)));
        while (left > 0) {
            ticker.advance(Math.min(step, left), TimeUnit.NANOSECONDS);
            left -= step;
            settle();
        }
    }

    @Override
    public void close() {
        peers.forEach(SimPeer::close);
        var drained = listeners.drain(Duration.ofMillis(100));
        servers.forEach(server -> {
            var _ = server.close();
        });
        advance(Duration.ofMillis(300));
        assertThat(drained).isCompleted();
        assertThat(worker.bugs()).as("bugs").isZero();
        assertThat(log.unfinished()).as("exchanges that were not recorded").isZero();
        assertThat(log.openConnections()).as("connections left").isZero();
        clusters.values().forEach(SimProxy::assertNothingHeld);
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .as("bytes of buffers left")
                .isZero();
    }

    private static void assertNothingHeld(SimCluster cluster) {
        for (var resource : dev.heddle.proxy.upstream.Circuit.Resource.values()) {
            assertThat(cluster.circuit().used(resource)).as("held: " + resource).isZero();
        }
        cluster.hosts()
                .forEach(host -> assertThat(host.activeRequests()).as("requests left").isZero());
    }
}

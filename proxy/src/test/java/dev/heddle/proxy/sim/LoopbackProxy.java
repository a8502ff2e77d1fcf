package dev.heddle.proxy.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Binding;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChains;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilters;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.connection.ConnectionLimit;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.filter.FilterContext;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One proxy on real sockets and threads, for one upstream on the loopback.
public final class LoopbackProxy implements AutoCloseable {
    private final Workers workers;
    private final Listeners listeners;

    /// What each worker has for itself.
    private static final class Services implements WorkerServices {
        private final Worker worker;
        private final SimCluster cluster;
        private final SimRoutes routes;
        private final SimLog log = new SimLog();

        Services(Worker worker, int upstreamPort, UpstreamProtocol protocol) {
            this.worker = worker;
            this.cluster =
                    new SimCluster(ClusterSettings.named("echo").speaking(protocol))
                            .host(address(upstreamPort));
            this.routes = new SimRoutes().forward("/", "echo", Duration.ofSeconds(15));
        }

        @Override
        public FilterContext context() {
            return new FilterContext(
                    worker, name -> name.equals("echo") ? cluster : null, new Http2Loop(worker));
        }

        @Override
        public Supplier<@Nullable RouteTable> routes(HttpConnectionManagerConfig.Routes from) {
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

    private LoopbackProxy(
            Transport transport, int count, int upstreamPort, UpstreamProtocol protocol) {
        workers =
                Workers.start(
                        count,
                        transport,
                        InstantSource.system(),
                        seed -> new SplittableRandom(seed));
        listeners =
                new Listeners(
                        workers,
                        worker -> new Services(worker, upstreamPort, protocol),
                        ConnectionLimit.none(),
                        DrainPlan.gradual(Duration.ofSeconds(1)));
    }

    /// Starts one that serves HTTP.
    public static LoopbackProxy http(Transport transport, int workers, int upstreamPort) {
        return http(transport, workers, upstreamPort, UpstreamProtocol.Http1.USUAL);
    }

    /// Starts one that serves HTTP and speaks a version of it upstream.
    public static LoopbackProxy http(
            Transport transport, int workers, int upstreamPort, UpstreamProtocol protocol) {
        var proxy = new LoopbackProxy(transport, workers, upstreamPort, protocol);
        assertThat(proxy.apply(httpChain(), 0)).isEmpty();
        return proxy;
    }

    /// Starts one that passes bytes on.
    public static LoopbackProxy tcp(Transport transport, int upstreamPort) {
        var proxy = new LoopbackProxy(transport, 1, upstreamPort, UpstreamProtocol.Http1.USUAL);
        var config =
                new TcpProxyConfig(
                        "tcp",
                        List.of(new TcpProxyConfig.Target("echo", 1)),
                        Duration.ofHours(1),
                        1,
                        List.of());
        var chain = FilterChainConfig.of("chain", new FilterChainConfig.Handling.Tcp(config));
        assertThat(proxy.apply(chain, 0)).isEmpty();
        return proxy;
    }

    /// What goes wrong when one listens on that port.
    public static List<String> failures(Transport transport, int port) {
        try (var proxy = new LoopbackProxy(transport, 2, 1, UpstreamProtocol.Http1.USUAL)) {
            return proxy.apply(httpChain(), port);
        }
    }

    private static FilterChainConfig httpChain() {
        return SimProxy.httpListener(UnaryOperator.identity()).chains().matched().getFirst();
    }

    private List<String> apply(FilterChainConfig chain, int port) {
        return listeners
                .apply(
                        List.of(
                                new ListenerConfig(
                                        "main",
                                        Binding.to(address(port)),
                                        ListenerFilters.NONE,
                                        FilterChains.one(chain),
                                        ListenerConfig.Direction.UNSPECIFIED,
                                        ListenerConfig.BUFFER_LIMIT,
                                        "")))
                .join();
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public int port() {
        return listeners.address("main").orElseThrow().getPort();
    }

    @Override
    public void close() {
        listeners.drain(Duration.ofMillis(100)).join();
        workers.stop();
        workers.all().forEach(worker -> assertThat(worker.bugs()).as("bugs").isZero());
    }
}

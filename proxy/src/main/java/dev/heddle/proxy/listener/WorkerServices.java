package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.dns.NameMetrics;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tracing.Tracer;
import dev.heddle.telemetry.MeterView;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the listeners of one worker need of the rest of the proxy. Asked on the worker's thread
/// when a listener is made, not for each connection.
public interface WorkerServices {
    /// The worker with its clusters.
    FilterContext context();

    /// Gives the route table of the moment whenever it is asked, which is for each request; null
    /// before the first was received.
    Supplier<@Nullable RouteTable> routes(HttpConnectionManagerConfig.Routes routes);

    /// What new connections are secured with: gives that of this moment, null when a secret has not
    /// come.
    Supplier<@Nullable TlsServer> tls(DownstreamTls asked);

    /// Counts what only a filter knows, below `<kind>.<prefix>.`
    FilterStats filterStats(String kind, String prefix);

    /// The servers of names that the machine has.
    default List<InetSocketAddress> nameServers() {
        return List.of();
    }

    /// Counts questions for names under Istio's names.
    default NameMetrics nameMetrics() {
        return new NameMetrics(MeterView.WHOLE);
    }

    HandshakeLog handshakeLog(ListenerConfig listener);

    ExchangeLog exchangeLog(ListenerConfig listener, HttpConnectionManagerConfig manager);

    /// Who follows the requests of a connection manager; null for nobody.
    default @Nullable Tracer tracer(ListenerConfig listener, HttpConnectionManagerConfig manager) {
        return null;
    }

    ConnectionLog connectionLog(ListenerConfig listener, TcpProxyConfig proxy);

    ListenerLog listenerLog(ListenerConfig listener);
}

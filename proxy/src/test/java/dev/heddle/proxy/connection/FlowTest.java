package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.config.TcpProxyConfig.LogTiming;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Draining, changes of listeners, and TCP.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class FlowTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    private static final InetSocketAddress ECHO = new InetSocketAddress("10.0.1.1", 80);

    @Test
    void drainingLetsExchangesEndAndSaysSoToTheirClients() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer busy = sim.client().send(GET);
            SimPeer idle = sim.client().send(GET);
            echo.last().send(OK);
            idle.take();
            var drained = sim.listeners().drain(Duration.ofSeconds(10));
            sim.advance(Duration.ofMillis(100));
            assertThat(idle.isClosed()).isTrue();
            assertThat(busy.isClosed()).isFalse();
            assertThat(drained).isNotCompleted();
            assertThat(sim.client().isClosed()).isTrue();
            echo.connections().getFirst().send(OK);
            assertThat(busy.take()).contains("connection: close").endsWith("hi");
            sim.advance(Duration.ofMillis(100));
            assertThat(drained).isCompleted();
        }
    }

    @Test
    void drainingCutsOffWhatDoesNotEnd() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            SimPeer busy = sim.client().send(GET);
            var drained = sim.listeners().drain(Duration.ofSeconds(3));
            sim.advance(Duration.ofSeconds(2));
            assertThat(busy.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(2));
            assertThat(busy.isClosed()).isTrue();
            assertThat(drained).isCompleted();
        }
    }

    @Test
    void anUnchangedListenerKeepsItsConnectionsAndAChangedOneLetsThemEnd() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            client.take();
            sim.apply(SimProxy.httpListener(config -> config));
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).doesNotContain("connection: close").endsWith("hi");

            sim.apply(SimProxy.httpListener(SimProxy::named));
            assertThat(client.isClosed()).isFalse();
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).contains("connection: close", "server: envoy\r\n");
            SimPeer next = sim.client().send(GET);
            echo.last().send(OK);
            assertThat(next.take()).contains("server: other\r\n").doesNotContain("connection:");
        }
    }

    @Test
    void aTcpProxyPassesBytesBothWaysAndEndsWithEitherSide() {
        try (var sim = SimProxy.tcp(tcp())) {
            sim.cluster(ClusterSettings.named("echo")).host(ECHO);
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client = sim.client().send("hello");
            assertThat(echo.last().take()).isEqualTo("hello");
            echo.last().send("you");
            assertThat(client.take()).isEqualTo("you");
            echo.last().close();
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().lines()).containsExactly("tcp - 5/3");
        }
    }

    @Test
    void aTcpProxyClosesWhereItCannotConnectAndWhereNothingHappens() {
        try (var sim = SimProxy.tcp(tcp())) {
            assertThat(sim.client().isClosed()).isTrue();
            sim.cluster(ClusterSettings.named("echo")).host(ECHO);
            assertThat(sim.client().isClosed()).isTrue();
            sim.upstream(ECHO);
            SimPeer client = sim.client();
            sim.advance(Duration.ofMinutes(61));
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().lines())
                    .containsExactly(
                            "tcp [NC] 0/0", "tcp [URX, UF] 0/0", "tcp IDLE_TIMEOUT", "tcp - 0/0");
        }
    }

    private static TcpProxyConfig tcp(Duration idle, Duration most, LogTiming timing) {
        TcpProxyConfig usual = tcp();
        return new TcpProxyConfig(
                usual.statPrefix(),
                usual.targets(),
                idle,
                2,
                List.of(),
                most,
                timing,
                Optional.empty(),
                false,
                OptionalInt.empty());
    }

    private static SimUpstream echo(SimProxy sim) {
        var address = new InetSocketAddress("10.0.1.1", 80);
        sim.cluster(ClusterSettings.named("echo")).host(address);
        return sim.upstream(address);
    }

    @Test
    void bytesEndWhenNoneGoesEitherWay() {
        try (var sim = SimProxy.tcp(tcp(Duration.ofSeconds(10), Duration.ZERO, LogTiming.AT_END))) {
            SimUpstream echo = echo(sim);
            SimPeer client = sim.client();
            sim.advance(Duration.ofSeconds(9));
            echo.last().send("x");
            sim.advance(Duration.ofSeconds(9));
            assertThat(client.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(2));
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().lines()).containsExactly("tcp IDLE_TIMEOUT", "tcp - 0/1");
        }
    }

    @Test
    void bytesEndWhenTheirConnectionIsTooOldHoweverBusy() {
        try (var sim =
                SimProxy.tcp(tcp(Duration.ofHours(1), Duration.ofSeconds(10), LogTiming.AT_END))) {
            SimUpstream echo = echo(sim);
            SimPeer client = sim.client();
            for (int i = 0; i < 9; i++) {
                client.send("x");
                sim.advance(Duration.ofSeconds(1));
            }
            assertThat(client.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(2));
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().take()).isEqualTo("x".repeat(9));
            assertThat(sim.log().lines())
                    .containsExactly("tcp MAX_DOWNSTREAM_CONNECTION_DURATION", "tcp [DT] 9/0");
        }
    }

    @Test
    void aLongConnectionIsLoggedWhileItGoesOn() {
        try (var sim =
                SimProxy.tcp(
                        tcp(
                                Duration.ofHours(1),
                                Duration.ZERO,
                                new LogTiming(true, Duration.ofSeconds(10))))) {
            SimUpstream echo = echo(sim);
            SimPeer client = sim.client().send("abc");
            sim.advance(Duration.ofSeconds(11));
            echo.last().send("de");
            client.close();
            assertThat(sim.log().lines())
                    .containsExactly("tcp so far 0/0", "tcp so far 3/0", "tcp [DC] 3/2");
        }
    }

    private static TcpProxyConfig tcp() {
        return new TcpProxyConfig(
                "tcp",
                List.of(new TcpProxyConfig.Target("echo", 1)),
                Duration.ofHours(1),
                2,
                List.of());
    }
}

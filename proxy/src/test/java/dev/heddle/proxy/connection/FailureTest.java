package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.sim.SimCluster;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client sees, and the log says, when something on the way fails.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class FailureTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    private static final InetSocketAddress ECHO = new InetSocketAddress("10.0.1.1", 80);

    @Test
    void noRouteIs404() {
        try (var sim = SimProxy.http()) {
            SimPeer client = sim.client().send(GET);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("\r\ncontent-length: 0\r\n", "\r\nserver: envoy\r\n")
                    .doesNotContain("connection");
            assertThat(sim.log().last()).isEqualTo("GET /a 404 [NR] route_not_found 0/0");
            client.send(GET);
            assertThat(sim.log().lines()).hasSize(2);
        }
    }

    @Test
    void anUnknownClusterIs503() {
        try (var sim = SimProxy.http()) {
            sim.routes().forward("/", "nowhere", Duration.ZERO);
            assertThat(sim.client().send(GET).take()).startsWith("HTTP/1.1 503 ");
            assertThat(sim.log().last()).isEqualTo("GET /a 503 [NC] cluster_not_found 0/0");
        }
    }

    @Test
    void aClusterWithoutHostsIs503() {
        try (var sim = SimProxy.http()) {
            sim.routes().forward("/", "empty", Duration.ZERO);
            sim.cluster(ClusterSettings.named("empty"));
            assertThat(sim.client().send(GET).take()).endsWith("\r\n\r\nno healthy upstream");
            assertThat(sim.log().last()).isEqualTo("GET /a 503 [UH] no_healthy_upstream 0/19");
        }
    }

    @Test
    void aRefusedConnectionIs503() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            echo.stop();
            SimPeer client = sim.client().send(GET);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .endsWith(
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: remote connection failure");
            assertThat(sim.log().last()).startsWith("GET /a 503 [UF] ");
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void aConnectionThatIsNotMadeInTimeIs503() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            echo.hang();
            sim.settle();
            // One connection is taken out of the queue before the server stops taking.
            SimPeer first = sim.client().send(GET);
            SimPeer second = sim.client().send(GET);
            sim.advance(Duration.ofSeconds(6));
            assertThat(List.of(first.take(), second.take()))
                    .anySatisfy(text -> assertThat(text).endsWith("reason: connection timeout"));
            assertThat(sim.log().last()).startsWith("GET /a 503 [UF] ");
        }
    }

    @Test
    void anUpstreamThatClosesBeforeItsAnswerIs503() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().close();
            assertThat(client.take())
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("reset reason: connection termination");
            assertThat(sim.log().last())
                    .startsWith(
                            "GET /a 503 [UC]"
                                    + " upstream_reset_before_response_started{connection_termination}");
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void anUpstreamThatClosesInTheMiddleOfItsHeadIs503() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Le").close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
            })
    void anUpstreamThatClosesInTheMiddleOfItsBodyCutsTheClientOff(String beginning) {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(beginning).close();
            assertThat(client.isClosed()).isTrue();
            assertThat(client.take()).doesNotContain("0\r\n\r\n");
            assertThat(sim.log().last())
                    .isEqualTo(
                            "GET /a 200 [UC]"
                                    + " upstream_reset_after_response_started{connection_termination}"
                                    + " 0/2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "\u0015\u0003\u0003",
            })
    void anUpstreamThatBreaksTheProtocolIs502(String answer) {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(answer);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .endsWith("reset reason: protocol error");
            assertThat(sim.log().last()).startsWith("GET /a 502 [UPE] ");
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void manyInformationalHeadsAreAnAttack() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 102 Processing\r\n\r\n".repeat(17));
            assertThat(client.take()).contains("HTTP/1.1 502 ");
        }
    }

    @Test
    void bytesBehindAResponseNeverReachTheNextClient() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            assertThat(client.take()).endsWith("hi");
            assertThat(echo.last().isClosed()).isTrue();
            client.send(GET);
            assertThat(echo.connections()).hasSize(2);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi").doesNotContain("evil");
        }
    }

    @Test
    void bytesThatNobodyAskedForRetireAnIdleConnection() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            echo.last().send("HTTP/1.1 408 Request Timeout\r\n\r\n");
            assertThat(echo.last().isClosed()).isTrue();
            client.take();
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aClientThatLeavesEndsTheUpstreamRequestAtOnce() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            client.close();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last())
                    .isEqualTo("GET /a 0 [DC] downstream_remote_disconnect 0/0");
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsHeadIsLoggedOnce() {
        try (var sim = SimProxy.http()) {
            sim.client().send("GET /a HTT").close();
            assertThat(sim.log().lines())
                    .containsExactly("  0 [DC] downstream_remote_disconnect 0/0");
        }
    }

    @Test
    void aClientThatLeavesWhileItsConnectionIsMadeLeavesNothing() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            echo.hang();
            SimPeer first = sim.client().send(GET);
            SimPeer second = sim.client().send(GET);
            first.close();
            second.close();
            assertThat(sim.log().lines()).hasSize(2).allMatch(line -> line.contains("[DC]"));
            sim.advance(Duration.ofSeconds(6));
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfTheResponseIsDc() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
            client.close();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last())
                    .isEqualTo("GET /a 200 [DC] downstream_remote_disconnect 0/2");
        }
    }

    @Test
    void aFullPendingQueueIs503WithItsHeader() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = small(sim, new CircuitLimits(1, 1, 100, 3));
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer served = sim.client().send(GET);
            SimPeer waiting = sim.client().send(GET);
            SimPeer refused = sim.client().send(GET);
            assertThat(refused.take())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nx-envoy-overloaded: true\r\n")
                    .endsWith("reset reason: overflow");
            assertThat(sim.log().last()).startsWith("GET /a 503 [UO] ");
            assertThat(cluster.stats().get(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW)).isOne();
            echo.last().send(OK);
            echo.last().send(OK);
            assertThat(served.take()).endsWith("hi");
            assertThat(waiting.take()).endsWith("hi");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void moreRequestsThanAllowedAre503() {
        try (var sim = SimProxy.http()) {
            small(sim, new CircuitLimits(10, 10, 1, 3));
            sim.upstream(ECHO);
            sim.client().send(GET);
            assertThat(sim.client().send(GET).take()).contains("x-envoy-overloaded: true");
        }
    }

    private static SimCluster small(SimProxy sim, CircuitLimits limits) {
        sim.routes().forward("/", "small", Duration.ZERO);
        var settings =
                new ClusterSettings(
                        "small", Duration.ofSeconds(5), Duration.ofHours(1), 0, 1 << 20, limits);
        return sim.cluster(settings).host(ECHO);
    }

    @Test
    void redirectsAndDirectRepliesNeedNoUpstream() {
        try (var sim = SimProxy.http()) {
            sim.routes()
                    .add("/old", new RouteAction.Redirect(301, request -> "/new" + request.path()))
                    .add("/", new RouteAction.DirectReply(418, "teapot"));
            SimPeer client = sim.client().send(GET.replace("/a", "/old"));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 301 Moved Permanently\r\n")
                    .contains("\r\nlocation: /new/old\r\n", "\r\nx-edited: reply\r\n");
            client.send(GET);
            assertThat(client.take()).startsWith("HTTP/1.1 418 ").endsWith("\r\n\r\nteapot");
            client.send(GET.replace("GET", "HEAD"));
            assertThat(client.take()).contains("content-length: 6").endsWith("\r\n\r\n");
            assertThat(sim.log().lines())
                    .containsExactly(
                            "GET /old 301 - direct_response 0/0",
                            "GET /a 418 - direct_response 0/6",
                            "HEAD /a 418 - direct_response 0/0");
        }
    }

    @Test
    void anUpgradeIsRefusedUnlessItIsAllowed() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            assertThat(sim.client().send(WEBSOCKET).take()).startsWith("HTTP/1.1 403 ");
            assertThat(echo.connections()).isEmpty();
            assertThat(sim.log().last()).isEqualTo("GET /ws 403 - upgrade_failed 0/0");
        }
    }

    private static final String WEBSOCKET =
            "GET /ws HTTP/1.1\r\nHost: echo\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n";

    private static SimProxy withWebSockets() {
        return SimProxy.http(config ->
                new HttpConnectionManagerConfig(
                        config.statPrefix(),
                        config.routes(),
                        config.filters(),
                        config.accessLogs(),
                        config.identity(),
                        config.paths(),
                        config.timeouts(),
                        config.limits(),
                        config.codec(),
                        new HttpConnectionManagerConfig.Http1(
                                false, Optional.empty(), true, List.of("websocket")),
                        config.http2()));
    }

    @Test
    void anAllowedUpgradeTurnsTheExchangeIntoATunnel() {
        try (var sim = withWebSockets()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET + "early");
            assertThat(echo.last().take())
                    .contains("\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n")
                    .doesNotContain("early");
            echo.last()
                    .send(
                            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                                    + "Upgrade: websocket\r\n\r\nfirst");
            assertThat(client.take())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("\r\nconnection: upgrade\r\nupgrade: websocket\r\n")
                    .endsWith("\r\n\r\nfirst");
            assertThat(echo.last().take()).isEqualTo("early");
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(echo.last().take()).isEqualTo("GET / HTTP/1.1\r\n\r\n");
            echo.last().send("last").close();
            assertThat(client.take()).isEqualTo("last");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aRefusedUpgradeEndsBothConnectionsWithoutReadingWhatFollowedIt() {
        try (var sim = withWebSockets()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET + GET);
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 ").contains("connection: close");
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().lines()).hasSize(1);
        }
    }

    @Test
    void anUpgradeToHttp2InTheClearIsAnsweredInHttp1() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            sim.client()
                    .send(
                            "GET /a HTTP/1.1\r\n"
                                    + "Host: echo\r\n"
                                    + "Connection: Upgrade, HTTP2-Settings\r\n"
                                    + "Upgrade: h2c\r\n"
                                    + "HTTP2-Settings: AAA\r\n\r\n");
            assertThat(echo.last().take()).doesNotContain("h2c", "http2-settings", "upgrade");
        }
    }

    @Test
    void connectWithoutARouteIs404() {
        try (var sim = SimProxy.http()) {
            SimPeer client = sim.client().send("CONNECT echo:80 HTTP/1.1\r\nHost: echo:80\r\n\r\n");
            assertThat(client.take()).startsWith("HTTP/1.1 404 ");
            assertThat(sim.log().last()).isEqualTo("CONNECT  404 [NR] route_not_found 0/0");
        }
    }
}

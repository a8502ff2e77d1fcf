package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Timeouts;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// How long tunnels live, and what they wait for.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class TunnelTest {
    private static final String WEBSOCKET =
            "GET /ws HTTP/1.1\r\nHost: echo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

    private static HttpConnectionManagerConfig upgrading(
            HttpConnectionManagerConfig config, Duration wholeStream) {
        Timeouts usual = config.timeouts();
        return new HttpConnectionManagerConfig(
                config.statPrefix(),
                config.routes(),
                config.filters(),
                config.accessLogs(),
                config.identity(),
                config.paths(),
                new Timeouts(
                        usual.idle(),
                        usual.requestHeaders(),
                        Duration.ofSeconds(3),
                        usual.streamIdle(),
                        usual.connection(),
                        wholeStream,
                        usual.drain(),
                        usual.delayedClose()),
                config.limits(),
                config.codec(),
                new HttpConnectionManagerConfig.Http1(
                        false, Optional.empty(), true, List.of("websocket")),
                config.http2());
    }

    private static SimProxy proxy() {
        return SimProxy.http(config -> upgrading(config, Duration.ZERO));
    }

    private static UpstreamProtocol http2() {
        return new UpstreamProtocol.Http2(Http2Options.USUAL);
    }

    @Test
    void aTunnelEndsWhenNothingPassedForAsLongAsAStreamMayBeIdle() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET);
            echo.last().send(SWITCHED);
            assertThat(client.take()).startsWith("HTTP/1.1 101 ");
            for (int i = 0; i < 3; i++) {
                sim.advance(Duration.ofMinutes(4));
                client.send("up");
                sim.advance(Duration.ofMinutes(4));
                echo.last().send("down");
            }
            assertThat(echo.last().take()).endsWith("upupup");
            assertThat(client.take()).isEqualTo("downdowndown");
            assertThat(sim.log().upgrades()).isEqualTo(1);
            sim.advance(Duration.ofMinutes(6));
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("GET /ws 101 [SI] stream_idle_timeout 6/12");
            assertThat(sim.log().upgrades()).isZero();
        }
    }

    @Test
    void theRoutesTimeoutIsForTheAnswerAndTheRequestsForWhatComesBeforeIt() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream();
            SimPeer slow = sim.client().send(WEBSOCKET.replace("/ws", "/slow"));
            sim.advance(Duration.ofSeconds(4));
            // The whole request is never received, so its own limit counts, as in Envoy.
            assertThat(slow.take()).startsWith("HTTP/1.1 408 ");
            SimPeer client = sim.client().send(WEBSOCKET);
            echo.last().send(SWITCHED);
            sim.advance(Duration.ofSeconds(60));
            echo.last().send("late");
            assertThat(client.take()).endsWith("late");
        }
    }

    @Test
    void anUpstreamThatDoesNotAnswerAnUpgradeIsGivenUp() {
        try (var sim =
                SimProxy.http(config ->
                        new HttpConnectionManagerConfig(
                                config.statPrefix(),
                                config.routes(),
                                config.filters(),
                                config.accessLogs(),
                                config.identity(),
                                config.paths(),
                                Timeouts.ENVOY,
                                config.limits(),
                                config.codec(),
                                new HttpConnectionManagerConfig.Http1(
                                        false, Optional.empty(), true, List.of("websocket")),
                                config.http2()))) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET);
            sim.advance(Duration.ofSeconds(16));
            assertThat(client.take()).startsWith("HTTP/1.1 504 ");
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("GET /ws 504 [UT] response_timeout 0/24");
        }
    }

    @Test
    void aTunnelLivesAsLongAsAStreamMay() {
        try (var sim = SimProxy.http(config -> upgrading(config, Duration.ofSeconds(30)))) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET);
            echo.last().send(SWITCHED);
            for (int i = 0; i < 4; i++) {
                sim.advance(Duration.ofSeconds(9));
                client.send("x");
            }
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().last()).startsWith("GET /ws 101 - max_duration_timeout 3/0");
        }
    }

    @Test
    void aTunnelGoesOnWhileItsListenerDrainsAndEndsWithThat() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(WEBSOCKET);
            echo.last().send(SWITCHED);
            sim.apply(
                    SimProxy.httpListener(
                            config -> SimProxy.named(upgrading(config, Duration.ZERO))));
            sim.routes().forward("/", "nowhere", Duration.ofSeconds(1));
            sim.advance(Duration.ofSeconds(50));
            client.send("still");
            echo.last().send("here");
            assertThat(echo.last().take()).endsWith("still");
            assertThat(client.take()).endsWith("\r\n\r\nhere");
            sim.advance(Duration.ofSeconds(20));
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void anUpgradeWaitsForWhatAPeerOfHttp2Takes() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream(http2());
            SimPeer client = sim.client().send(WEBSOCKET + "early");
            Http2Client server = Http2Client.serving(echo.last());
            assertThat(server.frames()).noneMatch(line -> line.startsWith("HEADERS"));
            server.send(FrameText.settings(8, 1), FrameText.settingsAck());
            assertThat(server.frames())
                    .singleElement()
                    .asString()
                    .contains(":method: CONNECT", ":protocol: websocket", ":path: /ws")
                    .doesNotEndWith(" end");
            server.send(server.text.headers(1, false, ":status: 200"));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("connection: upgrade\r\nupgrade: websocket\r\n");
            assertThat(server.frames()).containsExactly("DATA 1 early");
            server.send(FrameText.data(1, "bye", true));
            assertThat(client.take()).isEqualTo("bye");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aPeerOfHttp2ThatTakesNoUpgradesIsNotAsked() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream(http2());
            SimPeer client = sim.client().send(WEBSOCKET);
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(), FrameText.settingsAck());
            assertThat(server.frames()).noneMatch(line -> line.startsWith("HEADERS"));
            assertThat(client.take()).startsWith("HTTP/1.1 502 ");
            // The connection is as good as before.
            SimPeer next = sim.client().send("GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            server.send(server.text.headers(1, true, ":status: 204"));
            assertThat(next.take()).startsWith("HTTP/1.1 204 ");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void whoWaitsForThePeersSettingsHearsThatItIsGoneAndMayGo() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream(http2());
            SimPeer client = sim.client().send(WEBSOCKET);
            SimPeer leaving = sim.client().send(WEBSOCKET);
            leaving.close();
            echo.last().close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(sim.log().lines())
                    .anySatisfy(line -> assertThat(line).startsWith("GET /ws 0 [DC] "))
                    .anySatisfy(line -> assertThat(line).startsWith("GET /ws 503 [UC] "));
        }
    }

    @Test
    void aRefusedUpgradeEndsOneStreamOnly() {
        try (var sim =
                SimProxy.http(config -> {
                    HttpConnectionManagerConfig upgrading = upgrading(config, Duration.ZERO);
                    Http2Options usual = Http2Options.USUAL;
                    var engine =
                            new Http2Settings(
                                    usual.engine().maxStreams(),
                                    usual.engine().streamWindow(),
                                    usual.engine().connectionWindow(),
                                    usual.engine().tableSize(),
                                    usual.engine().headers(),
                                    true,
                                    usual.engine().streamBuffer(),
                                    usual.engine().floods());
                    return new HttpConnectionManagerConfig(
                            upgrading.statPrefix(),
                            upgrading.routes(),
                            upgrading.filters(),
                            upgrading.accessLogs(),
                            upgrading.identity(),
                            upgrading.paths(),
                            upgrading.timeouts(),
                            upgrading.limits(),
                            upgrading.codec(),
                            upgrading.http1(),
                            new Http2Options(engine, usual.mostStreams(), usual.keepalive()));
                })) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim);
            client.send(
                    client.text.headers(
                            1,
                            false,
                            ":method: CONNECT",
                            ":protocol: other",
                            ":scheme: http",
                            ":path: /x",
                            ":authority: echo"));
            assertThat(client.frames())
                    .anySatisfy(line -> assertThat(line).contains(":status: 403"))
                    .noneMatch(line -> line.startsWith("GOAWAY"));
            client.send(
                    client.text.headers(
                            3,
                            false,
                            ":method: CONNECT",
                            ":protocol: WebSocket",
                            ":scheme: http",
                            ":path: /x",
                            ":authority: echo"),
                    FrameText.data(3, "early", false));
            assertThat(echo.last().take())
                    .startsWith("GET /x HTTP/1.1\r\n")
                    .contains("connection: upgrade\r\nupgrade: WebSocket\r\n")
                    .containsPattern("\r\nsec-websocket-key: [A-Za-z0-9+/]{22}==\r\n")
                    .endsWith("\r\n\r\n");
            echo.last().send(SWITCHED + "hi");
            assertThat(client.frames())
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("HEADERS 3 [:status: 200, "),
                            line -> assertThat(line).isEqualTo("DATA 3 hi"));
            assertThat(echo.last().take()).isEqualTo("early");
            client.send(FrameText.reset(3));
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("GET /x 101 [DR] http2.remote_reset 5/2");
        }
    }

    @Test
    void anExtendedConnectIsAnErrorWhereNobodyOfferedIt() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim);
            client.send(
                    client.text.headers(
                            1,
                            false,
                            ":method: CONNECT",
                            ":protocol: websocket",
                            ":scheme: http",
                            ":path: /x",
                            ":authority: echo"));
            assertThat(client.frames()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
            assertThat(echo.connections()).isEmpty();
        }
    }

    @Test
    void anAnswerToAnUpgradeThatNobodyAskedForIsAnError() {
        try (var sim = proxy()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send("GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            echo.last().send(SWITCHED);
            assertThat(client.take()).startsWith("HTTP/1.1 502 ");
            assertThat(echo.last().isClosed()).isTrue();
        }
    }
}

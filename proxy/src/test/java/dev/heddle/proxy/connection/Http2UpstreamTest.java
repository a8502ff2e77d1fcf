package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.http2.Http2Settings;
import dev.heddle.proxy.sim.SimCluster;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.ConnectionOptions;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Upstreams that speak HTTP/2, behind clients of either version, and the pool of connections to
/// them.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class Http2UpstreamTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final InetSocketAddress ECHO = new InetSocketAddress("10.0.1.1", 80);

    private static SimCluster cluster(SimProxy sim, ClusterSettings settings) {
        sim.routes().forward("/", "two", Duration.ofSeconds(15));
        return sim.cluster(settings).host(ECHO);
    }

    private static ClusterSettings settings(long maxRequests, int mostStreams) {
        ClusterSettings usual = ClusterSettings.named("two");
        return new ClusterSettings(
                        "two",
                        usual.connectTimeout(),
                        Duration.ofSeconds(30),
                        maxRequests,
                        1 << 20,
                        usual.limits())
                .speaking(
                        new UpstreamProtocol.Http2(
                                new Http2Options(
                                        Http2Settings.USUAL,
                                        mostStreams,
                                        Http2Options.Keepalive.NONE)));
    }

    private static ClusterSettings settings() {
        return settings(0, Integer.MAX_VALUE);
    }

    /// The server's side of a connection, once its settings are exchanged.
    private static Http2Client server(SimPeer peer) {
        Http2Client server = Http2Client.serving(peer);
        server.send(FrameText.settings(), FrameText.settingsAck());
        return server;
    }

    private static void answer(Http2Client server, int stream) {
        server.send(
                server.text.headers(stream, false, ":status: 200", "content-type: text/plain"),
                FrameText.data(stream, "hi", true));
    }

    @Test
    void anHttp1RequestIsSentOnInHttp2AndAnsweredInHttp1() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client =
                    sim.client()
                            .send(
                                    "GET /a HTTP/1.1\r\nHost: echo\r\nConnection: keep-alive,"
                                            + " x-hop\r\nx-hop: 1\r\nTE: trailers, gzip\r\n\r\n");
            Http2Client server = server(echo.last());
            assertThat(server.frames())
                    .anySatisfy(line ->
                            assertThat(line)
                                    .startsWith(
                                            "HEADERS 1 [:method: GET, :scheme: http,"
                                                    + " :authority: echo, :path: /a, ")
                                    .contains("te: trailers", "x-edited: two")
                                    .doesNotContain("connection", "x-hop", "keep-alive")
                                    .endsWith(" end"));
            answer(server, 1);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n")
                    .contains("transfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
            assertThat(sim.log().last()).isEqualTo("GET /a 200 - via_upstream 0/2");
        }
    }

    @Test
    void requestsShareOneConnection() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer first = sim.client().send(GET);
            SimPeer second = sim.client().send(GET);
            Http2Client server = server(echo.last());
            answer(server, 3);
            assertThat(second.take()).contains("2\r\nhi");
            assertThat(first.take()).isEmpty();
            answer(server, 1);
            assertThat(first.take()).contains("2\r\nhi");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void aFullConnectionIsFollowedByAnother() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings(0, 2));
            SimUpstream echo = sim.upstream(ECHO);
            for (int i = 0; i < 5; i++) {
                sim.client().send(GET);
            }
            assertThat(echo.connections()).hasSize(3);
            Http2Client server = server(echo.connections().getFirst());
            answer(server, 1);
            SimPeer next = sim.client().send(GET);
            assertThat(echo.connections()).hasSize(3);
            answer(server, 5);
            assertThat(next.take()).contains("2\r\nhi");
        }
    }

    @Test
    void whatThePeerAllowsIsKept() {
        try (var sim = SimProxy.http()) {
            cluster(
                    sim,
                    new ClusterSettings(
                                    "two",
                                    Duration.ofSeconds(5),
                                    Duration.ofHours(1),
                                    0,
                                    1 << 20,
                                    new CircuitLimits(1, 10, 10, 3))
                            .speaking(settings().protocol()));
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer first = sim.client().send(GET);
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(3, 1), FrameText.settingsAck());
            SimPeer second = sim.client().send(GET);
            assertThat(server.frames()).filteredOn(line -> line.startsWith("HEADERS")).hasSize(1);
            answer(server, 1);
            assertThat(first.take()).contains("2\r\nhi");
            assertThat(server.frames()).filteredOn(line -> line.startsWith("HEADERS 3")).hasSize(1);
            answer(server, 3);
            assertThat(second.take()).contains("2\r\nhi");
        }
    }

    @Test
    void aConnectionThatSaysGoAwayEndsWithItsRequests() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer first = sim.client().send(GET);
            SimPeer unprocessed = sim.client().send(GET);
            Http2Client server = server(echo.last());
            server.send(FrameText.goAway(1));
            SimPeer second = sim.client().send(GET);
            assertThat(echo.connections()).hasSize(2);
            answer(server, 1);
            assertThat(first.take()).contains("2\r\nhi");
            assertThat(echo.connections().getFirst().isClosed()).isTrue();
            Http2Client other = server(echo.last());
            answer(other, 1);
            answer(other, 3);
            assertThat(unprocessed.take()).contains("2\r\nhi");
            assertThat(second.take()).contains("2\r\nhi");
        }
    }

    /// B19: what the peer did nothing of is sent again, once, whatever its method.
    @Test
    void aRefusedStreamIsTriedOnceMore() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client = sim.client().send(GET.replace("GET", "POST"));
            Http2Client server = server(echo.last());
            server.send(FrameText.number(3, 1, 7));
            assertThat(client.received()).isEmpty();
            server.send(FrameText.number(3, 3, 7));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("reset reason: remote refused stream reset");
            assertThat(sim.log().last())
                    .contains(
                            " 503 [UR] upstream_reset_before_response_started"
                                    + "{remote_refused_stream_reset} ");
            assertThat(cluster.stats().get(ClusterStat.UPSTREAM_RQ_REPLAYED)).isOne();
        }
    }

    @Test
    void aConnectionIsUsedNoMoreOftenThanAllowed() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings(2, Integer.MAX_VALUE));
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client = sim.client();
            client.send(GET);
            Http2Client server = server(echo.last());
            answer(server, 1);
            client.send(GET);
            answer(server, 3);
            assertThat(echo.last().isClosed()).isTrue();
            client.send(GET);
            assertThat(echo.connections()).hasSize(2);
        }
    }

    private static ConnectionOptions connections(Duration maxDuration, int maxPerHost) {
        ConnectionOptions usual = ConnectionOptions.ENVOY;
        return new ConnectionOptions(
                maxDuration, usual.sockets(), usual.responseLimits(), maxPerHost, 1);
    }

    /// Envoy's rule: what waits and what is in flight, times the ratio, is to find room.
    @Test
    void connectionsAreMadeBeforeTheirStreamsAreAskedFor() {
        try (var sim = SimProxy.http()) {
            ConnectionOptions usual = ConnectionOptions.ENVOY;
            var eager =
                    new ConnectionOptions(
                            Duration.ZERO,
                            usual.sockets(),
                            usual.responseLimits(),
                            Integer.MAX_VALUE,
                            2);
            cluster(sim, settings(0, 2).with(eager));
            SimUpstream echo = sim.upstream(ECHO);
            sim.client().send(GET);
            assertThat(echo.connections()).hasSize(1);
            sim.client().send(GET);
            assertThat(echo.connections()).hasSize(2);
            sim.client().send(GET);
            assertThat(echo.connections()).hasSize(3);
        }
    }

    /// Until its peer has said how many streams it takes, a connection takes as many as are wanted.
    @Test
    void aPeerThatTakesFewerThanWereWaitingIsGivenMoreConnections() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings(0, 300));
            SimUpstream echo = sim.upstream(ECHO);
            for (int i = 0; i < 102; i++) {
                sim.client().send(GET);
            }
            assertThat(echo.connections()).hasSize(1);
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(3, 100), FrameText.settingsAck());
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void aHostHasNoMoreConnectionsThanItMay() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings(0, 1).with(connections(Duration.ZERO, 2)));
            SimUpstream echo = sim.upstream(ECHO);
            for (int i = 0; i < 4; i++) {
                sim.client().send(GET);
            }
            assertThat(echo.connections()).hasSize(2);
            Http2Client server = server(echo.last());
            answer(server, 1);
            assertThat(server.frames()).filteredOn(line -> line.startsWith("HEADERS 3")).hasSize(1);
        }
    }

    @Test
    void aConnectionThatIsTooOldEndsWithItsRequests() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings().with(connections(Duration.ofSeconds(5), 10)));
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer first = sim.client().send(GET);
            Http2Client server = server(echo.last());
            sim.advance(Duration.ofSeconds(6));
            SimPeer second = sim.client().send(GET);
            assertThat(echo.connections()).hasSize(2);
            answer(server, 1);
            assertThat(first.take()).contains("2\r\nhi");
            assertThat(echo.connections().getFirst().isClosed()).isTrue();
            answer(server(echo.last()), 1);
            assertThat(second.take()).contains("2\r\nhi");
        }
    }

    @Test
    void anIdleConnectionIsClosed() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            sim.client().send(GET);
            answer(server(echo.last()), 1);
            sim.advance(Duration.ofSeconds(29));
            assertThat(echo.last().isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(3));
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void whatAnUpstreamDoesToAStreamIsSaid() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client = sim.client().send(GET);
            Http2Client server = server(echo.last()).send(FrameText.reset(1));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("reset reason: remote reset");
            client.send(GET);
            server.send(server.text.headers(3, false, ":status: 200", "connection: close"));
            assertThat(client.take()).startsWith("HTTP/1.1 502 ");
            client.send(GET);
            server.send(server.text.headers(5, false, ":status: 200")).send(FrameText.reset(5));
            assertThat(client.isClosed()).isTrue();
            SimPeer next = sim.client().send(GET);
            assertThat(echo.connections()).hasSize(1);
            echo.last().close();
            assertThat(next.take()).startsWith("HTTP/1.1 503 ").contains("connection termination");
            assertThat(sim.log().lines())
                    .containsExactly(
                            "GET /a 503 [UR] upstream_reset_before_response_started{remote_reset}"
                                    + " 0/85",
                            "GET /a 502 [UPE] upstream_reset_before_response_started"
                                    + "{protocol_error} 0/87",
                            "GET /a 200 [UR] upstream_reset_after_response_started{remote_reset}"
                                    + " 0/0",
                            "GET /a 503 [UC] upstream_reset_before_response_started"
                                    + "{connection_termination} 0/95");
        }
    }

    @Test
    void trailersPassBothWaysInHttp2() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            Http2Client client = Http2Client.of(sim).post(1, "/a");
            client.send(
                    FrameText.data(1, "x", false), client.text.headers(1, true, "x-trailer: 1"));
            Http2Client server = server(echo.last());
            assertThat(server.frames()).endsWith("DATA 1 x", "HEADERS 1 [x-trailer: 1] end");
            server.send(
                    server.text.headers(1, false, ":status: 200"),
                    FrameText.data(1, "hi", false),
                    server.text.headers(1, true, "grpc-status: 5", "grpc-message: none"));
            assertThat(client.frames())
                    .hasSize(3)
                    .endsWith("DATA 1 hi", "HEADERS 1 [grpc-status: 5, grpc-message: none] end");
        }
    }

    @Test
    void trailersWaitUntilTheBodyBeforeThemHasLeft() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            Http2Client client = Http2Client.of(sim);
            client.send(FrameText.settings(4, 1)).get(1, "/a");
            Http2Client server = server(echo.last());
            server.send(
                    server.text.headers(1, false, ":status: 200"),
                    FrameText.data(1, "hi", false),
                    server.text.headers(1, true, "grpc-status: 0"));
            assertThat(client.frames()).hasSize(2).endsWith("DATA 1 h");
            client.send(FrameText.windowUpdate(1, 10));
            assertThat(client.frames())
                    .containsExactly("DATA 1 i", "HEADERS 1 [grpc-status: 0] end");
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestEndsTheUpstreamStream() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            Http2Client client = Http2Client.of(sim).post(1, "/a");
            Http2Client server = server(echo.last());
            server.frames();
            answer(server, 1);
            assertThat(server.frames()).containsExactly("RST_STREAM 1 CANCEL");
            assertThat(client.frames()).hasSize(3).endsWith("RST_STREAM 1 NO_ERROR");
            client.post(3, "/b").send(FrameText.reset(3));
            assertThat(server.frames()).hasSize(2).endsWith("RST_STREAM 3 CANCEL");
        }
    }

    @Test
    void aClusterMaySpeakWhatItsClientDoes() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo =
                    sim.upstream(
                            new UpstreamProtocol.AsDownstream(
                                    UpstreamProtocol.Http1.USUAL,
                                    new UpstreamProtocol.Http2(Http2Options.USUAL)));
            sim.client().send(GET);
            assertThat(echo.last().take()).startsWith("GET /a HTTP/1.1\r\n");
            Http2Client client = Http2Client.of(sim).get(1, "/a");
            answer(server(echo.last()), 1);
            assertThat(client.frames()).hasSize(2);
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void aSilentUpstreamIsNoticedByItsKeepalive() {
        try (var sim = SimProxy.http()) {
            var keepalive =
                    new Http2Options.Keepalive(
                            Duration.ofSeconds(10), Duration.ofSeconds(2), 0, Duration.ZERO);
            cluster(
                    sim,
                    settings()
                            .speaking(
                                    new UpstreamProtocol.Http2(
                                            new Http2Options(
                                                    Http2Settings.USUAL,
                                                    Integer.MAX_VALUE,
                                                    keepalive))));
            SimUpstream echo = sim.upstream(ECHO);
            SimPeer client = sim.client().send(GET);
            Http2Client server = server(echo.last());
            server.frames();
            sim.advance(Duration.ofSeconds(11));
            String ping = server.frames().getFirst();
            server.send(FrameText.pong(FrameText.opaque(ping)));
            sim.advance(Duration.ofMillis(3_500));
            assertThat(echo.last().isClosed()).isFalse();
            answer(server, 1);
            assertThat(client.take()).contains("2\r\nhi");
            sim.advance(Duration.ofSeconds(10));
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void bothSidesMaySpeakHttp2() {
        try (var sim = SimProxy.http()) {
            cluster(sim, settings());
            SimUpstream echo = sim.upstream(ECHO);
            Http2Client client = Http2Client.of(sim).post(1, "/a", "cookie: a=1", "cookie: b=2");
            client.send(FrameText.data(1, "ping", true));
            Http2Client server = server(echo.last());
            assertThat(server.frames())
                    .anySatisfy(line -> assertThat(line).contains("cookie: a=1; b=2"))
                    .endsWith("DATA 1 ping end");
            answer(server, 1);
            assertThat(client.frames()).hasSize(2).endsWith("DATA 1 hi end");
        }
    }
}

package dev.heddle.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Codec;
import dev.heddle.proxy.connection.Http2Client;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks in frames of HTTP/2 at a whole proxy, with the good client and the checks of [Mesh]
/// beside.
class Http2FaultsTest {
    private static final int CANCEL = 8;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    /// A head that no request has.
    ///
    /// @param lines a field each
    record BadHead(String row, List<String> lines) {
        static BadHead of(String row, String... lines) {
            return new BadHead(row, List.of(lines));
        }

        /// A head that would be good without these.
        static BadHead with(String row, String... more) {
            var lines =
                    new ArrayList<>(
                            List.of(
                                    ":method: POST",
                                    ":scheme: http",
                                    ":path: /a",
                                    ":authority: echo"));
            lines.addAll(List.of(more));
            return new BadHead(row, lines);
        }

        @Override
        public String toString() {
            return row + " " + lines.toString().replace("\r", "\\r").replace("\n", "\\n");
        }
    }

    static Stream<BadHead> badHeads() {
        String method = ":method: GET";
        String scheme = ":scheme: http";
        String path = ":path: /a";
        String host = ":authority: echo";
        return Stream.of(
                BadHead.of("B16", method, method, scheme, path, host),
                BadHead.of("B16", method, scheme, path, path, host),
                BadHead.of("B16", method, scheme, path, host, host),
                BadHead.of("B16", method, scheme, path, host, ":status: 200"),
                BadHead.of("B16", method, scheme, path, host, ":unknown: 1"),
                BadHead.of("B16", method, scheme, host, "x: 1", path),
                BadHead.of("B16", scheme, path, host),
                BadHead.of("B16", method, path, host),
                BadHead.of("B16", method, scheme, host),
                BadHead.of("B16", method, scheme, ":path: ", host),
                BadHead.of("B16", method, scheme, ":path: a", host),
                BadHead.of("B16", ":method: GET /x HTTP/1.1", scheme, path, host),
                BadHead.of("B16", ":method: ", scheme, path, host),
                BadHead.of("B16", method, scheme, ":path: /a b", host),
                BadHead.of("B16", method, scheme, ":path: /a\r\nx: y", host),
                BadHead.of("B16", method, scheme, path, ":authority: echo\r\nx: y"),
                BadHead.of("B16", method, scheme, path, ":authority: user@echo"),
                BadHead.with("B16", "X-Upper: 1"),
                BadHead.with("B17", "x: 1\r\ny: 2"),
                BadHead.with("B17", "x: 1\ny: 2"),
                BadHead.with("B17", "x: 1\0"),
                BadHead.with("B17", "x:  1"),
                BadHead.with("B17", "x: 1 "),
                BadHead.with("B17", "x y: 1"),
                BadHead.with("B17", "x:y: 1"),
                BadHead.with("B17", "x\r\ny: 1"),
                BadHead.with("B17", "connection: close"),
                BadHead.with("B17", "keep-alive: timeout=5"),
                BadHead.with("B17", "proxy-connection: close"),
                BadHead.with("B17", "upgrade: websocket"),
                BadHead.with("B17", "transfer-encoding: chunked"),
                BadHead.with("B17", "te: gzip"),
                BadHead.with("B17", "host: other"),
                BadHead.with("B17", "content-length: 5", "content-length: 6"),
                BadHead.with("B17", "content-length: +5"),
                BadHead.with("B17", "content-length: "));
    }

    /// Refused as a stream or with 400, and the upstream hears nothing; the connection lives.
    @ParameterizedTest
    @MethodSource("badHeads")
    void aHeadThatNoRequestHasGoesNowhere(BadHead head) {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.begin();
            Http2Client bad = Http2Client.of(mesh.sim());
            bad.send(bad.text.headers(1, true, head.lines().toArray(String[]::new)));
            mesh.answerRequests();
            assertThat(bad.frames())
                    .singleElement()
                    .asString()
                    .matches("RST_STREAM 1 PROTOCOL_ERROR|HEADERS 1 \\[:status: 400.*");
            bad.get(3, "/b");
            mesh.answerRequests();
            assertThat(bad.frames()).contains("DATA 3 /b end");
            mesh.check();
        }
    }

    /// The bytes of a bad request and a good one behind it, cut at each place.
    @Test
    void itDoesNotMatterHowTheBytesArrive() {
        var text = new FrameText();
        ByteBuf bytes =
                Unpooled.wrappedBuffer(
                        text.headers(
                                1,
                                true,
                                ":method: GET",
                                ":scheme: http",
                                ":path: /a",
                                ":authority: echo",
                                "transfer-encoding: chunked"),
                        text.headers(
                                3,
                                true,
                                ":method: GET",
                                ":scheme: http",
                                ":path: /b",
                                ":authority: echo"));
        String all = bytes.toString(StandardCharsets.ISO_8859_1);
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            for (int cut = 1; cut < all.length(); cut++) {
                mesh.begin();
                Http2Client client = Http2Client.of(mesh.sim());
                client.peer.send(all.substring(0, cut)).send(all.substring(cut));
                mesh.answerRequests();
                assertThat(client.frames())
                        .contains("RST_STREAM 1 PROTOCOL_ERROR", "DATA 3 /b end");
                client.peer.close();
                mesh.check();
            }
        }
    }

    @Test
    void hostHeadersBesideAnAuthorityAreCountedThoughTheyAreLeftOut() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.begin();
            Http2Client bad = Http2Client.of(mesh.sim());
            var lines =
                    new ArrayList<>(
                            List.of(
                                    ":method: GET",
                                    ":scheme: http",
                                    ":path: /a",
                                    ":authority: echo"));
            for (int i = 0; i < 200; i++) {
                lines.add("host: echo");
            }
            bad.send(bad.text.headers(1, true, lines.toArray(String[]::new)));
            mesh.answerRequests();
            assertThat(bad.frames())
                    .singleElement()
                    .asString()
                    .matches("RST_STREAM 1 \\w+|HEADERS 1 \\[:status: (400|431).*");
            mesh.check();
        }
    }

    /// B15: what comes behind a body is its end.
    @Test
    void trailersAreTheEndOfARequest() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client bad = Http2Client.of(sim);
            bad.post(1, "/a").send(FrameText.data(1, "x", false));
            bad.send(bad.text.headers(1, false, "x: 1"));
            assertThat(bad.frames()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
            assertThat(echo.last().isClosed()).isTrue();
            bad.post(3, "/a").send(bad.text.headers(3, true, "x: 1"));
            bad.send(FrameText.data(3, "y", false));
            assertThat(bad.frames()).containsExactly("RST_STREAM 3 STREAM_CLOSED");
            bad.post(5, "/a").send(bad.text.headers(5, true, ":path: /b"));
            assertThat(bad.frames()).containsExactly("RST_STREAM 5 PROTOCOL_ERROR");
            bad.get(7, "/a");
            echo.last().send(OK);
            assertThat(bad.frames()).contains("DATA 7 hi end");
        }
    }

    /// B17: a body that is not as long as its head says (H2.CL).
    @ParameterizedTest
    @MethodSource("lengths")
    void aBodyMustBeAsLongAsItSays(String said, String body) {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.begin();
            Http2Client bad = Http2Client.of(mesh.sim());
            bad.post(1, "/a", "content-length: " + said);
            bad.send(FrameText.data(1, body, true));
            assertThat(bad.frames()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
            assertThat(mesh.upstream().last().isClosed()).isTrue();
            mesh.check();
        }
    }

    static Stream<Arguments> lengths() {
        return Stream.of(
                Arguments.of("3", "GET /evil HTTP/1.1\r\n\r\n"),
                Arguments.of("0", "x"),
                Arguments.of("5", "xyz"));
    }

    /// B18: streams that are begun and left.
    @Test
    void streamsThatAreLeftAreAnswered408() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client bad = Http2Client.of(sim);
            for (int i = 0; i < 99; i++) {
                bad.post(2 * i + 1, "/" + i);
            }
            sim.advance(Duration.ofSeconds(302));
            assertThat(sim.log().lines())
                    .hasSize(99)
                    .allMatch(line -> line.contains(" 408 [SI] stream_idle_timeout "));
            assertThat(echo.connections()).allMatch(SimPeer::isClosed);
            assertThat(bad.frames().stream().filter(line -> line.contains(":status: 408")))
                    .hasSize(99);
        }
    }

    /// B20: an upstream that costs more than it answers.
    @Test
    void anUpstreamThatFloodsIsLeft() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
            SimPeer client = sim.client().send("GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(), FrameText.settingsAck());
            for (int i = 0; i < 2_000 && !server.peer.isClosed(); i++) {
                server.send(FrameText.ping(i));
            }
            assertThat(server.peer.isClosed()).isTrue();
            assertThat(client.take()).startsWith("HTTP/1.1 502 ");
            assertThat(sim.log().last()).contains(" 502 [UPE] ");
        }
    }

    @Test
    void anUpstreamThatPushesIsLeft() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
            SimPeer client = sim.client().send("GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(), FrameText.settingsAck());
            server.send(FrameText.frame(5, 4, 1, new byte[] {0, 0, 0, 2, (byte) 0x88}));
            assertThat(server.peer.isClosed()).isTrue();
            assertThat(client.take()).startsWith("HTTP/1.1 502 ");
        }
    }

    /// B19: nothing went wrong when an upstream resets what it has answered.
    @Test
    void aResetBehindAWholeAnswerIsNoFailure() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
            SimPeer client =
                    sim.client()
                            .send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 5\r\n\r\nab");
            Http2Client server = Http2Client.serving(echo.last());
            server.send(FrameText.settings(), FrameText.settingsAck());
            server.send(
                    server.text.headers(1, false, ":status: 200", "content-length: 2"),
                    FrameText.data(1, "hi", true),
                    FrameText.number(3, 1, 0));
            assertThat(client.take()).startsWith("HTTP/1.1 200 ").endsWith("hi");
            assertThat(sim.log().last()).contains(" 200 - via_upstream ");
        }
    }

    /// B21: what comes behind a reset in the same packet.
    @Test
    void whatComesBehindAResetIsDropped() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client bad = Http2Client.of(sim);
            bad.send(
                    bad.text.headers(
                            1,
                            false,
                            ":method: POST",
                            ":scheme: http",
                            ":path: /a",
                            ":authority: echo"),
                    FrameText.number(3, 1, CANCEL),
                    FrameText.data(1, "late", false),
                    FrameText.data(1, "later", true));
            assertThat(sim.log().lines()).hasSize(1);
            bad.get(3, "/b");
            echo.last().send(OK);
            assertThat(bad.frames()).contains("DATA 3 hi end");
        }
    }

    /// B23: bytes that are not what the connection speaks.
    @Test
    void whatIsNeitherProtocolIsClosed() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            for (String bytes :
                    List.of(
                            "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
                            "PRI * HTTP/2.0\r\nHost: a\r\n\r\n",
                            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                            "\26\3\1\2\0\1\0\1\374\3\3")) {
                for (int cut = 1; cut < bytes.length(); cut++) {
                    mesh.begin();
                    SimPeer client = mesh.sim().client();
                    client.send(bytes.substring(0, cut)).send(bytes.substring(cut));
                    mesh.sim().advance(Duration.ofSeconds(11));
                    assertThat(client.isClosed()).as(bytes).isTrue();
                    mesh.check();
                }
            }
        }
    }

    @Test
    void anHttp1ListenerDoesNotSpeakHttp2() {
        try (var mesh = new Mesh(Http2FaultsTest::http1Only)) {
            mesh.begin();
            SimPeer client = mesh.sim().client();
            client.send(FrameText.preface(), FrameText.settings());
            assertThat(client.received()).matches("(?s)HTTP/1.1 (400|505) .*");
            mesh.sim().advance(Duration.ofSeconds(2));
            assertThat(client.isClosed()).isTrue();
            mesh.check();
        }
    }

    private static HttpConnectionManagerConfig http1Only(HttpConnectionManagerConfig usual) {
        return new HttpConnectionManagerConfig(
                usual.statPrefix(),
                usual.routes(),
                usual.filters(),
                usual.accessLogs(),
                usual.identity(),
                usual.paths(),
                usual.timeouts(),
                usual.limits(),
                Codec.HTTP1,
                usual.http1(),
                usual.http2());
    }
}

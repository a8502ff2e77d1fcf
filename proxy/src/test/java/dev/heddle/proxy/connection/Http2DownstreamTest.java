package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.Http1Dialect.NameCase;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Clients that speak HTTP/2, in front of an upstream that speaks HTTP/1.1.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class Http2DownstreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    @Test
    void aRequestIsSentOnInHttp1AndAnsweredInHttp2() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/a?b=c");
            assertThat(echo.last().take())
                    .startsWith("GET /a?b=c HTTP/1.1\r\nhost: echo\r\n")
                    .contains("x-forwarded-proto: http\r\n")
                    .doesNotContain("transfer-encoding");
            echo.last().send(OK);
            List<String> answer = client.frames();
            assertThat(answer).hasSize(2);
            assertThat(answer.getFirst())
                    .startsWith("HEADERS 1 [:status: 200, content-length: 2, ")
                    .contains("server: envoy");
            assertThat(answer.subList(1, 2)).containsExactly("DATA 1 hi end");
            assertThat(sim.log().last()).isEqualTo("GET /a?b=c 200 - via_upstream 0/2");
        }
    }

    @Test
    void manyRequestsAreServedAtOnceAndInAnyOrder() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/1").get(3, "/3").get(5, "/5");
            assertThat(echo.connections()).hasSize(3);
            for (int i : new int[] {2, 0, 1}) {
                echo.connections().get(i).send(OK);
            }
            assertThat(client.frames())
                    .filteredOn(line -> line.startsWith("DATA"))
                    .containsExactly("DATA 5 hi end", "DATA 1 hi end", "DATA 3 hi end");
            client.get(7, "/7");
            assertThat(echo.connections()).hasSize(3);
        }
    }

    @Test
    void aBodyIsSentOnInChunks() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).post(1, "/a");
            client.send(FrameText.data(1, "hello", false), FrameText.data(1, "", true));
            assertThat(echo.last().take())
                    .contains("transfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        }
    }

    @Test
    void aClientThatGivesUpTakesItsUpstreamRequestWithIt() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/a");
            SimPeer first = echo.last();
            client.send(FrameText.reset(1));
            assertThat(first.isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("GET /a 0 [DR] http2.remote_reset 0/0");
            client.get(3, "/b");
            echo.last().send(OK);
            assertThat(client.frames()).hasSize(2);
        }
    }

    @Test
    void anHttp1ClientIsServedOnTheSameListener() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send("P").send("OST /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void trailersOfAClientAreLeftOutInFrontOfHttp1() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).post(1, "/a");
            client.send(
                    FrameText.data(1, "x", false), client.text.headers(1, true, "x-trailer: 1"));
            assertThat(echo.last().take()).endsWith("\r\n\r\n1\r\nx\r\n0\r\n\r\n");
            echo.last()
                    .send(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "2\r\nhi\r\n0\r\nx-trailer: 2\r\n\r\n");
            assertThat(client.frames()).hasSize(2).endsWith("DATA 1 hi end");
        }
    }

    @Test
    void trailersPassBothWaysWhereHttp1HasThemEnabled() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream(new UpstreamProtocol.Http1(true, NameCase.LOWER));
            Http2Client client = Http2Client.of(sim).post(1, "/a");
            client.send(
                    FrameText.data(1, "x", false), client.text.headers(1, true, "x-trailer: 1"));
            assertThat(echo.last().take()).endsWith("\r\n\r\n1\r\nx\r\n0\r\nx-trailer: 1\r\n\r\n");
            echo.last()
                    .send(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "2\r\nhi\r\n0\r\nx-trailer: 2\r\ncontent-length: 7\r\n"
                                    + "\r\n");
            assertThat(client.frames())
                    .hasSize(3)
                    .endsWith("DATA 1 hi", "HEADERS 1 [x-trailer: 2] end");
            client.get(3, "/b");
            echo.last().send(OK);
            assertThat(client.frames()).hasSize(2);
        }
    }

    @Test
    void hintsAndContinueAreInterimResponses() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).post(1, "/a", "expect: 100-continue");
            assertThat(client.frames()).containsExactly("HEADERS 1 [:status: 100]");
            assertThat(echo.last().take()).doesNotContain("\r\nexpect:");
            client.send(FrameText.data(1, "x", true));
            echo.last().send("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" + OK);
            assertThat(client.frames()).hasSize(3).startsWith("HEADERS 1 [:status: 103, link: a]");
        }
    }

    @Test
    void aResponseWithoutABodyEndsWithItsHead() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/a");
            echo.last().send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.frames())
                    .singleElement()
                    .asString()
                    .startsWith("HEADERS 1 [:status: 204")
                    .endsWith(" end");
            client.send(
                    client.text.headers(
                            3,
                            true,
                            ":method: HEAD",
                            ":scheme: http",
                            ":path: /h",
                            ":authority: echo"));
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.frames())
                    .singleElement()
                    .asString()
                    .contains("content-length: 5")
                    .endsWith(" end");
        }
    }

    @Test
    void aResponseThatIsCutOffResetsItsStreamOnly() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/a");
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe").close();
            assertThat(client.frames())
                    .hasSize(3)
                    .endsWith("DATA 1 he", "RST_STREAM 1 INTERNAL_ERROR");
            client.get(3, "/b");
            echo.last().send(OK);
            assertThat(client.frames()).hasSize(2);
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestStopsTheClient() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).post(1, "/a", "content-length: 100");
            SimPeer first = echo.last();
            first.send(OK);
            assertThat(client.frames())
                    .hasSize(3)
                    .endsWith("DATA 1 hi end", "RST_STREAM 1 NO_ERROR");
            assertThat(first.isClosed()).isTrue();
            client.send(FrameText.data(1, "late", true)).get(3, "/b");
            echo.last().send(OK);
            assertThat(client.frames()).hasSize(2);
        }
    }

    @Test
    void aRequestThatCannotBeAnsweredIsRecordedAllTheSame() {
        try (var sim = SimProxy.http()) {
            Http2Client client = Http2Client.of(sim);
            client.send(client.text.headers(1, true, ":method: GET", ":path: /", "X: y"));
            client.send(
                    client.text.headers(
                            3, true, ":method: GET", ":scheme: http", ":path: /nobody"));
            client.send(client.text.headers(5, false, ":method: CONNECT", ":authority: echo:80"));
            client.post(
                    7, "/big", java.util.Collections.nCopies(97, "x: y").toArray(String[]::new));
            List<String> frames = client.frames();
            assertThat(frames)
                    .contains("RST_STREAM 1 PROTOCOL_ERROR", "RST_STREAM 3 PROTOCOL_ERROR");
            assertThat(frames).anySatisfy(f -> assertThat(f).startsWith("HEADERS 5 [:status: 404"));
            assertThat(frames).anySatisfy(f -> assertThat(f).startsWith("HEADERS 7 [:status: 431"));
            assertThat(sim.log().lines())
                    .containsExactly(
                            "  0 [DPE] http2.invalid.header.field 0/0",
                            "  0 [DPE] http2.violation.of.messaging.rule 0/0",
                            "CONNECT  404 [NR] route_not_found 0/0",
                            "  0 [DPE] http2.too_many_headers 0/0");
        }
    }

    @Test
    void aConnectionIsDrainedInTwoSteps() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim).get(1, "/a");
            sim.apply(SimProxy.httpListener(SimProxy::named));
            List<String> frames = client.frames();
            assertThat(frames).hasSize(2).first().isEqualTo("GOAWAY 2147483647 NO_ERROR");
            // What was on its way is still served.
            client.get(3, "/b");
            assertThat(echo.connections()).hasSize(2);
            sim.advance(Duration.ofMillis(5_100));
            assertThat(client.frames()).containsExactly("GOAWAY 3 NO_ERROR");
            client.get(5, "/c");
            assertThat(echo.connections()).hasSize(2);
            echo.connections().forEach(server -> server.send(OK));
            assertThat(client.frames()).hasSize(4);
            assertThat(client.peer.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatAnswersIsDrainedAtOnce() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            Http2Client client = Http2Client.of(sim);
            sim.apply(SimProxy.httpListener(SimProxy::named));
            String ping = client.frames().getLast();
            client.send(FrameText.pong(FrameText.opaque(ping)));
            assertThat(client.frames()).containsExactly("GOAWAY 0 NO_ERROR");
            assertThat(client.peer.isClosed()).isTrue();
        }
    }

    @Test
    void aConnectionWithoutRequestsIsDrainedAfterAnHour() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            Http2Client client = Http2Client.of(sim);
            sim.advance(Duration.ofMinutes(59));
            assertThat(client.frames()).isEmpty();
            sim.advance(Duration.ofMinutes(2));
            assertThat(client.frames()).first().isEqualTo("GOAWAY 2147483647 NO_ERROR");
            assertThat(client.peer.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatNeverSettlesIsClosed() {
        try (var sim = SimProxy.http()) {
            SimPeer client = sim.client().send(FrameText.preface(), FrameText.settings());
            sim.advance(Duration.ofSeconds(9));
            assertThat(client.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(2));
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsItsAnswerForAsLongAsAStreamMayIdle() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim);
            client.send(FrameText.settings(4, 0)).get(1, "/a");
            echo.last().send(OK);
            assertThat(client.frames()).singleElement().asString().startsWith("HEADERS 1");
            assertThat(sim.log().last()).startsWith("GET /a 200 - via_upstream");
            sim.advance(Duration.ofSeconds(301));
            assertThat(client.frames()).containsExactly("RST_STREAM 1 CANCEL");
        }
    }

    @Test
    void aSlowUpstreamStopsItsClientByTheWindow() {
        try (var sim = SimProxy.http()) {
            SimUpstream hanging = sim.upstream();
            hanging.hang();
            Http2Client client = Http2Client.of(sim).get(1, "/a").post(3, "/a");
            for (int i = 0; i < 16; i++) {
                client.send(FrameText.data(3, "x".repeat(16_000), false));
            }
            // Nearly all of the window, and nothing of it is given back.
            assertThat(client.frames()).isEmpty();
            client.send(FrameText.data(3, "x".repeat(16_000), false));
            assertThat(client.frames()).containsExactly("RST_STREAM 3 FLOW_CONTROL_ERROR");
            sim.advance(Duration.ofSeconds(6));
        }
    }
}

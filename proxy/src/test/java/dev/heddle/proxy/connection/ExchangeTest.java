package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import org.junit.jupiter.api.Test;

/// Whole exchanges over HTTP/1.1, in virtual time.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class ExchangeTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\nX-Case: Kept\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    @Test
    void aRequestIsForwardedAndItsResponseComesBack() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            assertThat(echo.last().take())
                    .startsWith("GET /a HTTP/1.1\r\nhost: echo\r\nx-case: Kept\r\n")
                    .contains("\r\nx-forwarded-proto: http\r\n", "\r\nx-request-id: ")
                    .contains("\r\nx-envoy-expected-rq-timeout-ms: 15000\r\n")
                    .contains("\r\nx-edited: echo\r\n")
                    .endsWith("\r\n\r\n");
            echo.last().send(OK);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n")
                    .contains("\r\nx-envoy-upstream-service-time: 0\r\n")
                    .contains("\r\nserver: envoy\r\n")
                    .contains("\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n")
                    .endsWith("\r\n\r\nhi");
            assertThat(sim.log().lines()).containsExactly("GET /a 200 - via_upstream 0/2");
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void oneConnectionOfEachSideServesManyRequests() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            for (int i = 0; i < 5; i++) {
                client.send(GET);
                echo.last().send(OK);
                assertThat(client.take()).startsWith("HTTP/1.1 200 OK").endsWith("hi");
            }
            assertThat(echo.connections()).hasSize(1);
            assertThat(sim.log().lines()).hasSize(5);
        }
    }

    @Test
    void pipelinedRequestsAreServedInTheirOrder() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client =
                    sim.client().send(GET + GET.replace("/a", "/b") + GET.replace("/a", "/c"));
            assertThat(echo.last().take()).startsWith("GET /a").doesNotContain("GET /b");
            echo.last().send(OK.replace("hi", "A1"));
            assertThat(echo.last().take()).startsWith("GET /b").doesNotContain("GET /c");
            echo.last().send(OK.replace("hi", "B2"));
            echo.last().send(OK.replace("hi", "C3"));
            assertThat(client.received())
                    .containsSubsequence("A1", "HTTP/1.1", "B2", "HTTP/1.1", "C3");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void tenThousandPipelinedRequestsForNothingAreAnsweredWithoutGrowingTheStack() {
        try (var sim = SimProxy.http()) {
            SimPeer client = sim.client().send(GET.repeat(10_000));
            assertThat(sim.log().lines()).hasSize(10_000);
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void aBodyWithALengthIsForwardedAsItCame() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 010\r\n\r\n01234");
            assertThat(echo.last().take())
                    .contains("\r\ncontent-length: 10\r\n")
                    .endsWith("\r\n\r\n01234");
            client.send("56789");
            assertThat(echo.last().take()).isEqualTo("56789");
            echo.last().send(OK);
            assertThat(sim.log().last()).isEqualTo("POST /a 200 - via_upstream 10/2");
        }
    }

    @Test
    void aChunkedBodyLosesExtensionsAndTrailers() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send(
                    "POST /a HTTP/1.1\r\nHost: echo\r\nTransfer-Encoding: Chunked\r\n\r\n"
                            + "5;x=y\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n");
            assertThat(echo.last().take())
                    .contains("\r\ntransfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            echo.last()
                    .send(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "3\r\nabc\r\n0\r\n\r\n");
            assertThat(client.take())
                    .contains("\r\ntransfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            client.send(GET);
            assertThat(echo.last().take()).startsWith("GET /a");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void aResponseThatEndsWithItsConnectionBecomesChunked() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 200 OK\r\n\r\nsome");
            echo.last().send("thing");
            echo.last().close();
            assertThat(client.take())
                    .contains("\r\ntransfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n4\r\nsome\r\n5\r\nthing\r\n0\r\n\r\n");
            assertThat(sim.log().last()).isEqualTo("GET /a 200 - via_upstream 0/9");
            client.send(GET);
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void aHeadRequestHasNoBodyWhateverItsHeadersSay() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET.replace("GET", "HEAD"));
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            assertThat(client.take()).contains("content-length: 100\r\n").endsWith("\r\n\r\n");
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void responsesWithoutBodiesEndWithTheirHead() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.take())
                    .startsWith("HTTP/1.1 204 No Content\r\n")
                    .doesNotContain("content-length", "transfer-encoding");
            client.send(GET);
            echo.last().send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
            assertThat(client.take()).contains("content-length: 7\r\n").endsWith("\r\n\r\n");
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void earlyHintsPassAndAContinueThatNobodyAskedForDoesNot() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last()
                    .send(
                            "HTTP/1.1 100 Continue\r\n\r\n"
                                    + "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                                    + OK);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK")
                    .doesNotContain("100 Continue");
        }
    }

    @Test
    void aClientThatWaitsForContinueIsAnsweredByTheProxy() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send(
                    "PUT /a HTTP/1.1\r\nHost: echo\r\nExpect: 100-Continue\r\n"
                            + "Content-Length: 2\r\n\r\n");
            assertThat(client.take()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(echo.last().take()).doesNotContain("expect:");
            client.send("ab");
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200").endsWith("hi");
        }
    }

    @Test
    void theAuthorityOfAnAbsoluteTargetReplacesHost() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            sim.client().send("GET http://reviews:9080/x?y HTTP/1.1\r\nHost: other\r\n\r\n");
            assertThat(echo.last().take())
                    .startsWith("GET /x?y HTTP/1.1\r\nhost: reviews:9080\r\n")
                    .doesNotContain("other");
        }
    }

    @Test
    void headersForOneHopStayOnIt() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send(
                    "GET /a HTTP/1.1\r\nHost: echo\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                            + "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\n"
                            + "X-End: 2\r\n\r\n");
            assertThat(echo.last().take())
                    .contains("x-end: 2")
                    .doesNotContain("x-hop", "keep-alive", "connection", "te:");
            echo.last()
                    .send(
                            "HTTP/1.1 200 OK\r\nConnection: X-H\r\nX-H: 1\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.take()).doesNotContain("x-h:", "connection");
        }
    }

    @Test
    void aConnectionIsClosedWhereEitherSideAsksForIt() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send("GET /a HTTP/1.1\r\nHost: echo\r\nConnection: close\r\n\r\n");
            echo.last().send(OK);
            assertThat(client.take()).contains("\r\nconnection: close\r\n").endsWith("hi");
            assertThat(client.isClosed()).isTrue();

            SimPeer next = sim.client().send(GET);
            echo.last().send(OK.replace("200 OK", "200 OK\r\nConnection: close"));
            assertThat(next.take()).doesNotContain("connection: close");
            next.send(GET);
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void anEarlyAnswerEndsBothConnectionsBecauseTheBodyIsStillComing() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 100\r\n\r\nabc");
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200").endsWith("hi");
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("POST /a 200 - via_upstream 3/2");
        }
    }

    @Test
    void aBodySentWhileTheUpstreamConnectsIsNotLost() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 4\r\n\r\nabcd");
            assertThat(echo.last().take()).endsWith("\r\n\r\nabcd");
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }
}

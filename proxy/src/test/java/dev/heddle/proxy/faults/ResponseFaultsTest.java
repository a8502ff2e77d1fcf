package dev.heddle.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Timeouts;
import dev.heddle.proxy.sim.SimPeer;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Upstreams that answer wrongly, too early, in part or not at all, and clients that leave or
/// linger, at a whole proxy.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class ResponseFaultsTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /// What an upstream says, and what its client gets.
    record Answer(String row, String bytes, String outcome) {
        @Override
        public String toString() {
            String shown = bytes.length() > 60 ? bytes.substring(0, 60) + "…" : bytes;
            return row + " " + shown.replace("\r", "\\r").replace("\n", "\\n");
        }
    }

    static Stream<Answer> answers() {
        String early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
        return Stream.of(
                new Answer(
                        "A26",
                        OK + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        "502"),
                new Answer("A26", OK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", "502"),
                new Answer("A26", OK + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "502"),
                new Answer("A26", OK + "Content-Length: -2\r\n\r\nhi", "502"),
                new Answer("A26", OK + "Transfer-Encoding: gzip\r\n\r\n", "502"),
                new Answer("A26", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi", "502"),
                new Answer(
                        "A26",
                        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        "502"),
                new Answer("A26", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "502"),
                new Answer("A26", OK + "X : y\r\n\r\n", "502"),
                new Answer("A26", OK + "X: y\r\n z\r\nContent-Length: 0\r\n\r\n", "502"),
                new Answer("A26", OK + "X: y\0\r\n\r\n", "502"),
                new Answer("A26", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "502"),
                new Answer("A26", "HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n", "502"),
                new Answer("A26", "ICY 200 OK\r\n\r\n", "502"),
                new Answer("A26", early.repeat(17) + OK + "Content-Length: 0\r\n\r\n", "502"),
                new Answer("E22", OK + "X: " + "a".repeat(100_000) + "\r\n\r\n", "502"),
                new Answer("E22", OK + "X: 1\r\n".repeat(10_000) + "\r\n", "502"),
                new Answer("E22", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100), "502"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatIsNoAnswerIs502AndItsConnectionIsNotUsedAgain(Answer answer) {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            int step = Math.max(1, answer.bytes().length() / 100);
            for (int cut = 0; cut < answer.bytes().length(); cut += step) {
                mesh.begin();
                SimPeer client = mesh.sim().client().send(GET);
                SimPeer upstream = withRequest(mesh);
                upstream.send(answer.bytes().substring(0, cut));
                upstream.send(answer.bytes().substring(cut));
                assertThat(finalOutcome(client)).isEqualTo(answer.outcome());
                assertThat(upstream.isClosed()).as("is not used again").isTrue();
                assertThat(mesh.sim().log().last()).contains("[UPE]");
                client.close();
                mesh.check();
            }
        }
    }

    private static SimPeer withRequest(Mesh mesh) {
        SimPeer found =
                mesh.upstream().connections().stream()
                        .filter(peer -> !peer.isClosed() && !peer.received().isEmpty())
                        .findFirst()
                        .orElseThrow();
        found.take();
        return found;
    }

    /// The status of the last answer: informational ones may have come before.
    private static String finalOutcome(SimPeer client) {
        String text = client.received();
        return text.substring(text.lastIndexOf("HTTP/1.1 ")).split(" ", 3)[1];
    }

    @Test
    void bytesBehindAnAnswerReachNobody() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.begin();
            SimPeer client = mesh.sim().client().send(GET);
            SimPeer upstream = withRequest(mesh);
            upstream.send(
                    OK + "Content-Length: 2\r\n\r\nhi" + OK + "Content-Length: 4\r\n\r\nevil");
            assertThat(client.take()).endsWith("\r\n\r\nhi");
            client.send(GET);
            assertThat(upstream.isClosed()).isTrue();
            withRequest(mesh).send(OK + "Content-Length: 2\r\n\r\nho");
            assertThat(client.take()).endsWith("\r\n\r\nho");
        }
    }

    @Test
    void anAnswerToHeadHasNoBodyWhateverItSays() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            SimPeer client = mesh.sim().client().send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
            SimPeer upstream = withRequest(mesh);
            upstream.send(OK + "Content-Length: 5\r\n\r\nhello");
            assertThat(client.take()).endsWith("\r\n\r\n").doesNotContain("hello");
            assertThat(upstream.isClosed()).as("is not used again").isTrue();
            client.send(GET);
            withRequest(mesh).send(OK + "Content-Length: 2\r\n\r\nho");
            assertThat(client.take()).endsWith("\r\n\r\nho");
        }
    }

    /// A17, A19: the upstream does not wait for the request's end.
    @Test
    void anAnswerBeforeTheRequestsEndEndsTheUpstreamConnection() {
        for (String status : List.of("200 OK", "401 Unauthorized", "417 Expectation Failed")) {
            try (var mesh = new Mesh(UnaryOperator.identity())) {
                SimPeer client = mesh.sim().client().send(POST + "12345");
                SimPeer upstream = withRequest(mesh);
                upstream.send("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(client.take())
                        .startsWith("HTTP/1.1 " + status.substring(0, 3))
                        .endsWith("\r\n\r\nhi");
                assertThat(upstream.isClosed()).isTrue();
                client.send("67890" + GET);
                mesh.sim().advance(Duration.ofMillis(1100));
                assertThat(client.take()).isEmpty();
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    /// F03: the connection ends after each byte of an answer.
    @ParameterizedTest
    @MethodSource("wholeAnswers")
    void anAnswerThatIsCutOffIsNoWholeOne(String bytes) {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            int headEnd = bytes.indexOf("\r\n\r\n") + 4;
            for (int cut = 0; cut < bytes.length(); cut++) {
                mesh.begin();
                SimPeer client = mesh.sim().client().send(POST + "1234567890");
                SimPeer upstream = withRequest(mesh);
                upstream.send(bytes.substring(0, cut)).close();
                mesh.sim().advance(Duration.ofMillis(1100));
                if (cut < headEnd) {
                    assertThat(client.received()).startsWith("HTTP/1.1 503 ");
                    assertThat(client.isClosed()).isFalse();
                } else {
                    assertThat(client.received())
                            .startsWith("HTTP/1.1 200 ")
                            .doesNotEndWith("0\r\n\r\n");
                    assertThat(client.isClosed()).isTrue();
                }
                assertThat(mesh.sim().log().last()).contains("[UC]");
                client.close();
                mesh.check();
            }
        }
    }

    static Stream<String> wholeAnswers() {
        return Stream.of(
                OK + "Content-Length: 10\r\n\r\n0123456789",
                OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n");
    }

    /// F12: the client leaves after each byte of its request, and while it waits.
    @Test
    void aClientMayLeaveAtAnyMoment() {
        String bytes = POST + "1234567890";
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            for (int cut = 0; cut <= bytes.length(); cut++) {
                mesh.begin();
                SimPeer client = mesh.sim().client().send(bytes.substring(0, cut));
                client.close();
                if (cut >= POST.length()) {
                    assertThat(mesh.upstream().last().isClosed()).isTrue();
                }
                if (cut > 2) {
                    assertThat(mesh.sim().log().last()).contains("[DC]");
                }
                mesh.check();
            }
        }
    }

    /// A25: a client sends and sends, and reads nothing.
    @Test
    void pipelinedRequestsWaitForTheirTurn() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            SimPeer client = mesh.sim().client();
            for (int i = 0; i < 1_000; i++) {
                client.send(GET);
            }
            assertThat(mesh.sim().log().unfinished()).isEqualTo(1);
            assertThat(mesh.upstream().last().received())
                    .isEqualToIgnoringCase(
                            mesh.upstream()
                                    .last()
                                    .received()
                                    .replaceAll("(?s)(GET /a.*?\r\n\r\n).*", "$1"));
            mesh.begin();
            mesh.answerRequests();
            mesh.check();
            assertThat(client.received().split("HTTP/1.1 200 OK", -1)).hasSize(1_001);
        }
    }

    @Test
    void aSlowHeadIs408AndGoodClientsGoOn() {
        try (var mesh = new Mesh(config -> with(config, Duration.ofSeconds(10), Duration.ZERO))) {
            mesh.begin();
            SimPeer slow = mesh.sim().client();
            for (int i = 0; i < 12; i++) {
                slow.send(GET.substring(i, i + 1));
                mesh.sim().advance(Duration.ofSeconds(1));
            }
            assertThat(slow.received()).startsWith("HTTP/1.1 408 ");
            assertThat(slow.isClosed()).isTrue();
            mesh.check();
        }
    }

    @Test
    void aSlowBodyIs408AndItsUpstreamRequestEnds() {
        try (var mesh = new Mesh(config -> with(config, Duration.ZERO, Duration.ofSeconds(10)))) {
            mesh.begin();
            SimPeer slow = mesh.sim().client().send(POST);
            SimPeer upstream = withRequest(mesh);
            for (int i = 0; i < 8; i++) {
                slow.send("x");
                mesh.sim().advance(Duration.ofMillis(1_500));
            }
            assertThat(slow.received()).startsWith("HTTP/1.1 408 ");
            assertThat(upstream.isClosed()).isTrue();
            mesh.check();
        }
    }

    private static HttpConnectionManagerConfig with(
            HttpConnectionManagerConfig usual, Duration head, Duration request) {
        Timeouts times = usual.timeouts();
        return new HttpConnectionManagerConfig(
                usual.statPrefix(),
                usual.routes(),
                usual.filters(),
                usual.accessLogs(),
                usual.identity(),
                usual.paths(),
                new Timeouts(
                        times.idle(),
                        head,
                        request,
                        times.streamIdle(),
                        times.connection(),
                        times.stream(),
                        times.drain(),
                        times.delayedClose()),
                usual.limits(),
                usual.codec(),
                usual.http1(),
                usual.http2());
    }

    /// F04: the upstream takes the request and says nothing.
    @Test
    void anUpstreamThatSaysNothingIs504() {
        try (var mesh = new Mesh(UnaryOperator.identity())) {
            mesh.begin();
            SimPeer client = mesh.sim().client().send(GET);
            SimPeer upstream = withRequest(mesh);
            mesh.sim().advance(Duration.ofSeconds(16));
            assertThat(client.received()).startsWith("HTTP/1.1 504 ");
            assertThat(upstream.isClosed()).isTrue();
            assertThat(mesh.sim().log().last()).contains(" 504 [UT] response_timeout ");
            mesh.check();
        }
    }
}

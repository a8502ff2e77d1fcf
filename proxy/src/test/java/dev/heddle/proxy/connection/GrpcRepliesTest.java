package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.route.Attempts;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.StreamLimit;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What callers of gRPC hear of this proxy, and how long they wait.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class GrpcRepliesTest {
    private static final String GRPC = "content-type: application/grpc";

    @ParameterizedTest
    @CsvSource({
        "400, 13", "401, 16", "403, 7", "404, 12", "429, 14", "502, 14", "503, 14", "504, 14",
        "418, 2", "500, 2"
    })
    void aReplyIsTrailersAlone(int status, int grpcStatus) {
        try (var sim = SimProxy.http()) {
            sim.routes().add("/", new RouteAction.DirectReply(status, "100 % é"));
            Http2Client client = Http2Client.of(sim).post(1, "/a", GRPC + "+proto");
            assertThat(client.frames())
                    .first()
                    .asString()
                    .startsWith(
                            "HEADERS 1 [:status: 200, content-type: application/grpc, grpc-status: "
                                    + grpcStatus
                                    + ", grpc-message: 100 %25 %C3%A9, ")
                    .endsWith(" end");
            assertThat(sim.log().last()).isEqualTo("POST /a 200 - direct_response 0/0");
        }
    }

    @ParameterizedTest
    @CsvSource({"application/grpc-web", "application/grpc;x", "text/plain", "application/grp"})
    void whatIsNoCallIsAnsweredAsUsual(String type) {
        try (var sim = SimProxy.http()) {
            Http2Client client = Http2Client.of(sim).post(1, "/a", "content-type: " + type);
            assertThat(client.frames()).first().asString().startsWith("HEADERS 1 [:status: 404");
        }
    }

    @Test
    void aCallInHttp1IsAnsweredInTheSameWay() {
        try (var sim = SimProxy.http()) {
            SimPeer client =
                    sim.client()
                            .send(
                                    "POST /a HTTP/1.1\r\nHost: echo\r\n"
                                            + "Content-Type: application/grpc\r\n"
                                            + "Content-Length: 0\r\n\r\n");
            assertThat(client.take())
                    .startsWith(
                            "HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\n"
                                    + "grpc-status: 12\r\n")
                    .contains("content-length: 0\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(sim.log().last()).isEqualTo("POST /a 200 [NR] route_not_found 0/0");
        }
    }

    private static SimUpstream route(
            SimProxy sim, Optional<GrpcTimeout> timeout, Optional<StreamLimit> limit) {
        sim.routes()
                .add(
                        "/g",
                        new RouteAction.Forward(
                                List.of(new RouteAction.Target("echo", 1, 0)),
                                1,
                                Duration.ofSeconds(15),
                                Optional.empty(),
                                timeout,
                                limit,
                                Attempts.ONE));
        return sim.upstream(new UpstreamProtocol.Http2(Http2Options.USUAL));
    }

    private static Http2Client server(SimUpstream echo) {
        Http2Client server = Http2Client.serving(echo.last());
        server.send(FrameText.settings(), FrameText.settingsAck());
        return server;
    }

    private static SimUpstream limited(SimProxy sim) {
        return route(
                sim,
                Optional.empty(),
                Optional.of(
                        new StreamLimit(
                                Optional.of(Duration.ZERO),
                                Optional.of(
                                        new GrpcTimeout(Duration.ofSeconds(2), Duration.ZERO)))));
    }

    @Test
    void aCallEndsWhenItsCallerSaysIfTheRouteAllows() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = limited(sim);
            Http2Client client = Http2Client.of(sim).post(1, "/g", GRPC, "grpc-timeout: 500m");
            Http2Client server = server(echo);
            assertThat(server.frames())
                    .anySatisfy(line ->
                            assertThat(line)
                                    .contains("grpc-timeout: 500m")
                                    .doesNotContain("x-envoy-expected"));
            sim.advance(Duration.ofMillis(400));
            assertThat(client.frames()).isEmpty();
            sim.advance(Duration.ofMillis(200));
            assertThat(client.frames())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("grpc-status: 4, grpc-message: downstream duration timeout");
            assertThat(server.frames()).containsExactly("RST_STREAM 1 CANCEL");
            assertThat(sim.log().last()).isEqualTo("POST /g 200 - max_duration_timeout 0/0");
        }
    }

    @Test
    void noCallHasMoreTimeThanTheRouteGives() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = limited(sim);
            Http2Client client = Http2Client.of(sim).post(1, "/g", GRPC, "grpc-timeout: 50S");
            assertThat(server(echo).frames())
                    .anySatisfy(line -> assertThat(line).contains("grpc-timeout: 2000m"));
            sim.advance(Duration.ofMillis(2_100));
            assertThat(client.frames()).first().asString().contains("grpc-status: 4");
        }
    }

    @ParameterizedTest
    @CsvSource({"x5", "5", "S", "123456789S", "-1S", "''"})
    void aTimeoutThatSaysNothingIsNone(String timeout) {
        try (var sim = SimProxy.http()) {
            limited(sim);
            Http2Client client =
                    Http2Client.of(sim).post(1, "/g", GRPC, "grpc-timeout: " + timeout);
            sim.advance(Duration.ofSeconds(60));
            assertThat(client.frames()).isEmpty();
        }
    }

    @Test
    void anOldRouteTimesTheResponseOfACall() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo =
                    route(
                            sim,
                            Optional.of(
                                    new GrpcTimeout(Duration.ofSeconds(2), Duration.ofMillis(100))),
                            Optional.empty());
            Http2Client client = Http2Client.of(sim).post(1, "/g", GRPC, "grpc-timeout: 1S");
            assertThat(server(echo).frames())
                    .anySatisfy(line ->
                            assertThat(line)
                                    .contains("grpc-timeout: 900m")
                                    .contains("x-envoy-expected-rq-timeout-ms: 900"));
            client.send(FrameText.data(1, "", true));
            sim.advance(Duration.ofMillis(950));
            assertThat(client.frames())
                    .first()
                    .asString()
                    .contains("grpc-status: 14, grpc-message: upstream request timeout");
        }
    }
}

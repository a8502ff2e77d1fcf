package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Limits;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A connection of HTTP/1.1 without a request for some seconds, which keeps next to nothing: its
/// client must not notice.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class RestTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void theNextRequestIsServedAfterEachRest() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            for (int i = 0; i < 3; i++) {
                sim.advance(LONG);
                client.send(GET);
                echo.last().send(OK);
                assertThat(client.take()).startsWith("HTTP/1.1 200 ").endsWith("hi");
            }
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void manyStreamsAtOnceAreServedAfterEachRest() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim);
            int stream = 1;
            for (int i = 0; i < 3; i++) {
                sim.advance(LONG);
                for (int many = 0; many < 40; many++) {
                    client.get(stream, "/a");
                    stream += 2;
                }
                for (SimPeer connection : echo.connections()) {
                    if (!connection.take().isEmpty()) {
                        connection.send(OK);
                    }
                }
                assertThat(client.frames()).filteredOn(it -> it.startsWith("DATA")).hasSize(40);
            }
            assertThat(client.peer.isClosed()).isFalse();
        }
    }

    @Test
    void aHeadThatComesInPiecesKeepsItAwake() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send("GET /a HTTP/1.1\r\n");
            sim.advance(LONG);
            client.send("Host: echo\r\n\r\n");
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void aRequestThatTakesLongerIsNotForgotten() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            sim.advance(LONG);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void requestsBeforeARestCount() {
        try (var sim = SimProxy.http(config -> withRequests(config, 2))) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            assertThat(client.take()).doesNotContain("connection: close");
            sim.advance(LONG);
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).contains("connection: close");
        }
    }

    @Test
    void theTimeWithoutARequestCountsFromTheLastOne() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            sim.advance(Duration.ofMinutes(59));
            assertThat(client.isClosed()).isFalse();
            sim.advance(Duration.ofMinutes(2));
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void itEndsWithItsClient() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            sim.advance(LONG);
            client.close();
            sim.advance(LONG);
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static HttpConnectionManagerConfig withRequests(
            HttpConnectionManagerConfig config, long most) {
        Limits usual = config.limits();
        return new HttpConnectionManagerConfig(
                config.statPrefix(),
                config.routes(),
                config.filters(),
                config.accessLogs(),
                config.identity(),
                config.paths(),
                config.timeouts(),
                new Limits(usual.requestHeadBytes(), usual.headers(), most, usual.underscores()),
                config.codec(),
                config.http1(),
                config.http2());
    }
}

package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.ConnectionOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that are kept for the next request, and servers that close them under it.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class KeepAliveTest {
    private static final InetSocketAddress ECHO = new InetSocketAddress("10.0.1.1", 80);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    private static String request(String method) {
        return method + " /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    }

    private static String served(SimProxy sim, SimUpstream echo, SimPeer client) {
        client.send(request("GET"));
        echo.last().send(OK);
        assertThat(sim.log().last()).startsWith("GET /a 200 ");
        return client.take();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
    void aRequestWhoseConnectionIsClosedUnderItIsSentAgain(String method) {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            served(sim, echo, client);
            client.send(request(method));
            echo.last().close();
            assertThat(client.received()).isEmpty();
            assertThat(echo.connections()).hasSize(2);
            assertThat(echo.last().take()).startsWith(method + " /a HTTP/1.1\r\n");
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aRequestIsSentAgainOnlyOnce() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            served(sim, echo, client);
            client.send(request("GET"));
            echo.last().close();
            echo.last().close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void aRequestThatIsSentAgainGetsAConnectionThatNobodyHasUsed() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer one = sim.client();
            SimPeer two = sim.client();
            one.send(request("GET"));
            two.send(request("GET"));
            echo.connections().forEach(connection -> connection.send(OK));
            one.take();
            two.take();
            one.send(request("GET"));
            two.send(request("GET"));
            echo.last().close();
            assertThat(echo.connections()).hasSize(3);
            echo.last().send(OK);
            echo.connections().getFirst().send(OK);
            assertThat(one.take()).startsWith("HTTP/1.1 200 ");
            assertThat(two.take()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void whatMayHaveBeenDoneIsNotDoneTwice() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            served(sim, echo, client);
            client.send(request("POST"));
            echo.last().close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void aRequestWithABodyIsNotSentAgain() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            served(sim, echo, client);
            client.send("PUT /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 2\r\n\r\nhi");
            echo.last().close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
        }
    }

    @Test
    void aServerThatClosesItsFirstRequestIsNotAskedAgain() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(request("GET"));
            echo.last().close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void anAnswerThatHadBegunIsNotAskedForAgain() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            served(sim, echo, client);
            client.send(request("GET"));
            echo.last().send("HTTP/1.1 200 O").close();
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(echo.connections()).hasSize(1);
        }
    }

    @Test
    void connectionsAreGivenUpBeforeTheServerClosesThem() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            for (int i = 0; i < 3; i++) {
                served(sim, echo, client);
                sim.advance(Duration.ofMillis(100));
                echo.last().close();
            }
            served(sim, echo, client);
            sim.advance(Duration.ofMillis(70));
            assertThat(echo.last().isClosed()).isFalse();
            sim.advance(Duration.ofMillis(10));
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void aConnectionThatIsTooOldTakesNoFurtherRequest() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = upstream(sim, options(Duration.ofSeconds(10), Integer.MAX_VALUE, 1));
            SimPeer client = sim.client();
            served(sim, echo, client);
            sim.advance(Duration.ofSeconds(6));
            served(sim, echo, client);
            assertThat(echo.connections()).hasSize(1);
            sim.advance(Duration.ofSeconds(5));
            assertThat(echo.last().isClosed()).isTrue();
            served(sim, echo, client);
            assertThat(echo.connections()).hasSize(2);
        }
    }

    @Test
    void aRequestOutlivesTheAgeOfItsConnection() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = upstream(sim, options(Duration.ofSeconds(10), Integer.MAX_VALUE, 1));
            SimPeer client = sim.client().send(request("GET"));
            sim.advance(Duration.ofSeconds(11));
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 ");
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void noHostGetsMoreConnectionsThanItMayHave() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = upstream(sim, options(Duration.ZERO, 2, 1));
            for (int i = 0; i < 3; i++) {
                sim.client().send(request("GET"));
            }
            assertThat(echo.connections()).hasSize(2);
            echo.last().send(OK);
            assertThat(echo.last().take()).contains("GET /a", "GET /a");
            echo.last().send(OK);
            echo.connections().getFirst().send(OK);
            assertThat(sim.log().lines()).hasSize(3).allMatch(line -> line.contains(" 200 "));
        }
    }

    @Test
    void connectionsAreMadeBeforeTheyAreAskedFor() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = upstream(sim, options(Duration.ZERO, Integer.MAX_VALUE, 2));
            sim.client().send(request("GET"));
            assertThat(echo.connections()).hasSize(2);
            sim.client().send(request("GET"));
            assertThat(echo.connections()).hasSize(4);
            assertThat(echo.connections().stream().filter(it -> !it.received().isEmpty()))
                    .hasSize(2);
        }
    }

    private static ConnectionOptions options(Duration age, int perHost, double ratio) {
        ConnectionOptions usual = ConnectionOptions.ENVOY;
        return new ConnectionOptions(age, usual.sockets(), usual.responseLimits(), perHost, ratio);
    }

    private static SimUpstream upstream(SimProxy sim, ConnectionOptions options) {
        var cluster = sim.cluster(ClusterSettings.named("echo").with(options));
        cluster.host(ECHO);
        sim.routes().forward("/", "echo", Duration.ZERO);
        assertThat(cluster.stats().get(ClusterStat.UPSTREAM_CX_TOTAL)).isZero();
        return sim.upstream(ECHO);
    }
}

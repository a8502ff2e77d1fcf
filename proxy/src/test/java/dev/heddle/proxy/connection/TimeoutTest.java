package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.AddressRange;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Timeouts;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Trust;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Every time limit of an exchange and of the connections under it, in virtual time.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class TimeoutTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    @Test
    void aResponseThatTakesLongerThanTheRouteAllowsIs504() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            sim.advance(Duration.ofMillis(14_900));
            assertThat(client.received()).isEmpty();
            sim.advance(Duration.ofMillis(200));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .endsWith("\r\n\r\nupstream request timeout");
            assertThat(sim.log().last()).isEqualTo("GET /a 504 [UT] response_timeout 0/24");
            assertThat(echo.last().isClosed()).isTrue();
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void theRouteTimeoutBeginsWhenTheRequestIsComplete() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 2\r\n\r\na");
            sim.advance(Duration.ofSeconds(60));
            client.send("b");
            sim.advance(Duration.ofSeconds(14));
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void aTimeoutInTheMiddleOfAResponseCutsItOff() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
            sim.advance(Duration.ofSeconds(16));
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("GET /a 200 [UT] response_timeout 0/2");
        }
    }

    @Test
    void aRequestFromInsideMayAskForAnotherTimeout() {
        try (var sim = SimProxy.http(TimeoutTest::trusting)) {
            SimUpstream echo = sim.upstream();
            SimPeer client =
                    sim.client()
                            .send(
                                    "GET /a HTTP/1.1\r\nHost: echo\r\n"
                                            + "x-envoy-upstream-rq-timeout-ms: 100\r\n\r\n");
            assertThat(echo.last().take()).contains("x-envoy-expected-rq-timeout-ms: 100\r\n");
            sim.advance(Duration.ofMillis(150));
            assertThat(client.take()).startsWith("HTTP/1.1 504 ");
        }
    }

    @Test
    void anExchangeWithoutAByteForFiveMinutesIs408() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 2\r\n\r\na");
            sim.advance(Duration.ofSeconds(301));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .contains("connection: close")
                    .endsWith("\r\n\r\nstream timeout");
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().last()).isEqualTo("POST /a 408 [SI] stream_idle_timeout 1/14");
        }
    }

    @Test
    void bytesKeepAnExchangeAlive() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            SimPeer client = sim.client();
            client.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 100\r\n\r\n");
            for (int i = 0; i < 5; i++) {
                sim.advance(Duration.ofSeconds(200));
                client.send("x");
            }
            assertThat(client.received()).isEmpty();
        }
    }

    @Test
    void aConnectionWithoutRequestsIsClosedAfterAnHour() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            sim.advance(Duration.ofMinutes(55));
            assertThat(client.isClosed()).isFalse();
            assertThat(echo.last().isClosed()).isFalse();
            sim.advance(Duration.ofMinutes(10));
            assertThat(client.isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isTrue();
        }
    }

    @Test
    void aHeadThatDoesNotComeInTimeIs408() {
        try (var sim = SimProxy.http(timeouts(Duration.ofSeconds(10), Duration.ZERO))) {
            SimPeer idle = sim.client();
            SimPeer slow = sim.client().send("GET /a HTTP/1.1\r\nHo");
            sim.advance(Duration.ofSeconds(11));
            assertThat(slow.take()).startsWith("HTTP/1.1 408 ").contains("connection: close");
            assertThat(slow.isClosed()).isTrue();
            assertThat(idle.isClosed()).isFalse();
            assertThat(sim.log().lines()).containsExactly("  408 - request_header_timeout 0/22");
        }
    }

    @Test
    void aRequestThatDoesNotComeInTimeIs408() {
        try (var sim = SimProxy.http(timeouts(Duration.ZERO, Duration.ofSeconds(10)))) {
            sim.upstream();
            SimPeer slow = sim.client();
            slow.send("POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 100\r\n\r\n");
            for (int i = 0; i < 11; i++) {
                sim.advance(Duration.ofSeconds(1));
                slow.send("x");
            }
            assertThat(slow.take()).startsWith("HTTP/1.1 408 ").endsWith("request timeout");
            assertThat(sim.log().last()).contains(" 408 - request_overall_timeout ");
        }
    }

    static HttpConnectionManagerConfig trusting(HttpConnectionManagerConfig config) {
        var identity =
                new Identity(
                                true,
                                0,
                                false,
                                "",
                                config.identity().server(),
                                "envoy",
                                true,
                                false,
                                false)
                        .trusting(
                                new Trust(
                                        List.of(
                                                new AddressRange(
                                                        InetAddress.getLoopbackAddress(), 8)),
                                        false,
                                        Optional.empty()));
        return new HttpConnectionManagerConfig(
                config.statPrefix(),
                config.routes(),
                config.filters(),
                config.accessLogs(),
                identity,
                config.paths(),
                config.timeouts(),
                config.limits(),
                config.codec(),
                config.http1(),
                config.http2());
    }

    @Test
    void anIdleClientIsToldToGoBeforeItsConnectionIsClosed() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GET);
            echo.last().send(OK);
            SimPeer other = sim.client().send(GET);
            echo.last().send(OK);
            client.take();
            other.take();
            sim.advance(Duration.ofHours(1).plusSeconds(2));
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).contains("\r\nconnection: close\r\n");
            assertThat(other.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(5));
            assertThat(other.isClosed()).isTrue();
            assertThat(other.take()).isEmpty();
        }
    }

    @Test
    void anUpstreamThatIsSilentForFiveMinutesIs504() {
        try (var sim = SimProxy.http()) {
            var address = new InetSocketAddress("10.0.1.1", 80);
            sim.cluster(ClusterSettings.named("echo")).host(address);
            sim.routes().forward("/", "echo", Duration.ZERO);
            sim.upstream(address);
            SimPeer client = sim.client().send(GET);
            sim.advance(Duration.ofSeconds(301));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .endsWith("\r\n\r\nstream timeout");
            assertThat(client.isClosed()).isFalse();
        }
    }

    private static java.util.function.UnaryOperator<HttpConnectionManagerConfig> timeouts(
            Duration head, Duration request) {
        Timeouts usual = Timeouts.ENVOY;
        return config ->
                new HttpConnectionManagerConfig(
                        config.statPrefix(),
                        config.routes(),
                        config.filters(),
                        config.accessLogs(),
                        config.identity(),
                        config.paths(),
                        new Timeouts(
                                usual.idle(),
                                head,
                                request,
                                usual.streamIdle(),
                                usual.connection(),
                                usual.stream(),
                                usual.drain(),
                                usual.delayedClose()),
                        config.limits(),
                        config.codec(),
                        config.http1(),
                        config.http2());
    }

    @Test
    void aPooledConnectionIsUsedNoMoreOftenThanAllowed() {
        try (var sim = SimProxy.http()) {
            var address = new InetSocketAddress("10.0.1.1", 80);
            ClusterSettings usual = ClusterSettings.named("two");
            var settings =
                    new ClusterSettings(
                            "two",
                            usual.connectTimeout(),
                            Duration.ofSeconds(30),
                            2,
                            1 << 20,
                            usual.limits());
            sim.cluster(settings).host(address);
            sim.routes().forward("/", "two", Duration.ZERO);
            SimUpstream echo = sim.upstream(address);
            SimPeer client = sim.client();
            for (int i = 0; i < 5; i++) {
                client.send(GET);
                echo.last().send(OK);
            }
            assertThat(echo.connections()).hasSize(3);
            assertThat(echo.connections().get(0).isClosed()).isTrue();
            assertThat(echo.last().isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(31));
            assertThat(echo.last().isClosed()).isTrue();
        }
    }
}

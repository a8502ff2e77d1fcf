package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hosts that have several addresses, of which some lead nowhere.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class HappyEyeballsTest {
    private static final InetSocketAddress FIRST = new InetSocketAddress("10.0.1.1", 80);
    private static final InetSocketAddress SECOND = new InetSocketAddress("10.0.1.2", 80);
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    private static SimProxy proxy() {
        var sim = SimProxy.http();
        sim.cluster(ClusterSettings.named("echo")).host(List.of(FIRST, SECOND));
        sim.routes().forward("/", "echo", Duration.ZERO);
        return sim;
    }

    @Test
    void theFirstAddressIsUsedWhileItWorks() {
        try (var sim = proxy()) {
            SimUpstream first = sim.upstream(FIRST);
            SimUpstream second = sim.upstream(SECOND);
            SimPeer client = sim.client().send(GET);
            first.last().send(OK);
            assertThat(client.take()).endsWith("hi");
            sim.advance(Duration.ofSeconds(1));
            assertThat(second.connections()).isEmpty();
        }
    }

    @Test
    void anAddressThatRefusesIsFollowedByTheNextAtOnce() {
        try (var sim = proxy()) {
            SimUpstream second = sim.upstream(SECOND);
            SimPeer client = sim.client().send(GET);
            second.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void anAddressThatHangsIsOvertakenAfterThreeHundredMilliseconds() {
        try (var sim = proxy()) {
            SimUpstream first = sim.upstream(FIRST);
            first.hang();
            SimUpstream second = sim.upstream(SECOND);
            // One connection is taken out of the queue before the server stops taking.
            sim.client().send(GET);
            SimPeer client = sim.client().send(GET);
            sim.advance(Duration.ofMillis(290));
            assertThat(second.connections()).isEmpty();
            sim.advance(Duration.ofMillis(20));
            assertThat(second.connections()).hasSize(1);
            second.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void whereEveryAddressRefusesTheRequestIs503() {
        try (var sim = proxy()) {
            assertThat(sim.client().send(GET).take()).startsWith("HTTP/1.1 503 ");
            assertThat(sim.log().last()).contains(" 503 [UF] ");
        }
    }
}

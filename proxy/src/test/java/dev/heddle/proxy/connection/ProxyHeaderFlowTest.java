package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ProxyHeader;
import dev.heddle.proxy.upstream.ProxyHeader.Passed;
import dev.heddle.proxy.upstream.ProxyHeader.Version;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Connections that tell hosts of a client serve it alone, and go with it.
class ProxyHeaderFlowTest {
    private static final InetSocketAddress HOST = new InetSocketAddress("10.0.1.1", 80);
    private static final String GET = "GET / HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String HEADER = "PROXY TCP4 127.0.0.1 10.0.0.1 0 8080\r\n";

    private static SimUpstream upstream(SimProxy sim) {
        sim.cluster(ClusterSettings.named("echo"))
                .telling(new ProxyHeader(Version.V1, Passed.NONE, List.of()))
                .host(HOST);
        sim.routes().forward("/", "echo", Duration.ofSeconds(15));
        return sim.upstream(HOST);
    }

    @Test
    void aClientHasConnectionsOfItsOwnAndUsesThemAgain() {
        try (var sim = SimProxy.http()) {
            SimUpstream upstream = upstream(sim);
            SimPeer one = sim.client().send(GET);
            assertThat(upstream.last().take()).startsWith(HEADER + "GET / HTTP/1.1\r\n");
            upstream.last().send(OK);
            assertThat(one.take()).startsWith("HTTP/1.1 200 OK\r\n");

            SimPeer two = sim.client().send(GET);
            assertThat(upstream.connections()).hasSize(2);
            assertThat(upstream.last().take()).startsWith(HEADER + "GET / HTTP/1.1\r\n");
            upstream.last().send(OK);
            assertThat(two.take()).startsWith("HTTP/1.1 200 OK\r\n");

            one.send(GET);
            assertThat(upstream.connections()).hasSize(2);
            assertThat(upstream.connections().getFirst().take()).startsWith("GET / HTTP/1.1\r\n");
            upstream.connections().getFirst().send(OK);
        }
    }

    @Test
    void theConnectionsOfAClientThatIsGoneAreClosed() {
        try (var sim = SimProxy.http()) {
            SimUpstream upstream = upstream(sim);
            SimPeer one = sim.client().send(GET);
            upstream.last().send(OK);
            sim.client().send(GET);
            upstream.last().send(OK);
            one.close();
            assertThat(upstream.connections().getFirst().isClosed()).isTrue();
            assertThat(upstream.connections().getLast().isClosed()).isFalse();
        }
    }
}

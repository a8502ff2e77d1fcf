package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.AddressRange;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.ServerHeader;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Trust;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the upstream is told about the client, and the client about the proxy.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class ProxyHeadersTest {
    private static final String GIVEN =
            "GET / HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n"
                    + "X-Forwarded-Proto: https\r\n"
                    + "X-Request-Id: mine\r\n"
                    + "x-envoy-force-trace: 9\r\n"
                    + "X-Envoy-Internal: true\r\n\r\n";
    private static final String ASKING =
            "GET / HTTP/1.1\r\nHost: a\r\nx-envoy-force-trace: 9\r\n\r\n";
    private static final String BARE = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static SimProxy with(Identity identity) {
        return SimProxy.http(config ->
                new HttpConnectionManagerConfig(
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
                        config.http2()));
    }

    private static String seenByUpstream(Identity identity, String request) {
        try (var sim = with(identity)) {
            SimUpstream echo = sim.upstream();
            sim.client().send(request);
            return echo.last().received();
        }
    }

    private static Identity inside(boolean skipXff) {
        return new Identity(
                false, 0, skipXff, "", ServerHeader.OVERWRITE, "envoy", true, false, false);
    }

    private static Identity edge(int hops, boolean preserve) {
        return new Identity(
                true, hops, false, "", ServerHeader.OVERWRITE, "envoy", true, preserve, false);
    }

    private static Identity trusting(String network) {
        return new Identity(true, 0, false, "", ServerHeader.OVERWRITE, "envoy", true, false, false)
                .trusting(
                        new Trust(
                                List.of(new AddressRange(InetAddress.ofLiteral(network), 8)),
                                false,
                                Optional.empty()));
    }

    @Test
    void insideTheMeshWhatWasSaidIsBelieved() {
        assertThat(seenByUpstream(inside(false), GIVEN))
                .contains("x-forwarded-for: 1.1.1.1, 2.2.2.2\r\n")
                .contains("x-forwarded-proto: https\r\n")
                .contains("x-request-id: mine\r\n")
                .doesNotContain("x-envoy-force-trace", "x-envoy-internal");
    }

    @Test
    void onlyThoseInsideMaySayHowTheyAreServed() {
        assertThat(seenByUpstream(trusting("127.0.0.0"), ASKING))
                .contains("x-envoy-force-trace: 9\r\n", "x-envoy-internal: true\r\n")
                .doesNotContain("x-envoy-external-address");
        assertThat(seenByUpstream(trusting("10.0.0.0"), ASKING))
                .doesNotContain("x-envoy-force-trace", "x-envoy-internal")
                .contains("x-envoy-external-address: 127.0.0.1\r\n");
    }

    @Test
    void thePortAndTheSchemeOfTheConnectionAreSaidWhereThatIsAskedFor() {
        Identity usual = edge(0, false);
        var identity =
                new Identity(true, 0, false, "", usual.server(), "envoy", true, false, false)
                        .trusting(new Trust(List.of(), true, Optional.of("https")));
        assertThat(seenByUpstream(identity, GIVEN))
                .contains("x-forwarded-port: 8080\r\n", "x-forwarded-proto: https\r\n");
    }

    @Test
    void aRequestWithoutAnIdGetsAUuid() {
        assertThat(seenByUpstream(inside(false), BARE))
                .containsPattern(
                        "x-request-id:"
                                + " [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\r\n")
                .contains("x-forwarded-proto: http\r\n")
                .doesNotContain("x-forwarded-for");
    }

    @Test
    void atTheEdgeTheConnectionIsBelieved() {
        assertThat(seenByUpstream(edge(0, false), GIVEN))
                .contains("x-forwarded-for: 1.1.1.1, 2.2.2.2,127.0.0.1\r\n")
                .contains("x-forwarded-proto: http\r\n")
                .contains("x-envoy-external-address: 127.0.0.1\r\n")
                .doesNotContain("x-request-id: mine", "x-envoy-force-trace", "x-envoy-internal");
    }

    @Test
    void atTheEdgeBehindTrustedProxiesTheirWordCounts() {
        assertThat(seenByUpstream(edge(1, true), GIVEN))
                .contains("x-envoy-external-address: 2.2.2.2\r\n")
                .contains("x-forwarded-proto: https\r\n")
                .contains("x-request-id: mine\r\n");
    }

    @Test
    void whatIsNoAddressIsNotBelieved() {
        assertThat(seenByUpstream(edge(1, true), GIVEN.replace("2.2.2.2", "evil.example")))
                .contains("x-envoy-external-address: 127.0.0.1\r\n");
    }

    @Test
    void theServerHeaderFollowsTheConfiguration() {
        assertThat(server(ServerHeader.OVERWRITE, "Server: own\r\n")).contains("server: envoy\r\n");
        assertThat(server(ServerHeader.APPEND_IF_ABSENT, "Server: own\r\n"))
                .contains("server: own\r\n");
        assertThat(server(ServerHeader.APPEND_IF_ABSENT, "")).contains("server: envoy\r\n");
        assertThat(server(ServerHeader.PASS_THROUGH, "")).doesNotContain("server:");
        assertThat(server(ServerHeader.PASS_THROUGH, "Date: then\r\n"))
                .contains("date: then\r\n", "via: 1.1 up, me\r\n", "x-request-id: mine\r\n");
    }

    private static String server(ServerHeader server, String header) {
        var identity = new Identity(false, 0, false, "me", server, "envoy", true, false, true);
        try (var sim = with(identity)) {
            SimUpstream echo = sim.upstream();
            SimPeer client = sim.client().send(GIVEN);
            assertThat(echo.last().received()).contains("via: me\r\n");
            echo.last()
                    .send(
                            "HTTP/1.1 200 OK\r\nVia: 1.1 up\r\n"
                                    + header
                                    + "Content-Length: 0\r\n\r\n");
            return client.received();
        }
    }
}

package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.route.Attempts;
import dev.heddle.proxy.route.RetryBackoff;
import dev.heddle.proxy.route.RetryCondition;
import dev.heddle.proxy.route.RetryPolicy;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.sim.SimCluster;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a client and upstreams see of retries.
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class RetryTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n";
    private static final String POST =
            "POST /a HTTP/1.1\r\nHost: echo\r\nContent-Length: 6\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    private static final String BUSY = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
    private static final InetSocketAddress ONE = new InetSocketAddress("10.0.1.1", 80);
    private static final InetSocketAddress TWO = new InetSocketAddress("10.0.1.2", 80);
    private static final Duration BACKOFF = Duration.ofMillis(30);

    private static Attempts retrying(int retries) {
        return retrying(retries, RetryPolicy.Tries.UNLIMITED, RetryPolicy.Hosts.ANY, 1 << 20);
    }

    private static Attempts retrying(
            int retries, RetryPolicy.Tries tries, RetryPolicy.Hosts hosts, long bufferLimit) {
        return new Attempts(
                new RetryPolicy(
                        Set.of(RetryCondition.GATEWAY_ERROR, RetryCondition.CONNECT_FAILURE),
                        retries,
                        tries,
                        RetryBackoff.ENVOY,
                        hosts,
                        List.of(),
                        _ -> false,
                        _ -> true),
                OptionalLong.of(bufferLimit),
                true,
                true,
                true);
    }

    private static SimCluster cluster(SimProxy sim, Attempts attempts) {
        return cluster(sim, attempts, CircuitLimits.ENVOY);
    }

    private static SimCluster cluster(SimProxy sim, Attempts attempts, CircuitLimits limits) {
        sim.routes()
                .add(
                        "/",
                        new RouteAction.Forward(
                                List.of(new RouteAction.Target("echo", 1, 0)),
                                1,
                                Duration.ofSeconds(15),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                attempts));
        return sim.cluster(
                        new ClusterSettings(
                                "echo",
                                Duration.ofSeconds(5),
                                Duration.ofHours(1),
                                0,
                                1 << 20,
                                limits))
                .host(ONE);
    }

    @Test
    void aFailedAnswerIsNotSeen() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = cluster(sim, retrying(2));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            assertThat(echo.last().take())
                    .contains(
                            "\r\nx-envoy-attempt-count: 1\r\n",
                            "\r\nx-envoy-expected-rq-timeout-ms: 15000\r\n")
                    .doesNotContain("x-envoy-is-timeout-retry");
            echo.last().send(BUSY);
            sim.advance(BACKOFF);
            assertThat(client.received()).isEmpty();
            assertThat(echo.last().take())
                    .contains(
                            "\r\nx-envoy-attempt-count: 2\r\n",
                            "\r\nx-envoy-is-timeout-retry: false\r\n")
                    .containsPattern("\r\nx-envoy-expected-rq-timeout-ms: 149[789]\\d\r\n");
            echo.last().send(OK);
            assertThat(client.take())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nx-envoy-attempt-count: 2\r\n")
                    .endsWith("\r\n\r\nhi");
            assertThat(sim.log().last()).isEqualTo("GET /a 200 - via_upstream 0/2");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY, 1);
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY_SUCCESS, 1);
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY_BACKOFF_EXPONENTIAL, 1);
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_5XX, 0);
        }
    }

    private static void assertStats(SimCluster cluster, ClusterStat stat, long expected) {
        assertThat(cluster.stats().get(stat)).as(stat.name()).isEqualTo(expected);
    }

    @Test
    void theLastAnswerIsSeenWhenNoRetryIsLeft() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = cluster(sim, retrying(1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            echo.last().send(BUSY);
            sim.advance(BACKOFF);
            echo.last().send(BUSY);
            assertThat(client.take()).startsWith("HTTP/1.1 503 ").endsWith("busy");
            assertThat(sim.log().last()).isEqualTo("GET /a 503 [URX] via_upstream 0/4");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED, 1);
            client.send(GET);
            echo.last().send(OK);
            assertThat(client.take()).endsWith("hi");
        }
    }

    @Test
    void refusedConnectionsAreTriedAgain() {
        try (var sim = SimProxy.http()) {
            cluster(sim, retrying(3));
            SimUpstream echo = sim.upstream(ONE);
            echo.stop();
            SimPeer client = sim.client().send(GET);
            assertThat(client.received()).isEmpty();
            sim.advance(Duration.ofSeconds(1));
            assertThat(client.take()).startsWith("HTTP/1.1 503 ");
            assertThat(sim.log().last()).startsWith("GET /a 503 [URX, UF] ");
        }
    }

    /// F01: the client sees nothing of a host that is not there.
    @Test
    void aRetryGoesToAnotherHost() {
        try (var sim = SimProxy.http()) {
            cluster(
                            sim,
                            retrying(
                                    1,
                                    RetryPolicy.Tries.UNLIMITED,
                                    new RetryPolicy.Hosts(true, 0, 5),
                                    1))
                    .host(TWO);
            sim.upstream(ONE).stop();
            SimUpstream two = sim.upstream(TWO);
            SimPeer client = sim.client().send(GET);
            // The turn is the first host's again.
            SimPeer other = sim.client().send(GET);
            two.last().send(OK);
            assertThat(other.take()).contains("\r\nx-envoy-attempt-count: 1\r\n");
            sim.advance(BACKOFF);
            two.last().send(OK);
            assertThat(client.take()).contains("\r\nx-envoy-attempt-count: 2\r\n").endsWith("hi");
        }
    }

    @Test
    void aBodyIsSentAgainFromItsBeginning() {
        for (int cut = 0; cut <= 6; cut++) {
            try (var sim = SimProxy.http()) {
                cluster(sim, retrying(1));
                SimUpstream echo = sim.upstream(ONE);
                String body = "abcdef";
                SimPeer client = sim.client().send(POST + body.substring(0, cut));
                echo.last().send(BUSY);
                client.send(body.substring(cut, (cut + 6) / 2));
                sim.advance(BACKOFF);
                client.send(body.substring((cut + 6) / 2));
                assertThat(echo.last().take()).endsWith("\r\n\r\nabcdef");
                echo.last().send(OK);
                assertThat(client.take()).startsWith("HTTP/1.1 200 ").endsWith("hi");
            }
        }
    }

    @Test
    void aBodyThatIsLongerThanWhatIsKeptIsNotSentAgain() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster =
                    cluster(
                            sim,
                            retrying(1, RetryPolicy.Tries.UNLIMITED, RetryPolicy.Hosts.ANY, 5));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(POST + "abc");
            client.send("def");
            echo.last().send(BUSY);
            assertThat(client.take()).startsWith("HTTP/1.1 503 ").endsWith("busy");
            assertThat(sim.log().last()).isEqualTo("POST /a 503 - via_upstream 6/4");
            assertStats(cluster, ClusterStat.RETRY_OR_SHADOW_ABANDONED, 1);
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY, 0);
        }
    }

    @Test
    void anAttemptThatTakesTooLongIsFollowedByAnother() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster =
                    cluster(
                            sim,
                            retrying(
                                    1,
                                    new RetryPolicy.Tries(Duration.ofSeconds(2), Duration.ZERO),
                                    RetryPolicy.Hosts.ANY,
                                    1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            assertThat(echo.last().take()).contains("\r\nx-envoy-expected-rq-timeout-ms: 2000\r\n");
            sim.advance(Duration.ofSeconds(2));
            assertThat(echo.connections().getFirst().isClosed()).isTrue();
            sim.advance(BACKOFF);
            assertThat(echo.last().take()).contains("\r\nx-envoy-is-timeout-retry: true\r\n");
            sim.advance(Duration.ofMillis(2_100));
            assertThat(client.take())
                    .startsWith("HTTP/1.1 504 ")
                    .endsWith("upstream request timeout");
            assertThat(sim.log().last())
                    .isEqualTo("GET /a 504 [URX, UT] upstream_per_try_timeout 0/24");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_PER_TRY_TIMEOUT, 2);
        }
    }

    @Test
    void anAttemptWithoutAByteIsFollowedByAnother() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster =
                    cluster(
                            sim,
                            retrying(
                                    1,
                                    new RetryPolicy.Tries(Duration.ZERO, Duration.ofSeconds(2)),
                                    RetryPolicy.Hosts.ANY,
                                    1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            sim.advance(Duration.ofSeconds(2));
            sim.advance(BACKOFF);
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na");
            sim.advance(Duration.ofMillis(1_500));
            echo.last().send("b");
            sim.advance(Duration.ofMillis(1_500));
            assertThat(client.isClosed()).isFalse();
            sim.advance(Duration.ofMillis(600));
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().last())
                    .isEqualTo("GET /a 200 [UT] upstream_per_try_idle_timeout 0/2");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_PER_TRY_IDLE_TIMEOUT, 2);
        }
    }

    @Test
    void theTimeoutOfAllAttemptsEndsTheWaitForTheNext() {
        try (var sim = SimProxy.http()) {
            cluster(
                    sim,
                    retrying(
                            100,
                            new RetryPolicy.Tries(Duration.ofSeconds(4), Duration.ZERO),
                            RetryPolicy.Hosts.ANY,
                            1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            sim.advance(Duration.ofSeconds(16));
            assertThat(client.take()).startsWith("HTTP/1.1 504 ");
            assertThat(sim.log().last()).isEqualTo("GET /a 504 [UT] response_timeout 0/24");
            assertThat(echo.connections()).hasSize(4);
        }
    }

    @Test
    void aClientThatLeavesDuringTheWaitLeavesNothing() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = cluster(sim, retrying(1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(POST + "abcdef");
            echo.last().send(BUSY);
            client.close();
            sim.advance(BACKOFF);
            assertThat(sim.log().last()).startsWith("POST /a 0 [DC] ");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_TOTAL, 1);
        }
    }

    @Test
    void noMoreRetriesAreUnderWayThanAllowed() {
        try (var sim = SimProxy.http()) {
            SimCluster cluster = cluster(sim, retrying(1), new CircuitLimits(10, 10, 10, 1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer first = sim.client().send(GET);
            SimPeer second = sim.client().send(GET);
            List<SimPeer> both = List.copyOf(echo.connections());
            both.getFirst().send(BUSY);
            both.getLast().send(BUSY);
            assertThat(second.take()).startsWith("HTTP/1.1 503 ").endsWith("busy");
            assertThat(sim.log().last()).isEqualTo("GET /a 503 [UO] via_upstream 0/4");
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY_OVERFLOW, 1);
            sim.advance(BACKOFF);
            echo.last().send(OK);
            assertThat(first.take()).endsWith("hi");
        }
    }

    /// F09: however much fails, retries stay a share of the requests.
    @Test
    void aBudgetBoundsRetriesByWhatThereIsToDo() {
        try (var sim = SimProxy.http()) {
            var limits =
                    new CircuitLimits(
                            1_000,
                            1_000,
                            1_000,
                            0,
                            Optional.of(new CircuitLimits.RetryBudget(20, 2)),
                            false);
            SimCluster cluster = cluster(sim, retrying(5), limits);
            SimUpstream echo = sim.upstream(ONE);
            for (int i = 0; i < 100; i++) {
                sim.client().send(GET);
            }
            for (SimPeer peer : List.copyOf(echo.connections())) {
                peer.send(BUSY);
            }
            long retried = cluster.stats().get(ClusterStat.UPSTREAM_RQ_RETRY);
            assertThat(retried).isBetween(10L, 20L);
            assertStats(cluster, ClusterStat.UPSTREAM_RQ_RETRY_OVERFLOW, 100 - retried);
            assertThat(sim.log().lines()).hasSize((int) (100 - retried));
        }
    }

    @Test
    void afterAnInformationalAnswerThereIsNoRetry() {
        try (var sim = SimProxy.http()) {
            cluster(sim, retrying(1));
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client = sim.client().send(GET);
            echo.last().send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + BUSY);
            assertThat(client.take()).contains("HTTP/1.1 503 ").endsWith("busy");
        }
    }

    @Test
    void aRequestAsksForRetriesItself() {
        try (var sim = SimProxy.http(TimeoutTest::trusting)) {
            cluster(sim, Attempts.ONE);
            SimUpstream echo = sim.upstream(ONE);
            SimPeer client =
                    sim.client()
                            .send(
                                    "GET /a HTTP/1.1\r\nHost: echo\r\n"
                                            + "x-envoy-retry-on: 5xx\r\n"
                                            + "x-envoy-max-retries: 2\r\n\r\n");
            for (int i = 0; i < 2; i++) {
                assertThat(echo.last().take()).doesNotContain("x-envoy-retry", "x-envoy-max");
                echo.last().send(BUSY);
                sim.advance(Duration.ofMillis(60));
            }
            echo.last().send(OK);
            assertThat(client.take()).startsWith("HTTP/1.1 200 ").endsWith("hi");
        }
    }
}

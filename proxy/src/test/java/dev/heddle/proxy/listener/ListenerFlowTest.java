package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.ConnectionLimitConfig;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChainMatch;
import dev.heddle.proxy.config.FilterChains;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilterConfig;
import dev.heddle.proxy.config.ListenerFilterConfig.Disabled;
import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerFilters;
import dev.heddle.proxy.config.ProtocolDetection;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ProxyHeader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A connection on its way through listener filters to its filter chain.
class ListenerFlowTest {
    private static final Kind PROXY = new Kind.Proxy(false, Set.of(), "", ProxyHeader.Passed.NONE);

    private static FilterChainConfig tcp(String cluster, FilterChainMatch match) {
        return tcp(cluster, match, Optional.empty());
    }

    private static FilterChainConfig tcp(
            String cluster, FilterChainMatch match, Optional<ConnectionLimitConfig> limit) {
        var proxy =
                new TcpProxyConfig(
                        "tcp",
                        List.of(new TcpProxyConfig.Target(cluster, 1)),
                        Duration.ofHours(1),
                        1,
                        List.of());
        return new FilterChainConfig(
                cluster, match, limit, new FilterChainConfig.Handling.Tcp(proxy));
    }

    private static FilterChainConfig http(FilterChainMatch match) {
        var handling =
                SimProxy.httpListener(UnaryOperator.identity())
                        .chains()
                        .matched()
                        .getFirst()
                        .handling();
        return new FilterChainConfig("http", match, Optional.empty(), handling);
    }

    private static FilterChainMatch match(String transport, String protocol) {
        return new FilterChainMatch(
                OptionalInt.empty(),
                List.of(),
                List.of(),
                transport,
                protocol.isEmpty() ? List.of() : List.of(protocol),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(),
                List.of());
    }

    private static ListenerFilters filters(boolean continues, Kind... kinds) {
        return new ListenerFilters(
                java.util.Arrays.stream(kinds)
                        .map(kind -> new ListenerFilterConfig(kind, new Disabled.Never()))
                        .toList(),
                Duration.ofSeconds(5),
                continues);
    }

    private static SimProxy sim(ListenerFilters filters, FilterChainConfig... chains) {
        return SimProxy.of(listener(filters, chains));
    }

    private static ListenerConfig listener(ListenerFilters filters, FilterChainConfig... chains) {
        return SimProxy.listener(filters, new FilterChains(List.of(chains), Optional.empty()));
    }

    private static SimUpstream upstream(SimProxy sim, String cluster, int last) {
        var address = new InetSocketAddress("10.0.1." + last, 80);
        sim.cluster(ClusterSettings.named(cluster)).host(address);
        return sim.upstream(address);
    }

    @Test
    void whatWasLookedAtArrivesWhole() {
        try (var sim =
                sim(
                        filters(false, new Kind.Tls(), new Kind.Http()),
                        http(match("", "http/1.1")),
                        tcp("other", FilterChainMatch.EVERYTHING))) {
            SimUpstream other = upstream(sim, "other", 2);
            SimUpstream web = sim.upstream();
            SimPeer client = sim.client();
            for (char c : "GET /a HTTP/1.1\r\nHost: echo\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(web.last().take()).startsWith("GET /a HTTP/1.1\r\n");
            web.last().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
            assertThat(client.take()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("hi");

            SimPeer redis = sim.client().send("*1\r\n").send("$4\r\nPING\r\n");
            assertThat(other.last().take()).isEqualTo("*1\r\n$4\r\nPING\r\n");
            other.last().send("+PONG\r\n");
            assertThat(redis.take()).isEqualTo("+PONG\r\n");
            assertThat(sim.log().counted(ListenerStat.HTTP11_FOUND)).isEqualTo(1);
            assertThat(sim.log().counted(ListenerStat.HTTP_NOT_FOUND)).isEqualTo(1);
        }
    }

    @Test
    void aSilentClientIsClosedWhenTheTimeIsUp() {
        try (var sim =
                sim(filters(false, new Kind.Tls()), tcp("db", FilterChainMatch.EVERYTHING))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client();
            sim.advance(Duration.ofMillis(4_900));
            assertThat(client.isClosed()).isFalse();
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE)).isEqualTo(1);
            sim.advance(Duration.ofMillis(200));
            assertThat(client.isClosed()).isTrue();
            assertThat(db.connections()).isEmpty();
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT)).isEqualTo(1);
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE)).isZero();
        }
    }

    @Test
    void aServerThatSpeaksFirstWaitsForTheTimeAndNoLonger() {
        try (var sim =
                sim(
                        filters(true, new Kind.Tls(), new Kind.Http()),
                        tcp("tls", match("tls", "")),
                        tcp("db", match("raw_buffer", "")))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client();
            sim.advance(Duration.ofMillis(4_900));
            assertThat(db.connections()).isEmpty();
            sim.advance(Duration.ofMillis(200));
            db.last().send("220 ready\r\n");
            assertThat(client.take()).isEqualTo("220 ready\r\n");
            client.send("QUIT\r\n");
            assertThat(db.last().take()).isEqualTo("QUIT\r\n");
        }
    }

    @Test
    void whatCameBeforeTheTimeWasUpIsNotLost() {
        try (var sim =
                sim(filters(true, new Kind.Http()), tcp("db", FilterChainMatch.EVERYTHING))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client().send("HELLO");
            sim.advance(Duration.ofSeconds(6));
            assertThat(db.last().take()).isEqualTo("HELLO");
            client.send(" AGAIN");
            assertThat(db.last().take()).isEqualTo(" AGAIN");
        }
    }

    @Test
    void aConnectionThatNoChainIsForIsClosedAndCounted() {
        try (var sim = sim(filters(false, new Kind.Tls()), tcp("db", match("tls", "")))) {
            upstream(sim, "db", 2);
            SimPeer client = sim.client().send("plain");
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().counted(ListenerStat.NO_FILTER_CHAIN_MATCH)).isEqualTo(1);
        }
    }

    @Test
    void aClientThatLeavesWhileItIsLookedAtLeavesNothing() {
        try (var sim =
                sim(filters(false, new Kind.Http()), tcp("db", FilterChainMatch.EVERYTHING))) {
            SimUpstream db = upstream(sim, "db", 2);
            sim.client().send("GET").close();
            assertThat(db.connections()).isEmpty();
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_LISTENER_FILTER_REMOTE_CLOSE))
                    .isEqualTo(1);
        }
    }

    @Test
    void aProxyHeaderIsTakenOffAndItsClientIsTheClient() {
        try (var sim = sim(filters(false, PROXY, new Kind.Http()), http(match("", "http/1.1")))) {
            SimUpstream web = sim.upstream();
            SimPeer client =
                    sim.client()
                            .send("PROXY TCP4 203.0.113.7 192.0.2.1 5000 80\r\nGET /a HT")
                            .send("TP/1.1\r\nHost: echo\r\n\r\n");
            assertThat(web.last().take()).startsWith("GET /a HTTP/1.1\r\n");
            web.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.take()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void aForgedProxyHeaderClosesTheConnection() {
        try (var sim = sim(filters(false, PROXY), tcp("db", FilterChainMatch.EVERYTHING))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client().send("PROXY TCP4 1.1.1.1\r\n");
            assertThat(client.isClosed()).isTrue();
            assertThat(db.connections()).isEmpty();
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_LISTENER_FILTER_ERROR))
                    .isEqualTo(1);
        }
    }

    @Test
    void aLimitedChainTakesSoManyAndLetsTheRestWait() {
        var limit = new ConnectionLimitConfig("few", 2, Duration.ofSeconds(1));
        try (var sim =
                sim(
                        ListenerFilters.NONE,
                        tcp("db", FilterChainMatch.EVERYTHING, Optional.of(limit)))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer first = sim.client();
            SimPeer second = sim.client();
            SimPeer third = sim.client().send("x");
            assertThat(db.connections()).hasSize(2);
            sim.advance(Duration.ofMillis(900));
            assertThat(third.isClosed()).isFalse();
            sim.advance(Duration.ofMillis(200));
            assertThat(third.isClosed()).isTrue();
            first.close();
            sim.settle();
            SimPeer fourth = sim.client().send("y");
            assertThat(db.last().take()).isEqualTo("y");
            assertThat(second.isClosed() || fourth.isClosed()).isFalse();
            assertThat(sim.log().listenerLines())
                    .containsExactly(
                            "few taken", "few taken", "few limited", "few ended", "few taken");
        }
    }

    @Test
    void aChangedChainDrainsItsConnectionsAndNoOthers() {
        var filters = filters(false, new Kind.Http());
        FilterChainConfig db = tcp("db", match("", ""));
        FilterChainConfig web = http(match("", "http/1.1"));
        try (var sim = sim(filters, web, db)) {
            SimUpstream database = upstream(sim, "db", 2);
            SimUpstream other = upstream(sim, "other", 3);
            SimUpstream backend = sim.upstream();
            SimPeer raw = sim.client().send("*1\r\n");
            SimPeer browser = sim.client().send("GET /a HTTP/1.1\r\nHost: echo\r\n\r\n");
            backend.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            browser.take();

            // The TCP chain changes, the HTTP chain does not.
            sim.apply(listener(filters, web, tcp("other", match("", ""))));
            SimPeer later = sim.client().send("*2\r\n");
            assertThat(other.last().take()).isEqualTo("*2\r\n");
            browser.send("GET /b HTTP/1.1\r\nHost: echo\r\n\r\n");
            backend.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(browser.take()).doesNotContainIgnoringCase("connection: close");

            // What is on the old chain goes on for the time of draining.
            raw.send("*3\r\n");
            assertThat(database.last().take()).endsWith("*3\r\n");
            sim.advance(Duration.ofSeconds(59));
            assertThat(raw.isClosed()).isFalse();
            sim.advance(Duration.ofSeconds(2));
            assertThat(raw.isClosed()).isTrue();
            assertThat(later.isClosed() || browser.isClosed()).isFalse();

            // Another buffer is another listener: all of its connections end.
            var changed =
                    new ListenerConfig(
                            "main",
                            listener(filters, web).binding(),
                            filters,
                            listener(filters, web, tcp("other", match("", ""))).chains(),
                            ListenerConfig.Direction.UNSPECIFIED,
                            1024,
                            "");
            sim.apply(changed);
            browser.send("GET /c HTTP/1.1\r\nHost: echo\r\n\r\n");
            backend.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(browser.take()).containsIgnoringCase("connection: close");
            assertThat(browser.isClosed()).isTrue();
            sim.advance(Duration.ofSeconds(61));
            assertThat(later.isClosed()).isTrue();
        }
    }

    private static ListenerFilters learning(Duration timeout, boolean continues, Kind... kinds) {
        return new ListenerFilters(
                filters(continues, kinds).filters(),
                timeout,
                continues,
                Optional.of(ProtocolDetection.USUAL));
    }

    private static SimProxy learning() {
        return sim(
                learning(Duration.ZERO, true, new Kind.Tls(), new Kind.Http()),
                http(match("raw_buffer", "http/1.1")),
                tcp("db", match("raw_buffer", "")));
    }

    @Test
    void aServerThatSpeaksFirstIsHeardAtOnceAndRemembered() {
        try (var sim = learning()) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer first = sim.client();
            assertThat(db.connections()).isEmpty();
            sim.advance(Duration.ofMillis(110));
            assertThat(db.connections()).hasSize(1);
            db.last().send("220 ready\r\n");
            assertThat(first.take()).isEqualTo("220 ready\r\n");
            first.send("QUIT\r\n");
            assertThat(db.last().take()).isEqualTo("QUIT\r\n");
            db.last().send("221 bye\r\n");
            assertThat(first.take()).isEqualTo("221 bye\r\n");

            // The next one does not wait.
            SimPeer second = sim.client();
            assertThat(db.connections()).hasSize(2);
            db.last().send("220 ready\r\n");
            assertThat(second.take()).isEqualTo("220 ready\r\n");
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_LEARNED)).isEqualTo(1);
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_SKIPPED)).isEqualTo(1);
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_PROBES)).isEqualTo(1);
            assertThat(sim.log().counted(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE)).isZero();
            var learned = sim.listeners().learned();
            sim.settle();
            assertThat(learned)
                    .isCompletedWithValueMatching(lines ->
                            lines.equals(
                                    List.of(
                                            "main::10.0.0.1:8080::worker_0::server_first"
                                                    + "::connections::1::idle_s::0")));
        }
    }

    @Test
    void aSlowClientOfHttpIsServedAsHttpHoweverLongItWaits() {
        try (var sim = learning()) {
            SimUpstream web = sim.upstream();
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client();
            sim.advance(Duration.ofMinutes(2));
            assertThat(db.connections()).hasSize(1);
            assertThat(db.last().isClosed()).isFalse();
            client.send("GET / HTTP/1.1\r\nHost: echo\r\n\r\n");
            assertThat(web.last().take()).startsWith("GET / HTTP/1.1\r\n");
            web.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.take()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(db.last().isClosed()).isTrue();
            assertThat(db.last().take()).isEmpty();
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_LEARNED)).isZero();
        }
    }

    @Test
    void aSlowClientOfAnotherProtocolGetsTheConnectionThatWaits() {
        try (var sim = learning()) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client();
            sim.advance(Duration.ofSeconds(1));
            client.send("*1\r\n");
            assertThat(db.connections()).hasSize(1);
            assertThat(db.last().take()).isEqualTo("*1\r\n");
            db.last().send("+OK\r\n");
            assertThat(client.take()).isEqualTo("+OK\r\n");
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_LEARNED)).isZero();
        }
    }

    @Test
    void aDestinationWhoseClientSpeaksFirstAfterAllIsLookedAtAgain() {
        try (var sim = learning()) {
            SimUpstream web = sim.upstream();
            SimUpstream db = upstream(sim, "db", 2);
            sim.client();
            sim.advance(Duration.ofMillis(110));
            db.last().send("220 ready\r\n");

            String get = "GET / HTTP/1.1\r\nHost: echo\r\n\r\n";
            sim.client().send(get);
            assertThat(db.last().take()).isEqualTo(get);
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_FORGOTTEN)).isEqualTo(1);

            SimPeer third = sim.client().send(get);
            assertThat(web.last().take()).startsWith("GET / HTTP/1.1\r\n");
            web.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(third.take()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void whatIsNotUsedForLongIsForgotten() {
        try (var sim = learning()) {
            SimUpstream db = upstream(sim, "db", 2);
            sim.client();
            sim.advance(Duration.ofMillis(110));
            db.last().send("220 ready\r\n");
            sim.advance(ProtocolDetection.USUAL.memory());
            sim.client();
            assertThat(db.connections()).hasSize(1);
            assertThat(sim.log().counted(ListenerStat.SERVER_FIRST_SKIPPED)).isZero();
        }
    }

    @Test
    void aServerThatCannotBeReachedLeavesItsClientWaiting() {
        try (var sim = learning()) {
            SimUpstream db = upstream(sim, "db", 2);
            db.stop();
            SimPeer client = sim.client();
            sim.advance(Duration.ofSeconds(30));
            assertThat(client.isClosed()).isFalse();
            client.send("hello");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatLeavesTakesTheProbeWithIt() {
        try (var sim = learning()) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer client = sim.client();
            sim.advance(Duration.ofSeconds(1));
            client.close();
            assertThat(db.last().isClosed()).isTrue();
        }
    }

    @Test
    void withTimeUpTheServerThatThenSpeaksIsRemembered() {
        try (var sim =
                sim(
                        learning(Duration.ofMillis(50), true, new Kind.Http()),
                        tcp("db", match("raw_buffer", "")))) {
            SimUpstream db = upstream(sim, "db", 2);
            SimPeer first = sim.client();
            sim.advance(Duration.ofMillis(60));
            db.last().send("220 ready\r\n");
            assertThat(first.take()).isEqualTo("220 ready\r\n");
            sim.client();
            assertThat(db.connections()).hasSize(2);
        }
    }

    @Test
    void clientsCannotHaveItLearnMoreThanItsBound() {
        var memory =
                new ServerFirst(
                        new ProtocolDetection(Duration.ofSeconds(1), Duration.ofSeconds(60), 2));
        var one = new InetSocketAddress("10.0.0.1", 1);
        var two = new InetSocketAddress("10.0.0.1", 2);
        var three = new InetSocketAddress("10.0.0.1", 3);
        assertThat(memory.learn(one, 0)).isTrue();
        assertThat(memory.learn(two, 1)).isTrue();
        assertThat(memory.learn(one, 2)).isFalse();
        assertThat(memory.learn(three, 3)).isTrue();
        assertThat(memory.skips(two, 4)).isFalse();
        assertThat(memory.skips(one, 4)).isTrue();
        assertThat(memory.skips(one, 5 + Duration.ofSeconds(60).toNanos())).isFalse();
        assertThat(memory.learned(5)).hasSize(1);
    }
}

package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChainMatch;
import dev.heddle.proxy.config.FilterChains;
import dev.heddle.proxy.config.ListenerFilterConfig;
import dev.heddle.proxy.config.ListenerFilterConfig.Disabled;
import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerFilters;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// What access logs of a listener are told of connections, and of how many.
class ArrivalLogTest {
    private static final String UNMATCHED =
            "[NR] filter_chain_not_found : no filter chain of the listener takes such a connection:"
                    + " one to 10.0.0.1:8080 without TLS";

    /// A proxy whose listener takes requests without TLS and closes whatever else comes.
    private static SimProxy http() {
        var match =
                new FilterChainMatch(
                        OptionalInt.empty(),
                        List.of(),
                        List.of(),
                        "",
                        List.of("http/1.1"),
                        List.of(),
                        FilterChainMatch.SourceType.ANY,
                        List.of(),
                        List.of());
        FilterChainConfig.Handling http =
                SimProxy.httpListener(UnaryOperator.identity())
                        .chains()
                        .matched()
                        .getFirst()
                        .handling();
        return SimProxy.of(
                SimProxy.listener(
                        new ListenerFilters(
                                List.of(
                                        new ListenerFilterConfig(
                                                new Kind.Tls(), new Disabled.Never()),
                                        new ListenerFilterConfig(
                                                new Kind.Http(), new Disabled.Never())),
                                Duration.ofSeconds(5),
                                false),
                        new FilterChains(
                                List.of(
                                        new FilterChainConfig(
                                                "chain", match, Optional.empty(), http)),
                                Optional.empty())));
    }

    @Test
    void ofConnectionsThatNobodyServesSoManyASecondAreTold() {
        try (var sim = http()) {
            for (int i = 0; i < ArrivalLog.MOST + 50; i++) {
                sim.client().send("*1\r\n$4\r\nPING\r\n");
            }
            assertThat(sim.log().ends()).hasSize(ArrivalLog.MOST).containsOnly(UNMATCHED);
            assertThat(sim.log().counted(ListenerStat.ACCESS_LOG_SKIPPED)).isEqualTo(50);
            assertThat(sim.log().counted(ListenerStat.NO_FILTER_CHAIN_MATCH))
                    .isEqualTo(ArrivalLog.MOST + 50);
            sim.advance(Duration.ofSeconds(1));
            sim.client().send("*1\r\n$4\r\nPING\r\n");
            assertThat(sim.log().ends()).hasSize(ArrivalLog.MOST + 1);
        }
    }

    @Test
    void whoSaysTooLittleAndWhoIsServedAreToldOnceToo() {
        try (var sim = http()) {
            sim.client();
            sim.advance(Duration.ofSeconds(6));
            assertThat(sim.log().ends()).containsExactly("[] null : null");
            SimUpstream web = sim.upstream();
            var client =
                    sim.client().send("GET / HTTP/1.1\r\nHost: echo\r\nConnection: close\r\n\r\n");
            web.last().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.isClosed()).isTrue();
            assertThat(sim.log().ends()).containsExactly("[] null : null", "[] null chain: null");
        }
    }
}

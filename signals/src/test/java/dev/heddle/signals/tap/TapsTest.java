package dev.heddle.signals.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapsTest {
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private static RequestLog log(int code, String path) {
        return new RequestLog(
                1_780_000_000_123_456L,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids("id-1", "", ""),
                new Party("web-v1", "shop", "web", "v1"),
                new Party("api-v1", "shop", "api.shop.svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", "api", path),
                new RequestLog.Outcome(
                        code, -1, List.of("UH"), "no_healthy_upstream", "no host", 5_000, 1, 2, 3),
                new RequestLog.Way(
                        "10.0.0.1:80",
                        "outbound|80||api",
                        "route",
                        "VirtualService shop/api",
                        "api.yaml:7",
                        "7",
                        "10.0.0.9:4711",
                        Secure.YES,
                        "spiffe://cluster.local/ns/shop/sa/web"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.code == 503",
                "request.path == '/a' && request.url_path.startsWith('/')",
                "request.method == 'GET' && request.host == 'api' && request.id == 'id-1'",
                "request.duration == duration('5ms') && request.size == 1 && response.size == 2",
                "request.time > timestamp('2026-05-28T20:26:40Z')",
                "response.code_details == 'no_healthy_upstream'",
                "upstream.address == '10.0.0.1:80' && upstream.port == 80",
                "upstream.request_attempt_count == 3",
                "source.address == '10.0.0.9:4711' && source.port == 4711",
                "xds.cluster_name == 'outbound|80||api' && xds.route_name == 'route'",
                "xds.listener_direction == 2",
                "connection.uri_san_peer_certificate.endsWith('/web')",
                "metadata.filter_metadata['heddle']['source_workload'] == 'web-v1'",
                "metadata.filter_metadata['heddle']['destination_namespace'] == 'shop'",
                "'UH' in metadata.filter_metadata['heddle']['flags']",
                "metadata.filter_metadata.heddle.rule == 'VirtualService shop/api'",
            })
    void aFilterSeesWhatIsTold(String expression) {
        TapFilter filter = TapFilter.of(expression);
        assertThat(filter.test(log(503, "/a"))).isTrue();
        assertThat(TapFilter.of("!(" + expression + ")").test(log(503, "/a"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.headers['cookie'] == 'a' # request.headers is not told",
                "request.query == 'a' # request.query is not told",
                "response.headers['x'] == 'a' || destination.port == 1 # destination.port,",
                "response.code == # ",
                "source.workload == 'web' # source.workload",
            })
    void aFilterThatAsksForSomethingElseIsRefused(String text) {
        String[] parts = text.split(" # ?", 2);
        assertThatThrownBy(() -> TapFilter.of(parts[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("filter: ")
                .hasMessageContaining(parts[1].strip());
    }

    @Test
    void eachTapGetsWhatItWantsInOrder() throws InterruptedException {
        try (var taps = new Taps()) {
            Tap bad = taps.open(TapFilter.of("response.code >= 500")).orElseThrow();
            Tap all = taps.open(_ -> true).orElseThrow();
            taps.hear(
                    List.of(log(200, "/a"), log(503, "/b"), new FlightEntry(log(500, "/c"), "1")));
            assertThat(bad.next(AT_ONCE).map(it -> it.request().path())).hasValue("/b");
            assertThat(bad.next(AT_ONCE)).isEmpty();
            assertThat(all.next(AT_ONCE).map(it -> it.request().path())).hasValue("/a");
            assertThat(all.next(AT_ONCE).map(it -> it.request().path())).hasValue("/b");
            assertThat(all.next(AT_ONCE)).isEmpty();
        }
    }

    @Test
    void whatIsNotTakenInTimeIsDroppedAndCounted() {
        try (var taps = new Taps()) {
            Tap tap = taps.open(_ -> true).orElseThrow();
            for (int i = 0; i < 1_003; i++) {
                taps.hear(List.of(log(200, "/")));
            }
            assertThat(tap.dropped()).isEqualTo(3);
        }
    }

    @Test
    void soManyMayListenAndEachMakesRoomForAnother() {
        var taps = new Taps();
        var open = new ArrayList<Tap>();
        for (int i = 0; i < Taps.MOST; i++) {
            open.add(taps.open(_ -> true).orElseThrow());
        }
        assertThat(taps.open(_ -> true)).isEqualTo(Optional.empty());
        open.getFirst().close();
        open.getFirst().close();
        assertThat(taps.open(_ -> true)).isPresent();
        assertThat(taps.open(_ -> true)).isEmpty();
        taps.close();
        assertThat(open).allMatch(Tap::isClosed);
        assertThat(taps.open(_ -> true)).isEmpty();
        assertThat(taps.size()).isZero();
    }
}

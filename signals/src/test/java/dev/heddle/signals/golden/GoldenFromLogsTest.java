package dev.heddle.signals.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.rollup.Tally;
import dev.heddle.testkit.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GoldenFromLogsTest {
    private static final double SECONDS = 120;

    private static Map<Edge, Tally> added(List<RequestLog> logs) {
        var edges = new HashMap<Edge, Tally>();
        logs.forEach(log -> edges.computeIfAbsent(Edge.of(log), _ -> new Tally()).add(log));
        return edges;
    }

    /// What both proxies of each call tell; of what reached nobody only the caller's does.
    private static List<RequestLog> bothEnds(List<RequestLog> calls) {
        var all = new ArrayList<>(calls);
        calls.stream()
                .filter(call -> !call.destination().workload().isEmpty())
                .map(Logs::otherEnd)
                .forEach(all::add);
        return all;
    }

    private static List<RequestLog> calls(Seed seed) {
        var random = seed.random();
        var calls = new ArrayList<RequestLog>();
        for (int i = 0; i < 3_000; i++) {
            calls.add(Logs.any(random, i * 1_000L));
        }
        return calls;
    }

    private static void check(
            GoldenSignals signals, @Nullable List<RequestLog> logs, long less, Seed seed) {
        List<RequestLog> expected = Objects.requireNonNull(logs, signals.group().toString());
        long[] durations =
                expected.stream()
                        .mapToLong(log -> Math.max(0, log.outcome().durationMicros() - less))
                        .sorted()
                        .toArray();
        assertThat(signals.requests()).as("%s", seed).isEqualTo(expected.size());
        assertThat(signals.perSecond()).isCloseTo(expected.size() / SECONDS, within(1e-9));
        assertThat(signals.errors())
                .isEqualTo(expected.stream().filter(RequestLog::isError).count());
        assertThat(signals.errorShare())
                .isCloseTo((double) signals.errors() / expected.size(), within(1e-9));
        assertThat(signals.received())
                .isEqualTo(expected.stream().mapToLong(log -> log.outcome().received()).sum());
        assertThat(signals.secureShare()).isEqualTo(1);
        check(signals.p50Millis(), durations, 0.5);
        check(signals.p90Millis(), durations, 0.9);
        check(signals.p99Millis(), durations, 0.99);
    }

    private static void check(double millis, long[] durations, double share) {
        double exact = durations[(int) Math.ceil(share * durations.length) - 1] / 1e3;
        assertThat(millis).isCloseTo(exact, within(exact / 32 + 0.001));
    }

    private static Map<String, List<RequestLog>> by(
            List<RequestLog> calls, Function<RequestLog, String> key) {
        return calls.stream().collect(Collectors.groupingBy(key));
    }

    @Test
    void ofServicesTheyAreThoseOfTheCallersLogs() {
        Seed seed = Seed.ofRun();
        var calls = calls(seed);
        var signals = Goldens.of(added(bothEnds(calls)), Selector.all(Dimension.SERVICE), SECONDS);
        var expected = by(calls, call -> call.destination().service());
        assertThat(signals).hasSameSizeAs(expected.keySet());
        signals.forEach(it -> check(it, expected.get(it.group().destination().service()), 0, seed));
    }

    @Test
    void whetherACallWasSecuredIsTheWordOfWhoKnowsIt() {
        RequestLog call =
                calls(Seed.ofRun()).stream()
                        .filter(it -> !it.destination().workload().isEmpty())
                        .findFirst()
                        .orElseThrow();
        Edge said = Edge.of(call);
        var byMetrics =
                new Edge(
                        said.reporter(),
                        said.source(),
                        said.destination(),
                        said.protocol(),
                        said.route(),
                        Secure.UNKNOWN);
        var tally = new Tally();
        tally.add(call);
        var edges = new HashMap<Edge, Tally>(Map.of(byMetrics, tally));
        assertThat(Goldens.of(edges, Selector.all(Dimension.EDGE), SECONDS))
                .singleElement()
                .satisfies(it -> assertThat(it.secureShare()).isEqualTo(-1));
        edges.put(Edge.of(Logs.otherEnd(call)), tally);
        assertThat(Goldens.of(edges, Selector.all(Dimension.EDGE), SECONDS))
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.requests()).isEqualTo(1);
                    assertThat(it.secureShare()).isEqualTo(1);
                });
    }

    @Test
    void theTotalOfAServiceIsItsGroupsWhateverElseIsKnown() {
        var calls = calls(Seed.ofRun());
        Map<Edge, Tally> edges = added(bothEnds(calls));
        for (var group : Goldens.of(edges, Selector.all(Dimension.SERVICE), SECONDS)) {
            String host = group.group().destination().service();
            var one = new Selector(Dimension.SERVICE, host, "", "", "", _ -> true);
            var only = new HashMap<Edge, Tally>();
            edges.forEach((edge, tally) -> {
                if (Goldens.about(List.of(one)).test(edge)) {
                    only.put(edge, tally);
                }
            });
            assertThat(only).hasSizeLessThan(edges.size());
            assertThat(Goldens.total(only, one).requests()).isEqualTo(group.requests());
            assertThat(Goldens.total(edges, one).errors()).isEqualTo(group.errors());
        }
        var noRoute = new Selector(Dimension.SERVICE, "", "", "", "no-such", _ -> true);
        assertThat(Goldens.total(edges, noRoute).requests()).isZero();
    }

    @Test
    void ofEdgesTheyAreThoseOfTheCallersLogs() {
        Seed seed = Seed.ofRun();
        var calls = calls(seed);
        var signals = Goldens.of(added(bothEnds(calls)), Selector.all(Dimension.EDGE), SECONDS);
        var expected =
                by(calls, call -> call.source().name() + " " + call.destination().toString());
        assertThat(signals).hasSameSizeAs(expected.keySet());
        signals.forEach(it ->
                check(
                        it,
                        expected.get(
                                it.group().source().name()
                                        + " "
                                        + it.group().destination().toString()),
                        0,
                        seed));
    }

    @Test
    void ofWorkloadsTheyAreThoseOfTheirOwnLogs() {
        Seed seed = Seed.ofRun();
        var calls = calls(seed);
        var signals = Goldens.of(added(bothEnds(calls)), Selector.all(Dimension.WORKLOAD), SECONDS);
        var expected = by(calls, call -> call.destination().workload());
        expected.remove("");
        assertThat(signals).hasSameSizeAs(expected.keySet());
        signals.forEach(
                it -> check(it, expected.get(it.group().destination().workload()), 100, seed));
    }

    @Test
    void whatOnlyOneEndTellsCountsToo() {
        Seed seed = Seed.ofRun();
        var calls = calls(seed);
        var onlyServed =
                calls.stream()
                        .filter(call -> !call.destination().workload().isEmpty())
                        .map(Logs::otherEnd)
                        .toList();
        var services = Goldens.of(added(onlyServed), Selector.all(Dimension.SERVICE), SECONDS);
        var servedBy = by(onlyServed, call -> call.destination().service());
        assertThat(services).hasSameSizeAs(servedBy.keySet());
        services.forEach(
                it -> check(it, servedBy.get(it.group().destination().service()), 0, seed));
        var workloads = Goldens.of(added(calls), Selector.all(Dimension.WORKLOAD), SECONDS);
        var calledOnly = by(calls, call -> call.destination().workload());
        calledOnly.remove("");
        assertThat(workloads).hasSameSizeAs(calledOnly.keySet());
        workloads.forEach(
                it -> check(it, calledOnly.get(it.group().destination().workload()), 0, seed));
    }

    @Test
    void whoSeesNeitherEndSeesNoEdge() {
        var calls = calls(Seed.ofRun());
        var edges = added(calls);
        var shop = ServiceGraph.of(edges, "shop"::equals, SECONDS);
        var other = ServiceGraph.of(edges, "bank"::equals, SECONDS);
        assertThat(shop.edges()).isNotEmpty();
        assertThat(shop.edges().stream().mapToLong(it -> it.signals().requests()).sum())
                .isEqualTo(calls.size());
        assertThat(shop.nodes())
                .extracting(ServiceGraph.Node::id)
                .contains(
                        "workload/shop/web-0",
                        "workload/default/reviews-v1",
                        "service/default/reviews.default.svc.cluster.local");
        assertThat(other.edges()).isEmpty();
        assertThat(other.nodes()).isEmpty();
    }
}

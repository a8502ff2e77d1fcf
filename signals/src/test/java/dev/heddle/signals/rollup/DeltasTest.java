package dev.heddle.signals.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.MetricPoint.Value;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeltasTest {
    private static final long SECOND = 1_000_000;
    private static final long START = 1_000 * SECOND;

    private final Deltas deltas = new Deltas(START, 2);

    private static MetricPoint point(
            String sender, long start, long time, boolean isDelta, Value value) {
        var edge = new Edge(Side.SOURCE, Party.UNKNOWN, Party.UNKNOWN, "http", "", Secure.UNKNOWN);
        return new MetricPoint(
                new MetricPoint.Series(sender, "istio_requests_total", edge, 200, -1, List.of()),
                start,
                time,
                isDelta,
                value);
    }

    private Optional<Value> said(String sender, long start, long time, double total) {
        return deltas.of(point(sender, start, time, false, new Value.Sum(total)));
    }

    private static Optional<Value> sum(double total) {
        return Optional.of(new Value.Sum(total));
    }

    @Test
    void whatGrowsAddsTheDifference() {
        long start = START + SECOND;
        assertThat(said("a", start, start + SECOND, 5)).isEqualTo(sum(5));
        assertThat(said("a", start, start + 2 * SECOND, 5)).isEqualTo(sum(0));
        assertThat(said("a", start, start + 3 * SECOND, 12)).isEqualTo(sum(7));
    }

    @Test
    void aCounterThatBeganBeforeThisDidIsNotCountedTwice() {
        assertThat(said("a", START - SECOND, START + SECOND, 500)).isEmpty();
        assertThat(said("a", START - SECOND, START + 2 * SECOND, 503)).isEqualTo(sum(3));
        assertThat(said("b", 0, START + SECOND, 500)).isEmpty();
        assertThat(said("b", 0, START + 2 * SECOND, 501)).isEqualTo(sum(1));
    }

    @Test
    void aCounterThatBeganAgainAddsAllThatItSays() {
        long start = START + SECOND;
        said("a", start, start + SECOND, 50);
        // As a proxy that was started anew says it, and as one that says no start.
        assertThat(said("a", start + 2 * SECOND, start + 3 * SECOND, 60)).isEqualTo(sum(60));
        assertThat(said("a", start + 2 * SECOND, start + 4 * SECOND, 4)).isEqualTo(sum(4));
        assertThat(said("a", start + 2 * SECOND, start + 5 * SECOND, 6)).isEqualTo(sum(2));
    }

    @Test
    void whatComesTwiceAddsNothing() {
        long start = START + SECOND;
        said("a", start, start + SECOND, 5);
        assertThat(said("a", start, start + SECOND, 5)).isEmpty();
        assertThat(said("a", start, start, 3)).isEmpty();
        assertThat(said("a", start, start + 2 * SECOND, 6)).isEqualTo(sum(1));
    }

    @Test
    void aDifferenceIsTakenAsItIs() {
        Value value = new Value.Sum(3);
        var point = point("a", START, START + SECOND, true, value);
        assertThat(deltas.of(point)).contains(value);
        assertThat(deltas.of(point)).contains(value);
        assertThat(deltas.size()).isZero();
    }

    @Test
    void aDistributionAddsTheDifferenceOfEachBucket() {
        long start = START + SECOND;
        var bounds = List.of(1.0, 5.0);
        deltas.of(
                point(
                        "a",
                        start,
                        start + SECOND,
                        false,
                        new Value.Distribution(10, bounds, List.of(1L, 2L, 0L))));
        assertThat(
                        deltas.of(
                                point(
                                        "a",
                                        start,
                                        start + 2 * SECOND,
                                        false,
                                        new Value.Distribution(14, bounds, List.of(1L, 3L, 1L)))))
                .contains(new Value.Distribution(4, bounds, List.of(0L, 1L, 1L)));
        // Fewer in a bucket than before: it began again.
        var again = new Value.Distribution(3, bounds, List.of(0L, 4L, 1L));
        assertThat(deltas.of(point("a", start, start + 3 * SECOND, false, again))).contains(again);
    }

    @Test
    void thereIsRoomForSoManySeriesAndThoseThatAreSilentGo() {
        said("a", START, START + SECOND, 1);
        said("b", START, START + SECOND, 1);
        assertThat(said("c", START, START + 2 * SECOND, 1)).isEmpty();
        assertThat(deltas.refused()).isEqualTo(1);
        long later = START + Deltas.FORGET_MICROS + 2 * SECOND;
        assertThat(said("c", later - SECOND, later, 1)).isEqualTo(sum(1));
        assertThat(deltas.size()).isEqualTo(1);
        // Who comes again after an hour was counted before.
        assertThat(said("a", START, later + SECOND, 9)).isEmpty();
    }
}

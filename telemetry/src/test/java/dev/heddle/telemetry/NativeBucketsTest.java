package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeBucketsTest {
    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                2,
                3,
                4,
                5,
                7,
                8,
                9,
                100,
                255,
                256,
                257,
                1_000_000,
                4_294_967_295L,
                1L << 31
            })
    void aValueIsAboveTheBucketBelowAndNotAboveItsOwn(long value) {
        int index = NativeBuckets.index(NativeBuckets.slot(value));
        assertThat((double) value)
                .isGreaterThan(Math.pow(2, (index - 1) / 8.0))
                .isLessThanOrEqualTo(Math.pow(2, index / 8.0));
    }

    @Test
    void zerosAreByThemselvesAndWhatIsHugeIsInTheLast() {
        assertThat(NativeBuckets.slot(0)).isZero();
        assertThat(NativeBuckets.slot(-1)).isZero();
        assertThat(NativeBuckets.slot(Long.MAX_VALUE)).isEqualTo(NativeBuckets.SLOTS - 1);
        assertThat(NativeBuckets.slot(1L << 32)).isEqualTo(NativeBuckets.SLOTS - 1);
    }

    @Test
    void whatWasRecordedInDecadesKeepsItsNumberAndItsPlace() {
        Meters meters = new Meters();
        MeterShard shard = meters.shard();
        Histogram times = meters.histogram(new MeterId("a", "a", Labels.NONE));
        for (long value : new long[] {0, 1, 1, 8, 200_000}) {
            shard.record(times, value);
        }
        long[] natives = ((Reading.HistogramValue) meters.read().getFirst()).values().natives();
        assertThat(natives[0]).isEqualTo(1);
        assertThat(natives[NativeBuckets.slot(1)]).isEqualTo(2);
        assertThat(natives[NativeBuckets.slot(8)]).isEqualTo(1);
        assertThat(natives[NativeBuckets.slot(205_000)]).isEqualTo(1);
    }
}

package dev.heddle.signals.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.testkit.Seed;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void bucketsFollowEachOtherWithoutAGap() {
        for (int bucket = 0; bucket < Latencies.BUCKETS - 1; bucket++) {
            assertThat(Latencies.bucketOf(Latencies.lowest(bucket))).isEqualTo(bucket);
            assertThat(Latencies.bucketOf(Latencies.lowest(bucket + 1) - 1)).isEqualTo(bucket);
        }
        assertThat(Latencies.bucketOf(-5)).isZero();
        assertThat(Latencies.bucketOf(Long.MAX_VALUE)).isEqualTo(Latencies.BUCKETS - 1);
    }

    @Test
    void aQuantileIsOffByAThirtySecondOfItAtMost() {
        Seed seed = Seed.ofRun();
        var random = seed.random();
        for (int round = 0; round < 50; round++) {
            var latencies = new Latencies();
            long[] values = new long[1 + random.nextInt(2_000)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (long) Math.exp(random.nextDouble() * 20);
                latencies.add(values[i]);
            }
            Arrays.sort(values);
            for (double share : List.of(0.0, 0.5, 0.9, 0.99, 1.0)) {
                int rank = (int) Math.max(1, Math.ceil(share * values.length));
                double exact = values[rank - 1];
                assertThat((double) latencies.quantile(share))
                        .as("%s of %d, %s", share, values.length, seed)
                        .isCloseTo(exact, within(exact / 32 + 1));
            }
        }
    }

    @Test
    void howManyAreWithinABoundIsOffByThoseOfOneBucketAtMost() {
        Seed seed = Seed.ofRun();
        var random = seed.random();
        for (int round = 0; round < 50; round++) {
            var latencies = new Latencies();
            long[] values = new long[1 + random.nextInt(2_000)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (long) Math.exp(random.nextDouble() * 20);
                latencies.add(values[i]);
            }
            long bound = (long) Math.exp(random.nextDouble() * 20);
            int bucket = Latencies.bucketOf(bound);
            long sure = Arrays.stream(values).filter(v -> Latencies.bucketOf(v) < bucket).count();
            long most = Arrays.stream(values).filter(v -> Latencies.bucketOf(v) <= bucket).count();
            assertThat(latencies.countUpTo(bound)).as("%d, %s", bound, seed).isBetween(sure, most);
            assertThat(latencies.countUpTo(-1)).isZero();
            assertThat(latencies.countUpTo(Long.MAX_VALUE)).isEqualTo(values.length);
        }
        var exact = new Latencies();
        exact.add(7);
        exact.add(8);
        assertThat(exact.countUpTo(7)).isEqualTo(1);
        assertThat(new Latencies().countUpTo(5)).isZero();
    }

    @Test
    void whatWasWrittenIsReadAndMergedAsIfItHadBeenAddedAtOnce() {
        var random = Seed.ofRun().random();
        var all = new Latencies();
        var half = new Latencies();
        var rest = new Latencies();
        for (int i = 0; i < 3_000; i++) {
            long value = (long) Math.exp(random.nextDouble() * 24);
            all.add(value);
            (i % 3 == 0 ? half : rest).add(value);
        }
        half.addBytes(rest.bytes());
        assertThat(half.bytes()).isEqualTo(all.bytes());
        assertThat(half.count()).isEqualTo(3_000);
    }

    @Test
    void bytesOfSomethingElseAreRefused() {
        assertThatThrownBy(() -> new Latencies().addBytes(new byte[] {(byte) 0x80}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Latencies().addBytes(new byte[] {(byte) 0xff, 0x7f, 1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDistributionByOtherBoundsIsSpreadBetweenThem() {
        var latencies = new Latencies();
        latencies.addSpread(List.of(1_000.0, 2_000.0, 5_000.0), List.of(0L, 100L, 50L, 3L));
        assertThat(latencies.count()).isEqualTo(153);
        assertThat((double) latencies.quantile(50.0 / 153)).isCloseTo(1_500, within(60.0));
        assertThat((double) latencies.quantile(100.0 / 153)).isCloseTo(2_000, within(80.0));
        assertThat((double) latencies.quantile(1)).isCloseTo(5_000, within(160.0));
    }
}

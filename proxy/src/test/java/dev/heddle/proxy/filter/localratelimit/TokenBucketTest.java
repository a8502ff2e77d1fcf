package dev.heddle.proxy.filter.localratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Buckets over time, whatever the clock shows.
class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void tokensComeSteadilyUpToTheMost() {
        for (long start : new long[] {0, -5 * SECOND, Long.MAX_VALUE - SECOND, 7}) {
            var bucket = new TokenBucket("", 2, 10, Duration.ofSeconds(1));

            assertThat(bucket.left(start)).isEqualTo(2);
            assertThat(taken(bucket, start, 5)).as("at once").isEqualTo(2);
            assertThat(bucket.nextNanos(start)).isEqualTo(SECOND / 10);
            assertThat(taken(bucket, start + SECOND / 10 - 1, 1)).as("too early").isZero();
            assertThat(taken(bucket, start + SECOND / 10, 5)).as("one came").isEqualTo(1);
            assertThat(taken(bucket, start + 100 * SECOND, 5)).as("after a pause").isEqualTo(2);
            assertThat(bucket.left(start + 100 * SECOND)).isZero();
        }
    }

    @Test
    void aDayIsNotTooLongAndNoNumberTooLarge() {
        var slow = new TokenBucket("", 0xffff_ffffL, 1, Duration.ofDays(1));

        assertThat(taken(slow, 0, 1_000)).isEqualTo(1_000);
        assertThat(slow.left(0)).isEqualTo(0xffff_ffffL - 1_000);
        assertThat(slow.left(TimeUnit.DAYS.toNanos(2))).isEqualTo(0xffff_ffffL - 998);

        var free = new TokenBucket("", 0xffff_ffffL, 0xffff_ffffL, Duration.ofSeconds(1));

        assertThat(taken(free, 1, 100_000)).isEqualTo(100_000);
    }

    @Test
    void workersTakeNoMoreThanThereAre() {
        var bucket = new TokenBucket("", 1_000, 1, Duration.ofHours(1));
        var taken = new AtomicInteger();

        IntStream.range(0, 8)
                .parallel()
                .forEach(_ -> taken.addAndGet(taken(bucket, SECOND, 1_000)));

        assertThat(taken).hasValue(1_000);
    }

    @Test
    void whatWasNotSeenForLongestIsForgotten() {
        var buckets = new ValueBuckets("", new Limit(1, 1, Duration.ofHours(1)), 2);

        assertThat(taken(buckets, "a")).isTrue();
        assertThat(taken(buckets, "b")).isTrue();
        assertThat(taken(buckets, "a")).as("seen again").isFalse();
        assertThat(taken(buckets, "c")).as("b is forgotten").isTrue();
        assertThat(taken(buckets, "a")).isFalse();
        assertThat(taken(buckets, "b")).as("begins anew").isTrue();
    }

    private static boolean taken(ValueBuckets buckets, String value) {
        return buckets.of(List.of(value)).take(0);
    }

    private static int taken(TokenBucket bucket, long now, int times) {
        return (int) IntStream.range(0, times).filter(_ -> bucket.take(now)).count();
    }
}

package dev.heddle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficSummaryTest {
    private static TrafficSample sample(boolean ok, long millis, String version) {
        return new TrafficSample(0, ok, millis * 1_000_000, version);
    }

    @Test
    void ratesSharesAndPercentilesAreThoseOfTheSamples() {
        var samples = new ArrayList<TrafficSample>();
        for (int i = 1; i <= 100; i++) {
            samples.add(sample(true, i, i <= 80 ? "v1" : "v2"));
        }
        var summary = TrafficSummary.of(samples, Duration.ofSeconds(5));
        assertThat(summary.line())
                .isEqualTo("  20.0 req/s  100.00% ok  p50 50 ms  p99 99 ms  reviews v1 80% v2 20%");
    }

    @Test
    void oneFailureInTenThousandIsSeen() {
        var samples = new ArrayList<TrafficSample>();
        samples.add(sample(false, 5, "none"));
        for (int i = 1; i < 100_000; i++) {
            samples.add(sample(true, 5, "v1"));
        }
        var summary = TrafficSummary.of(samples, Duration.ofSeconds(10));
        assertThat(summary.line()).contains("99.99% ok");
    }

    @Test
    void withoutAnswersNothingIsClaimed() {
        var summary = TrafficSummary.of(List.of(), Duration.ofSeconds(10));
        assertThat(summary.line()).contains("0.0 req/s").contains("no answer yet");
    }
}

package dev.heddle.cli.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/// What the demo's traffic met in a span of time.
///
/// @param perSecond requests answered
/// @param okPercent share of them that was answered with 200; 100 when there was none
/// @param p50Millis half of them took no longer
/// @param p99Millis nearly all of them took no longer
/// @param sharePercent by version of `reviews`, of the answered ones
public record TrafficSummary(
        double perSecond,
        double okPercent,
        long p50Millis,
        long p99Millis,
        SortedMap<String, Double> sharePercent) {

    public TrafficSummary {
        sharePercent = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(sharePercent));
    }

    /// Of the given requests.
    ///
    /// @param span in which they were answered
    public static TrafficSummary of(Collection<TrafficSample> samples, Duration span) {
        var latency = new Histogram(3);
        var byVersion = new TreeMap<String, Double>();
        long ok = 0;
        for (var sample : samples) {
            latency.recordValue(sample.latencyNanos());
            byVersion.merge(sample.version(), 100.0 / samples.size(), Double::sum);
            ok += sample.ok() ? 1 : 0;
        }
        return new TrafficSummary(
                samples.size() * 1e9 / span.toNanos(),
                samples.isEmpty() ? 100 : 100.0 * ok / samples.size(),
                millis(latency.getValueAtPercentile(50)),
                millis(latency.getValueAtPercentile(99)),
                byVersion);
    }

    private static long millis(long nanos) {
        return Math.round(nanos / 1e6);
    }

    /// On one line that fits a terminal of 80 columns.
    public String line() {
        String shares =
                sharePercent.entrySet().stream()
                        .map(e -> "%s %.0f%%".formatted(e.getKey(), e.getValue()))
                        .collect(Collectors.joining(" "));
        return String.format(
                Locale.ROOT,
                "  %.1f req/s  %.2f%% ok  p50 %d ms  p99 %d ms  reviews %s",
                perSecond,
                Math.floor(okPercent * 100) / 100, // one failure never rounds up to 100 %
                p50Millis,
                p99Millis,
                shares.isEmpty() ? "no answer yet" : shares);
    }
}

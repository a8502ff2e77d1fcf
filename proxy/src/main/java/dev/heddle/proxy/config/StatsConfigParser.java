package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.MeterView;
import envoy.config.bootstrap.v3.Bootstrap;
import envoy.config.metrics.v3.HistogramBucketSettings;
import envoy.config.metrics.v3.StatsConfig;
import envoy.config.metrics.v3.StatsMatcher;
import envoy.type.matcher.v3.ListStringMatcher;
import envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Reads which statistics a bootstrap wants (`stats_config.stats_matcher`), in which buckets
/// (`histogram_bucket_settings`), and when those that nobody uses go (`stats_eviction_interval`).
///
/// Envoy does not make what is not wanted; here it is made, and shown to nobody. Names are those of
/// `/stats`, and `istio.requests_total` and so on for what access logs count.
final class StatsConfigParser {
    private static final String PATH = "stats_config";
    private static final String EVICTION = "stats_eviction_interval";

    private final Findings findings;

    StatsConfigParser(Findings findings) {
        this.findings = findings;
    }

    MeterView view(StatsConfig said) {
        findings.fields(
                PATH,
                said,
                Set.of("stats_matcher", "histogram_bucket_settings"),
                Set.of("stats_tags", "use_all_default_tags"));
        List<Buckets> buckets = buckets(said.getHistogramBucketSettingsList());
        return new MeterView(
                said.hasStatsMatcher()
                        ? matcher(join(PATH, "stats_matcher"), said.getStatsMatcher())
                        : MeterView.WHOLE.shows(),
                buckets.isEmpty() ? MeterView.WHOLE.bounds() : name -> first(buckets, name));
    }

    /// After which a series that nobody used is forgotten; empty where nothing is said.
    ///
    /// @param flush the bootstrap's `stats_flush_interval`, of which Envoy wants a multiple
    Optional<Duration> eviction(Bootstrap bootstrap, Duration flush) {
        if (!bootstrap.hasStatsEvictionInterval()) {
            return Optional.empty();
        }
        Duration said = findings.duration(EVICTION, bootstrap.getStatsEvictionInterval());
        if (said.compareTo(flush) < 0 || said.toNanos() % flush.toNanos() != 0) {
            findings.reject(
                    EVICTION,
                    said
                            + " (expected: a multiple of stats_flush_interval, which is "
                            + flush
                            + ")");
            return Optional.empty();
        }
        return Optional.of(said);
    }

    private Predicate<String> matcher(String path, StatsMatcher said) {
        findings.fields(path, said, Set.of("reject_all", "exclusion_list", "inclusion_list"));
        return switch (said.getStatsMatcherCase()) {
            case REJECT_ALL -> {
                boolean none = said.getRejectAll();
                yield _ -> !none;
            }
            case EXCLUSION_LIST ->
                    any(join(path, "exclusion_list"), said.getExclusionList()).negate();
            case INCLUSION_LIST -> any(join(path, "inclusion_list"), said.getInclusionList());
            case STATSMATCHER_NOT_SET -> {
                findings.reject(
                        path,
                        "says nothing (expected: reject_all, exclusion_list or inclusion_list)");
                yield MeterView.WHOLE.shows();
            }
        };
    }

    private Predicate<String> any(String path, ListStringMatcher list) {
        findings.fields(path, list, Set.of("patterns"));
        if (list.getPatternsCount() == 0) {
            findings.reject(join(path, "patterns"), "is empty (expected: at least one)");
        }
        var all = new ArrayList<TextMatch>();
        List<StringMatcher> patterns = list.getPatternsList();
        for (int i = 0; i < patterns.size(); i++) {
            all.add(
                    new MatchParser(findings)
                            .text(join(path, "patterns[" + i + "]"), patterns.get(i)));
        }
        return name -> all.stream().anyMatch(it -> it.test(name));
    }

    /// @param match histograms' dotted names
    private record Buckets(TextMatch match, HistogramBounds bounds) {}

    private List<Buckets> buckets(List<HistogramBucketSettings> all) {
        var buckets = new ArrayList<Buckets>();
        for (int i = 0; i < all.size(); i++) {
            HistogramBucketSettings said = all.get(i);
            String path = join(PATH, "histogram_bucket_settings[" + i + "]");
            // Bins are how much Envoy's own way to count takes up.
            findings.fields(path, said, Set.of("match", "buckets"), Set.of("bins"));
            TextMatch match = new MatchParser(findings).text(join(path, "match"), said.getMatch());
            if (said.getBucketsCount() > 0) {
                try {
                    buckets.add(new Buckets(match, HistogramBounds.of(said.getBucketsList())));
                } catch (IllegalArgumentException e) {
                    findings.reject(join(path, "buckets"), String.valueOf(e.getMessage()));
                }
            }
        }
        return buckets;
    }

    private static HistogramBounds first(List<Buckets> all, String name) {
        for (Buckets buckets : all) {
            if (buckets.match().test(name)) {
                return buckets.bounds();
            }
        }
        return HistogramBounds.USUAL;
    }
}

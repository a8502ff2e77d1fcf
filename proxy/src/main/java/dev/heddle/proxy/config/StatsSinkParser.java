package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.StatsSink.NameMatch;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.export.MetricBatch;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.bootstrap.v3.Bootstrap;
import envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput;
import envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig;
import envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import xds.type.matcher.v3.Matcher;

/// Reads who is sent statistics (`stats_sinks`). Of OpenTelemetry's sinks every field is read, or
/// refused by its name; sinks of other kinds change no request and are left out.
final class StatsSinkParser {
    /// As Envoy.
    private static final Duration USUAL_INTERVAL = Duration.ofSeconds(5);

    private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);

    /// A point with its labels is about a kilobyte, and collectors take four megabytes.
    private static final int MOST_POINTS = 2_000;

    /// One of those that are not sent.
    private static final String SOME_STATISTIC = "server.live";

    /// Deeper ones are no matcher of anybody's.
    private static final int MAX_DEPTH = 16;

    private final Findings findings;

    StatsSinkParser(Findings findings) {
        this.findings = findings;
    }

    /// @param interval how often each is told
    List<StatsSink> sinks(Bootstrap bootstrap, Duration interval) {
        var sinks = new ArrayList<StatsSink>();
        for (int i = 0; i < bootstrap.getStatsSinksCount(); i++) {
            String path = "stats_sinks[" + i + "]";
            var said = bootstrap.getStatsSinks(i);
            findings.fields(path, said, Set.of("name", "typed_config"));
            sink(path, said.getName(), said.getTypedConfig(), interval).ifPresent(sinks::add);
        }
        return sinks;
    }

    /// How often is told; Envoy's own five seconds where nothing is said.
    Duration interval(Bootstrap bootstrap) {
        if (!bootstrap.hasStatsFlushInterval()) {
            return USUAL_INTERVAL;
        }
        String path = "stats_flush_interval";
        Duration said = findings.duration(path, bootstrap.getStatsFlushInterval());
        if (said.compareTo(LEAST_INTERVAL) < 0) {
            findings.reject(path, said + " (expected: from 1ms)");
            return USUAL_INTERVAL;
        }
        return said;
    }

    private Optional<StatsSink> sink(String path, String name, Any config, Duration interval) {
        if (!config.holds(SinkConfig.getDefaultInstance())) {
            findings.note(path + " ('" + name + "')");
            return Optional.empty();
        }
        try {
            return collector(
                    join(path, "typed_config"),
                    config.unpack(SinkConfig.getDefaultInstance()),
                    interval);
        } catch (WireException e) {
            findings.reject(join(path, "typed_config"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<StatsSink> collector(String path, SinkConfig said, Duration interval) {
        findings.fields(
                path,
                said,
                Set.of(
                        "grpc_service",
                        "http_service",
                        "resource_detectors",
                        "report_counters_as_deltas",
                        "report_histograms_as_deltas",
                        "emit_tags_as_attributes",
                        "use_tag_extracted_name",
                        "prefix",
                        "custom_metric_conversions",
                        "max_data_points_per_request"));
        // A family has one name, and its members are told apart by their labels alone.
        if (said.hasEmitTagsAsAttributes() && !said.getEmitTagsAsAttributes().getValue()) {
            findings.notImplemented(join(path, "emit_tags_as_attributes"), "false");
        }
        if (said.hasUseTagExtractedName() && !said.getUseTagExtractedName().getValue()) {
            findings.notImplemented(join(path, "use_tag_extracted_name"), "false");
        }
        List<NameMatch> dropped =
                said.hasCustomMetricConversions()
                        ? dropped(
                                join(path, "custom_metric_conversions"),
                                said.getCustomMetricConversions())
                        : List.of();
        var names =
                new StatsSink.Names(
                        said.getPrefix().isEmpty() ? "" : said.getPrefix() + ".", dropped);
        if (names.sends(SOME_STATISTIC)) {
            findings.note(path + " (the proxy's own statistics; what access logs count is sent)");
        }
        boolean readsEnvironment = readsEnvironment(path, said);
        int most = said.getMaxDataPointsPerRequest();
        return service(path, said)
                .map(to ->
                        new StatsSink(
                                to,
                                interval,
                                new StatsSink.Temporality(
                                        said.getReportCountersAsDeltas(),
                                        said.getReportHistogramsAsDeltas()),
                                names,
                                readsEnvironment,
                                most <= 0 ? MOST_POINTS : Math.min(most, MOST_POINTS)));
    }

    private Optional<Collector> service(String path, SinkConfig said) {
        if (said.hasGrpcService()) {
            return Optional.of(
                    new CollectorParser(findings)
                            .grpc(
                                    join(path, "grpc_service"),
                                    said.getGrpcService(),
                                    MetricBatch.METHOD));
        }
        if (said.hasHttpService()) {
            return Optional.of(
                    new CollectorParser(findings)
                            .http(
                                    join(path, "http_service"),
                                    said.getHttpService(),
                                    "application/x-protobuf"));
        }
        findings.reject(path, "has neither grpc_service nor http_service (expected: one)");
        return Optional.empty();
    }

    private boolean readsEnvironment(String path, SinkConfig said) {
        boolean reads = false;
        for (int i = 0; i < said.getResourceDetectorsCount(); i++) {
            Any detector = said.getResourceDetectors(i).getTypedConfig();
            if (detector.holds(EnvironmentResourceDetectorConfig.getDefaultInstance())) {
                reads = true;
            } else {
                findings.notImplemented(
                        join(path, "resource_detectors[" + i + "].typed_config"),
                        "'" + detector.getTypeUrl() + "'");
            }
        }
        return reads;
    }

    /// The only thing that is done with what a matcher finds is not to send it.
    private List<NameMatch> dropped(String path, Matcher matcher) {
        findings.fields(path, matcher, Set.of("matcher_list"));
        String at = join(path, "matcher_list");
        findings.fields(at, matcher.getMatcherList(), Set.of("matchers"));
        var dropped = new ArrayList<NameMatch>();
        for (int i = 0; i < matcher.getMatcherList().getMatchersCount(); i++) {
            var each = matcher.getMatcherList().getMatchers(i);
            String one = join(at, "matchers[" + i + "]");
            String action = join(one, "on_match");
            findings.fields(action, each.getOnMatch(), Set.of("action"));
            Any config = each.getOnMatch().getAction().getTypedConfig();
            if (!config.holds(SinkConfig.DropAction.getDefaultInstance())) {
                findings.notImplemented(
                        join(action, "action.typed_config"), "'" + config.getTypeUrl() + "'");
            }
            dropped.add(name(join(one, "predicate"), each.getPredicate(), 0));
        }
        return dropped;
    }

    private NameMatch name(String path, Matcher.MatcherList.Predicate said, int depth) {
        if (depth > MAX_DEPTH) {
            findings.reject(path, "is nested deeper than " + MAX_DEPTH);
            return new NameMatch.Some(List.of());
        }
        return switch (said.getMatchTypeCase()) {
            case SINGLE_PREDICATE -> single(join(path, "single_predicate"), said);
            case NOT_MATCHER ->
                    new NameMatch.Not(
                            name(join(path, "not_matcher"), said.getNotMatcher(), depth + 1));
            case OR_MATCHER ->
                    new NameMatch.Some(
                            several(
                                    join(path, "or_matcher"),
                                    said.getOrMatcher().getPredicateList(),
                                    depth));
            case AND_MATCHER ->
                    new NameMatch.All(
                            several(
                                    join(path, "and_matcher"),
                                    said.getAndMatcher().getPredicateList(),
                                    depth));
            case MATCHTYPE_NOT_SET -> {
                findings.reject(path, "is empty (expected: single_predicate, …)");
                yield new NameMatch.Some(List.of());
            }
        };
    }

    private List<NameMatch> several(
            String path, List<Matcher.MatcherList.Predicate> said, int depth) {
        var several = new ArrayList<NameMatch>();
        for (var each : said) {
            several.add(name(path + "[" + several.size() + "]", each, depth + 1));
        }
        return several;
    }

    private NameMatch single(String path, Matcher.MatcherList.Predicate said) {
        var single = said.getSinglePredicate();
        findings.fields(path, single, Set.of("input", "value_match"));
        Any input = single.getInput().getTypedConfig();
        if (!input.holds(StatFullNameMatchInput.getDefaultInstance())) {
            findings.notImplemented(
                    join(path, "input.typed_config"), "'" + input.getTypeUrl() + "'");
        }
        return new NameMatch.Text(text(join(path, "value_match"), single.getValueMatch()));
    }

    /// As [MatchParser#text], of the message that xDS itself has for it.
    private TextMatch text(String path, xds.type.matcher.v3.StringMatcher said) {
        findings.fields(path, said, Set.of("exact", "prefix", "suffix", "contains"));
        return switch (said.getMatchPatternCase()) {
            case EXACT -> new TextMatch.Exact(said.getExact());
            case PREFIX -> new TextMatch.Prefix(said.getPrefix());
            case SUFFIX -> new TextMatch.Suffix(said.getSuffix());
            case CONTAINS -> new TextMatch.Contains(said.getContains());
            default -> {
                findings.reject(path, "is none (expected: exact, prefix, suffix or contains)");
                yield new TextMatch.Exact("");
            }
        };
    }
}

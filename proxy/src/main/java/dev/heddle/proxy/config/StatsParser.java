package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.telemetry.AccessLogFormat;
import envoy.extensions.access_loggers.stats.v3.Config;
import envoy.extensions.access_loggers.stats.v3.Config.Counter;
import envoy.extensions.access_loggers.stats.v3.Config.Histogram;
import envoy.extensions.access_loggers.stats.v3.Config.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads what is counted of requests and connections
/// (`envoy.extensions.access_loggers.stats.v3.Config`): counters and histograms. Families of the
/// prefix `istio` have Istio's names; others have Envoy's, with `envoy_` in front.
final class StatsParser {
    private static final String ISTIO = "istio";
    private static final int MOST_TAGS = 60;

    private final Findings findings;

    StatsParser(Findings findings) {
        this.findings = findings;
    }

    AccessLogConfig.Stats stats(String path, Config config) {
        findings.fields(
                path, config, Set.of("stat_prefix", "stats_scope", "histograms", "counters"));
        String prefix = prefix(path, config);
        var families = new ArrayList<Family>();
        for (int i = 0; i < config.getHistogramsCount(); i++) {
            String at = join(path, "histograms[" + i + "]");
            families.add(histogram(at, config.getHistograms(i), prefix));
        }
        for (int i = 0; i < config.getCountersCount(); i++) {
            String at = join(path, "counters[" + i + "]");
            families.add(counter(at, config.getCounters(i), prefix));
        }
        return new AccessLogConfig.Stats(
                families,
                config.getCountersList().stream()
                        .anyMatch(
                                it -> it.getValueFormat().contains(ExchangeRecord.OF_CALLS + ":")));
    }

    /// What stands in front of names. A scope may be evicted or not: here all may, where the
    /// bootstrap says when.
    private String prefix(String path, Config config) {
        if (config.hasStatsScope() == !config.getStatPrefix().isEmpty()) {
            findings.reject(path, "stat_prefix and stats_scope (expected: one of them)");
        }
        if (!config.hasStatsScope()) {
            return config.getStatPrefix();
        }
        String at = join(path, "stats_scope");
        findings.fields(at, config.getStatsScope(), Set.of("prefix", "enable_eviction"));
        findings.required(join(at, "prefix"), config.getStatsScope().getPrefix());
        return config.getStatsScope().getPrefix();
    }

    private Family histogram(String path, Histogram histogram, String prefix) {
        findings.fields(path, histogram, Set.of("stat", "unit", "value_format"));
        if (histogram.getUnit() == Histogram.Unit.Percent) {
            findings.notImplemented(join(path, "unit"), "Percent");
        }
        Stat stat = histogram.getStat();
        return new Family(
                name(join(path, "stat"), prefix, stat),
                prefix + "." + stat.getName(),
                true,
                tags(join(path, "stat"), stat),
                number(join(path, "value_format"), histogram.getValueFormat()));
    }

    private Family counter(String path, Counter counter, String prefix) {
        findings.fields(path, counter, Set.of("stat", "value_format", "value_fixed"));
        boolean isFixed = counter.hasValueFixed();
        if (isFixed == !counter.getValueFormat().isEmpty()) {
            findings.reject(path, "value_format and value_fixed (expected: one of them)");
        }
        Stat stat = counter.getStat();
        AccessLogFormat value =
                isFixed
                        ? AccessLogFormat.parse(
                                Long.toUnsignedString(counter.getValueFixed().getValue()))
                        : number(join(path, "value_format"), counter.getValueFormat());
        return new Family(
                name(join(path, "stat"), prefix, stat),
                prefix + "." + stat.getName(),
                false,
                tags(join(path, "stat"), stat),
                value);
    }

    private String name(String path, String prefix, Stat stat) {
        findings.fields(path, stat, Set.of("name", "tags"));
        findings.required(join(path, "name"), stat.getName());
        String whole = prefix + "_" + stat.getName();
        return (prefix.equals(ISTIO) ? "" : "envoy_") + whole.replaceAll("[^a-zA-Z0-9_]", "_");
    }

    private List<Tag> tags(String path, Stat stat) {
        findings.range(join(path, "tags"), stat.getTagsCount(), 0, MOST_TAGS);
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < stat.getTagsCount(); i++) {
            String at = join(path, "tags[" + i + "]");
            Config.Tag tag = stat.getTags(i);
            findings.fields(at, tag, Set.of("name", "value_format"));
            if (!tag.getName().matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
                findings.reject(
                        join(at, "name"), "'" + tag.getName() + "' (expected: a label's name)");
            }
            tags.add(
                    new Tag(
                            tag.getName(),
                            new FormatParser(findings)
                                    .format(join(at, "value_format"), tag.getValueFormat())));
        }
        return tags;
    }

    private AccessLogFormat number(String path, String format) {
        if (!format.startsWith("%") || !format.endsWith("%") || format.length() < 3) {
            findings.reject(path, "'" + format + "' (expected: one operator)");
        }
        return new FormatParser(findings).format(path, format);
    }
}

package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.world.StatsAnnotations;
import dev.heddle.model.codec.Durations;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import dev.heddle.xds.EnvoyJsonException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.metrics.v3.HistogramBucketSettings;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which statistics a proxy has, in which buckets, and how long: what Istio's agent makes of a
/// workload's annotations and of `proxyStatsMatcher`. A proxy has all of its statistics, unless
/// somebody says some.
final class StatsSettings {
    /// What is looked at to know how a proxy is; and what Istio's dashboards ask for.
    private static final List<String> ALWAYS_PREFIXES =
            List.of(
                    "cluster_manager",
                    "listener_manager",
                    "server",
                    "cluster.xds-grpc",
                    "istio.",
                    "heddle.");

    private static final List<String> ALWAYS_SUFFIXES =
            List.of(
                    "rbac.allowed",
                    "rbac.denied",
                    "shadow_allowed",
                    "shadow_denied",
                    "downstream_cx_active");

    private static final List<String> ALWAYS_REGEXPS = List.of("vhost\\..*\\.route\\..*");

    /// What Istio's proxies put in front of Istio's metrics; ours put `istio.` there.
    private static final String ISTIOS = "istiocustom";

    private static final String ISTIOS_METRICS = "istiocustom.istio_";
    private static final String OURS = "istio.";
    private static final long ENVOYS_FLUSH_SECONDS = 5;

    private StatsSettings() {}

    /// The bootstrap with them; they go before what it says itself.
    ///
    /// @param said by an annotation or the mesh
    /// @param addresses of the workload, for which `{pod_ip}` stands
    /// @throws EnvoyJsonException where unused statistics cannot go that often
    static Bootstrap in(
            Bootstrap base,
            StatsAnnotations annotated,
            StatsMatcher said,
            Collection<String> addresses)
            throws EnvoyJsonException {
        Bootstrap.Builder out = base.toBuilder();
        annotated.flush().ifPresent(it -> out.setStatsFlushInterval(duration(it)));
        if (annotated.eviction().isPresent()) {
            java.time.Duration eviction = annotated.eviction().get();
            java.time.Duration flush =
                    out.hasStatsFlushInterval()
                            ? java.time.Duration.ofNanos(
                                    com.google.protobuf.util.Durations.toNanos(
                                            out.getStatsFlushInterval()))
                            : java.time.Duration.ofSeconds(ENVOYS_FLUSH_SECONDS);
            if (eviction.toNanos() % flush.toNanos() != 0) {
                throw new EnvoyJsonException(
                        "node.metadata.ANNOTATIONS." + StatsAnnotations.EVICTION,
                        Durations.text(eviction)
                                + " (expected: a multiple of stats_flush_interval, which is "
                                + Durations.text(flush)
                                + "; "
                                + StatsAnnotations.FLUSH
                                + " says another)");
            }
            out.setStatsEvictionInterval(duration(eviction));
        }
        StatsMatcher wanted = annotated.inclusion().over(said);
        List<HistogramBucketSettings> histograms = histograms(annotated);
        if (!wanted.isNothing() || !histograms.isEmpty()) {
            StatsConfig.Builder config = base.getStatsConfig().toBuilder();
            config.clearHistogramBucketSettings()
                    .addAllHistogramBucketSettings(histograms)
                    .addAllHistogramBucketSettings(
                            base.getStatsConfig().getHistogramBucketSettingsList());
            if (!wanted.isNothing()) {
                config.getStatsMatcherBuilder().setInclusionList(inclusion(wanted, addresses));
            }
            out.setStatsConfig(config);
        }
        return out.build();
    }

    private static Duration duration(java.time.Duration of) {
        return Duration.newBuilder().setSeconds(of.toSeconds()).setNanos(of.toNanosPart()).build();
    }

    private static ListStringMatcher inclusion(StatsMatcher wanted, Collection<String> addresses) {
        ListStringMatcher.Builder all = ListStringMatcher.newBuilder();
        patterns(wanted.inclusionPrefixes(), addresses, ALWAYS_PREFIXES)
                .forEach(it -> all.addPatterns(StringMatcher.newBuilder().setPrefix(ours(it))));
        patterns(wanted.inclusionSuffixes(), addresses, ALWAYS_SUFFIXES)
                .forEach(it -> all.addPatterns(StringMatcher.newBuilder().setSuffix(it)));
        patterns(wanted.inclusionRegexps(), addresses, ALWAYS_REGEXPS)
                .forEach(it ->
                        all.addPatterns(
                                StringMatcher.newBuilder()
                                        .setSafeRegex(RegexMatcher.newBuilder().setRegex(it))));
        return all.build();
    }

    private static Stream<String> patterns(
            List<String> wanted, Collection<String> addresses, List<String> always) {
        var all = new ArrayList<String>();
        for (String pattern : wanted) {
            if (pattern.contains("{pod_ip}")) {
                addresses.forEach(it -> all.add(pattern.replace("{pod_ip}", it)));
            } else if (!pattern.isEmpty()) {
                all.add(pattern);
            }
        }
        return Stream.concat(all.stream(), always.stream()).distinct();
    }

    private static List<HistogramBucketSettings> histograms(StatsAnnotations annotated) {
        var prefixes = new TreeSet<>(annotated.buckets().keySet());
        prefixes.addAll(annotated.bins().keySet());
        // The first that matches counts, and the longer prefix is the narrower one.
        return prefixes.descendingSet().stream()
                .map(prefix -> {
                    HistogramBucketSettings.Builder one =
                            HistogramBucketSettings.newBuilder()
                                    .setMatch(StringMatcher.newBuilder().setPrefix(ours(prefix)))
                                    .addAllBuckets(
                                            annotated.buckets().getOrDefault(prefix, List.of()));
                    Integer bins = annotated.bins().get(prefix);
                    if (bins != null) {
                        one.setBins(UInt32Value.of(bins));
                    }
                    return one.build();
                })
                .toList();
    }

    private static String ours(String prefix) {
        return prefix.startsWith(ISTIOS_METRICS)
                ? OURS + prefix.substring(ISTIOS_METRICS.length())
                : prefix.startsWith(ISTIOS) ? OURS : prefix;
    }
}

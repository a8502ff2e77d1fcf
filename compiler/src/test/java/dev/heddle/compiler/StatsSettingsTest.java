package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.BootstrapText;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a workload's annotations say of statistics, in its proxy's bootstrap.
class StatsSettingsTest {
    private static final String BUCKETS = "sidecar.istio.io/statsHistogramBuckets";
    private static final String BINS = "sidecar.istio.io/statsHistogramBins";
    private static final String FLUSH = "sidecar.istio.io/statsFlushInterval";
    private static final String EVICTION = "sidecar.istio.io/statsEvictionInterval";
    private static final String REGEXPS = "sidecar.istio.io/statsInclusionRegexps";

    @TempDir private Path directory;

    private static String completed(Map<String, String> annotations) throws EnvoyJsonException {
        var scope =
                new ProxyScope(
                        Role.SIDECAR,
                        "default",
                        Map.of(),
                        "default.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Redirect(),
                        WorkloadAnnotations.read(annotations, "default"),
                        Locality.UNKNOWN);
        return BootstrapText.parse("{\"node\": {\"id\": \"web\", \"cluster\": \"web\"}}")
                .completed(World.of(1, Resources.of(List.of()), MeshSettings.DEFAULT), scope);
    }

    @Test
    @Tag("envoy")
    void envoyTakesWhatTheyComeTo() throws Exception {
        String json =
                completed(
                        Map.of(
                                BUCKETS, "{\"istiocustom\": [10, 1], \"cluster.a\": [7]}",
                                BINS, "{\"cluster.a\": 30}",
                                FLUSH, "2s",
                                EVICTION, "1m",
                                REGEXPS, "cluster\\..*"));
        Bootstrap made = EnvoyJson.parse(json, Bootstrap.getDefaultInstance());
        assertThat(made.getStatsEvictionInterval().getSeconds()).isEqualTo(60);
        assertThat(made.getStatsConfig().getHistogramBucketSettings(0).getMatch().getPrefix())
                .isEqualTo("istio.");
        assertThat(made.getStatsConfig().getHistogramBucketSettings(1).getBins().getValue())
                .isEqualTo(30);
        assertThat(made.getStatsConfig().getStatsMatcher().getInclusionList().getPatternsList())
                .anyMatch(it -> it.getSafeRegex().getRegex().equals("cluster\\..*"))
                .anyMatch(it -> it.getPrefix().equals("istio."));
        assertThat(ValidatingEnvoy.find("statistics").objection(json, directory)).isEmpty();
    }

    @Test
    void evictionsAreAMultipleOfFlushes() {
        assertThatThrownBy(() -> completed(Map.of(FLUSH, "10s", EVICTION, "25s")))
                .isInstanceOfSatisfying(
                        EnvoyJsonException.class,
                        e -> {
                            assertThat(e.path()).endsWith("ANNOTATIONS." + EVICTION);
                            assertThat(e.what())
                                    .contains(
                                            "25s (expected: a multiple of stats_flush_interval,"
                                                    + " which is 10s");
                        });
    }

    @Test
    void whatCannotBeUsedIsAFindingAndCountsForNothing() throws Exception {
        Map<String, String> mistakes =
                Map.of(
                        BUCKETS, "{\"istio\": [1, 1]}",
                        BINS, "{\"istio\": 0}",
                        FLUSH, "5m",
                        EVICTION, "soon",
                        REGEXPS, "(");
        assertThat(WorkloadAnnotations.read(mistakes, "default").findings())
                .map(Diagnostic::toString)
                .hasSize(5)
                .anyMatch(it -> it.contains(BUCKETS + "\"]: 'istio': 1 is there twice"))
                .anyMatch(it -> it.contains(BINS + "\"]: '{\"istio\": 0}' (expected: JSON"))
                .anyMatch(it -> it.contains(FLUSH + "\"]: '5m' (expected: from 1ms"))
                .anyMatch(it -> it.contains(EVICTION + "\"]: 'soon' (expected: a duration"))
                .anyMatch(it -> it.contains(REGEXPS + "\"]: '(': missing closing )"));
        assertThat(completed(mistakes)).doesNotContain("stats_config", "stats_eviction");
        assertThat(WorkloadAnnotations.read(Map.of(BUCKETS, "[1]"), "default").findings())
                .map(Diagnostic::toString)
                .singleElement()
                .asString()
                .contains("no object (expected: JSON, as in");
    }
}

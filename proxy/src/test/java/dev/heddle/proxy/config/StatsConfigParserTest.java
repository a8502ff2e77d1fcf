package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.telemetry.MeterView;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a bootstrap says of statistics.
class StatsConfigParserTest {

    private static ProxyBootstrap parse(String yaml) throws BootstrapException {
        return BootstrapParser.parse("boot.yaml", "node: {id: web-1}\n" + yaml);
    }

    private static boolean shows(String matcher, String name) throws BootstrapException {
        return parse("stats_config: {stats_matcher: {" + matcher + "}}").view().shows().test(name);
    }

    @Test
    void aListSaysWhatIsShownOrWhatIsNot() throws BootstrapException {
        String some =
                "patterns: [{prefix: cluster.}, {suffix: .rbac.allowed}, {safe_regex:"
                        + " {regex: 'vhost\\..*\\.route\\..*'}}]";
        String included = "inclusion_list: {" + some + "}";
        assertThat(shows(included, "cluster.a.upstream_rq_total")).isTrue();
        assertThat(shows(included, "http.in.rbac.allowed")).isTrue();
        assertThat(shows(included, "vhost.a.route.b.upstream_rq")).isTrue();
        assertThat(shows(included, "server.live")).isFalse();
        String excluded = "exclusion_list: {" + some + "}";
        assertThat(shows(excluded, "cluster.a.upstream_rq_total")).isFalse();
        assertThat(shows(excluded, "server.live")).isTrue();
        assertThat(shows("reject_all: true", "server.live")).isFalse();
        assertThat(parse("").view()).isEqualTo(MeterView.WHOLE);
    }

    @Test
    void theFirstMatchSaysTheBuckets() throws BootstrapException {
        var bounds =
                parse(
                                """
                                stats_config:
                                  histogram_bucket_settings:
                                  - {match: {prefix: istio.request_bytes}, buckets: [1000, 10]}
                                  - {match: {prefix: istio.}, buckets: [7], bins: 3}
                                """)
                        .view()
                        .bounds();
        assertThat(bounds.apply("istio.request_bytes").uppers()).containsExactly(10, 1000);
        assertThat(bounds.apply("istio.response_bytes").uppers()).containsExactly(7);
        assertThat(bounds.apply("cluster.a.upstream_rq_time").count()).isEqualTo(19);
    }

    @Test
    void unusedSeriesGoAfterAMultipleOfTheFlushes() throws BootstrapException {
        assertThat(
                        parse("stats_flush_interval: 10s\nstats_eviction_interval: 20s\n")
                                .process()
                                .series()
                                .idle())
                .isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void whatIsWrongIsNamedWithItsPlace() {
        says(
                "stats_config: {histogram_bucket_settings: [{match: {prefix: a}, buckets: [0, 1]}]}",
                "stats_config.histogram_bucket_settings[0].buckets: 0.0 (expected: a number above");
        says(
                "stats_config: {histogram_bucket_settings: [{match: {prefix: a}, buckets: [1, 1]}]}",
                "stats_config.histogram_bucket_settings[0].buckets: 1.0 is there twice");
        says(
                "stats_config: {stats_matcher: {}}",
                "stats_config.stats_matcher: says nothing (expected: reject_all, exclusion_list");
        says(
                "stats_config: {stats_matcher: {inclusion_list: {patterns: [{safe_regex: {regex:"
                        + " '('}}]}}}",
                "stats_config.stats_matcher.inclusion_list.patterns[0].safe_regex");
        says(
                "stats_eviction_interval: 11s",
                "stats_eviction_interval: PT11S (expected: a multiple of stats_flush_interval,"
                        + " which is PT5S)");
    }

    private static void says(String yaml, String expected) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining("boot.yaml: " + expected);
    }
}

package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.export.Collector;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsSinkParserTest {
    private static final String SINK =
            "type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig";

    private static ProxyBootstrap parse(String fields) throws BootstrapException {
        return BootstrapParser.parse(
                "boot.yaml",
                """
                stats_flush_interval: 10s
                stats_sinks:
                - name: envoy.stat_sinks.open_telemetry
                  typed_config: {"@type": "%s", %s}
                """
                        .formatted(SINK, fields));
    }

    private static final String GRPC = "grpc_service: {envoy_grpc: {cluster_name: otel}}";

    private static String dropping(String predicate, String action) {
        return """
        custom_metric_conversions: {matcher_list: {matchers: [{
          predicate: %s,
          on_match: {action: {name: drop, typed_config: {"@type": "%s.%s"}}}}]}}\
        """
                .formatted(predicate, SINK, action);
    }

    private static String single(String match) {
        return """
        {single_predicate: {input: {name: name, typed_config: {"@type": \
        "type.googleapis.com/\
        envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput"}}, \
        value_match: %s}}\
        """
                .formatted(match);
    }

    @Test
    void aCollectorIsToldInTheIntervalOfTheBootstrap() throws BootstrapException {
        ProxyBootstrap read =
                parse(
                        GRPC
                                + ", report_counters_as_deltas: true, prefix: mesh,"
                                + " max_data_points_per_request: 100");

        StatsSink sink = read.sinks().getFirst();
        assertThat(sink.interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(sink.collector().cluster()).isEqualTo("otel");
        assertThat(sink.collector().call())
                .isEqualTo(
                        new Collector.Call.Grpc(
                                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"));
        assertThat(sink.asDeltas()).isEqualTo(new StatsSink.Temporality(true, false));
        assertThat(sink.names().prefix()).isEqualTo("mesh.");
        assertThat(sink.mostPoints()).isEqualTo(100);
        assertThat(read.notes())
                .anyMatch(it -> it.startsWith("stats_sinks[0].typed_config (the proxy's own"));
    }

    @Test
    void itIsToldOverHttpToo() throws BootstrapException {
        StatsSink sink =
                parse(
                                "http_service: {http_uri: {uri: \"http://otel/v1/metrics\","
                                        + " cluster: otel, timeout: 3s}}")
                        .sinks()
                        .getFirst();

        assertThat(sink.collector().call())
                .isEqualTo(new Collector.Call.Post("/v1/metrics", "application/x-protobuf"));
        assertThat(sink.collector().timeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{prefix: istio.}; server.live",
                "{exact: istio.requests_total}; istio.requests_total.b",
                "{suffix: _total}; istio.request_bytes",
                "{contains: requests}; istio.response_bytes"
            })
    void whatAMatcherFindsIsNotSent(String match, String other) throws BootstrapException {
        StatsSink.Names names =
                parse(GRPC + ", " + dropping(single(match), "DropAction"))
                        .sinks()
                        .getFirst()
                        .names();
        StatsSink.Names reverse =
                parse(GRPC + ", " + dropping("{not_matcher: " + single(match) + "}", "DropAction"))
                        .sinks()
                        .getFirst()
                        .names();

        assertThat(names.sends("istio.requests_total")).isFalse();
        assertThat(names.sends(other)).isTrue();
        assertThat(reverse.sends("istio.requests_total")).isTrue();
        assertThat(reverse.sends(other)).isFalse();
    }

    @Test
    void whoWantsIstiosMetricsOnlyMissesNothing() throws BootstrapException {
        String others = "{not_matcher: " + single("{prefix: istio.}") + "}";

        assertThat(parse(GRPC + ", " + dropping(others, "DropAction")).notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "prefix: a; has neither grpc_service nor http_service",
                "grpc_service: {google_grpc: {target_uri: a}}; google_grpc",
                "grpc_service: {}; cluster_name",
                "grpc_service: {envoy_grpc: {cluster_name: a}}, emit_tags_as_attributes: false;"
                        + " emit_tags_as_attributes: false is not implemented",
                "grpc_service: {envoy_grpc: {cluster_name: a}}, use_tag_extracted_name: false;"
                        + " use_tag_extracted_name: false is not implemented"
            })
    void whatItCannotDoIsRefusedByItsName(String fields, String why) {
        assertThatThrownBy(() -> parse(fields))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining("stats_sinks[0].typed_config")
                .hasMessageContaining(why);
    }

    @Test
    void anotherNameForAMetricIsRefused() {
        assertThatThrownBy(() ->
                        parse(GRPC + ", " + dropping(single("{prefix: a}"), "ConversionAction")))
                .hasMessageContaining("on_match.action.typed_config")
                .hasMessageContaining("ConversionAction");
    }

    @Test
    void sinksOfOtherKindsAreLeftOut() throws BootstrapException {
        ProxyBootstrap read =
                BootstrapParser.parse(
                        "boot.yaml",
                        """
                        stats_sinks:
                        - name: envoy.stat_sinks.metrics_service
                          typed_config:
                            "@type": type.googleapis.com/\
                        envoy.config.metrics.v3.MetricsServiceConfig
                        """);

        assertThat(read.sinks()).isEmpty();
        assertThat(read.notes())
                .containsExactly("stats_sinks[0] ('envoy.stat_sinks.metrics_service')");
    }
}

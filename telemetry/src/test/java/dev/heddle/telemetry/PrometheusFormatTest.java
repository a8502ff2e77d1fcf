package dev.heddle.telemetry;

import static dev.heddle.telemetry.PrometheusFormat.OPEN_METRICS;
import static dev.heddle.telemetry.PrometheusFormat.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusFormatTest {
    @Test
    void scrapersGetWhatTheyLikeBest() {
        assertThat(PrometheusFormat.of("")).isEqualTo(TEXT);
        assertThat(PrometheusFormat.of("*/*")).isEqualTo(TEXT);
        assertThat(PrometheusFormat.of("text/html, application/json;q=0.9")).isEqualTo(TEXT);
        assertThat(PrometheusFormat.of("application/openmetrics-text; version=1.0.0"))
                .isEqualTo(OPEN_METRICS);
        assertThat(PrometheusFormat.of("Application/OpenMetrics-Text")).isEqualTo(OPEN_METRICS);
        assertThat(PrometheusFormat.of("application/openmetrics-text;version=0.0.1"))
                .isEqualTo(TEXT);
        assertThat(
                        PrometheusFormat.of(
                                "application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.5"))
                .isEqualTo(TEXT);
        assertThat(PrometheusFormat.of("application/openmetrics-text;q=0")).isEqualTo(TEXT);
        assertThat(PrometheusFormat.of("application/openmetrics-text;q=..")).isEqualTo(TEXT);
    }

    @Test
    void protobufIsForWhoLikesItBest() {
        String family =
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        + "encoding=delimited";
        // What Prometheus 2.42 says that takes native histograms.
        String prometheus =
                family
                        + ",application/openmetrics-text;version=1.0.0;q=0.8,"
                        + "application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assertThat(PrometheusFormat.likesProtobuf(prometheus)).isTrue();
        assertThat(PrometheusFormat.likesProtobuf("application/vnd.google.protobuf")).isTrue();
        assertThat(PrometheusFormat.likesProtobuf("")).isFalse();
        assertThat(PrometheusFormat.likesProtobuf("*/*")).isFalse();
        assertThat(PrometheusFormat.likesProtobuf(family + ";q=0.4,text/plain")).isFalse();
        assertThat(PrometheusFormat.likesProtobuf(family.replace("MetricFamily", "Other")))
                .isFalse();
        assertThat(PrometheusFormat.likesProtobuf(family.replace("delimited", "text"))).isFalse();
    }

    /// What Prometheus 2.42 and 3.5 say.
    @Test
    void prometheusGetsOpenMetrics() {
        assertThat(
                        PrometheusFormat.of(
                                "application/openmetrics-text;version=1.0.0,"
                                        + "application/openmetrics-text;version=0.0.1;q=0.75,"
                                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"))
                .isEqualTo(OPEN_METRICS);
        assertThat(
                        PrometheusFormat.of(
                                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;"
                                        + "q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                                        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                                        + "text/plain;version=0.0.4;q=0.2,/;q=0.1"))
                .isEqualTo(OPEN_METRICS);
    }
}

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

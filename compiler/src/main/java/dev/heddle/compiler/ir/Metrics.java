package dev.heddle.compiler.ir;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is counted of requests and connections, under Istio's names.
///
/// @param metrics each once
public record Metrics(List<Metric> metrics) {
    /// Nothing.
    public static final Metrics NONE = new Metrics(List.of());

    public Metrics {
        metrics = List.copyOf(metrics);
    }

    public boolean isNothing() {
        return metrics.isEmpty();
    }

    /// Those of requests, or of connections of bytes.
    public List<Metric> of(boolean isHttp) {
        return metrics.stream().filter(m -> m.kind().isHttp() == isHttp).toList();
    }

    /// One of them.
    ///
    /// @param tags labels in their order, each with its value in the words of access logs
    public record Metric(Kind kind, Map<String, String> tags) {
        public Metric {
            tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        }
    }

    /// What is counted.
    public enum Kind {
        REQUESTS("requests_total", true, Shape.ONE, ""),
        REQUEST_DURATION("request_duration_milliseconds", true, Shape.MILLISECONDS, "%DURATION%"),
        REQUEST_BYTES("request_bytes", true, Shape.BYTES, "%BYTES_RECEIVED%"),
        RESPONSE_BYTES("response_bytes", true, Shape.BYTES, "%BYTES_SENT%"),
        TCP_SENT("tcp_sent_bytes_total", false, Shape.SUM, "%BYTES_SENT%"),
        TCP_RECEIVED("tcp_received_bytes_total", false, Shape.SUM, "%BYTES_RECEIVED%"),
        TCP_OPENED("tcp_connections_opened_total", false, Shape.ONE, ""),
        TCP_CLOSED("tcp_connections_closed_total", false, Shape.ONE, "");

        private final String statName;
        private final boolean isHttp;
        private final Shape shape;
        private final String value;

        Kind(String statName, boolean isHttp, Shape shape, String value) {
            this.statName = statName;
            this.isHttp = isHttp;
            this.shape = shape;
            this.value = value;
        }

        /// As in `requests_total`; `istio_` stands in front of it.
        public String statName() {
            return statName;
        }

        /// Whether it is of requests; else it is of connections of bytes.
        public boolean isHttp() {
            return isHttp;
        }

        public Shape shape() {
            return shape;
        }

        /// What is counted, in the words of access logs; empty for [Shape#ONE].
        public String value() {
            return value;
        }
    }

    /// How values are put together.
    public enum Shape {
        /// Each counts as one.
        ONE,
        /// They are added up.
        SUM,
        /// They are distributed over buckets.
        MILLISECONDS,
        /// As those.
        BYTES
    }
}

package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is counted of requests and connections, under Istio's names.
///
/// @param metrics each once
/// @param isEvictable whether what nobody counts any longer may be forgotten
/// @param interval between two reports of an open connection of bytes; zero for none
public record Metrics(List<Metric> metrics, boolean isEvictable, Duration interval) {
    /// Nothing.
    public static final Metrics NONE = new Metrics(List.of(), false, Duration.ZERO);

    /// As Istio has it where nobody says another one.
    public static final Duration USUAL_INTERVAL = Duration.ofSeconds(5);

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
        REQUESTS("requests_total", Moment.REQUEST, Shape.ONE, ""),
        REQUEST_DURATION(
                "request_duration_milliseconds", Moment.REQUEST, Shape.MILLISECONDS, "%DURATION%"),
        REQUEST_BYTES("request_bytes", Moment.REQUEST, Shape.BYTES, "%BYTES_RECEIVED%"),
        RESPONSE_BYTES("response_bytes", Moment.REQUEST, Shape.BYTES, "%BYTES_SENT%"),
        REQUEST_MESSAGES("request_messages_total", Moment.CALL, Shape.SUM, Call.REQUEST.messages()),
        RESPONSE_MESSAGES(
                "response_messages_total", Moment.CALL, Shape.SUM, Call.RESPONSE.messages()),
        TCP_SENT("tcp_sent_bytes_total", Moment.RUNNING, Shape.SUM, Open.SENT.sinceLast()),
        TCP_RECEIVED(
                "tcp_received_bytes_total", Moment.RUNNING, Shape.SUM, Open.RECEIVED.sinceLast()),
        TCP_OPENED("tcp_connections_opened_total", Moment.OPENED, Shape.ONE, ""),
        TCP_CLOSED("tcp_connections_closed_total", Moment.CLOSED, Shape.ONE, "");

        private final String statName;
        private final Moment moment;
        private final Shape shape;
        private final String value;

        Kind(String statName, Moment moment, Shape shape, String value) {
            this.statName = statName;
            this.moment = moment;
            this.shape = shape;
            this.value = value;
        }

        /// As in `requests_total`; `istio_` stands in front of it.
        public String statName() {
            return statName;
        }

        /// When it is counted.
        public Moment moment() {
            return moment;
        }

        /// Whether it is of requests; else it is of connections of bytes.
        public boolean isHttp() {
            return moment == Moment.REQUEST || moment == Moment.CALL;
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

    /// When something is counted.
    public enum Moment {
        /// A request is over.
        REQUEST,
        /// A call of gRPC is over. Only where a Telemetry asks for it.
        CALL,
        /// A connection has reached a host, or ends without having done so.
        OPENED,
        /// A connection is open, now and then, and when it ends.
        RUNNING,
        /// A connection ends.
        CLOSED
    }

    /// Messages of a call of gRPC, which Heddle's proxy counts; stock Envoy says how many there are
    /// in a text that no format takes apart.
    public enum Call {
        REQUEST("request_messages"),
        RESPONSE("response_messages");

        /// Metadata that Heddle's proxy makes itself.
        public static final String NAMESPACE = "heddle.call";

        private final String key;

        Call(String key) {
            this.key = key;
        }

        /// In the words of access logs.
        String messages() {
            return "%DYNAMIC_METADATA(" + NAMESPACE + ":" + key + ")%";
        }

        /// The key of the metadata.
        public String key() {
            return key;
        }
    }

    /// Bytes of a connection that is still open. Heddle's proxy says how many there are since it
    /// was last asked; stock Envoy only knows all of them, and so is asked when it ends.
    public enum Open {
        SENT("BYTES_SENT", "bytes_sent_since_periodic"),
        RECEIVED("BYTES_RECEIVED", "bytes_received_since_periodic");

        /// Metadata that Heddle's proxy makes itself.
        public static final String NAMESPACE = "heddle.connection";

        private final String whole;
        private final String key;

        Open(String whole, String key) {
            this.whole = whole;
            this.key = key;
        }

        /// In the words of access logs.
        String sinceLast() {
            return "%COALESCE({\"operators\":[{\"command\":\"DYNAMIC_METADATA\",\"param\":\""
                    + NAMESPACE
                    + ":"
                    + key
                    + "\"},\""
                    + whole
                    + "\"]})%";
        }

        /// The key of the metadata.
        public String key() {
            return key;
        }
    }
}

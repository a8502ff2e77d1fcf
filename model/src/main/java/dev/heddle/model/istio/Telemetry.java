package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What proxies tell about traffic: traces, metrics and access logs.
public record Telemetry(
        Optional<LabelSelector> selector,
        Optional<PolicyTargetReference> targetRef,
        List<PolicyTargetReference> targetRefs,
        List<Tracing> tracing,
        List<Metrics> metrics,
        List<AccessLogging> accessLogging)
        implements TargetedPolicy {

    public Telemetry {
        targetRefs = List.copyOf(targetRefs);
        tracing = List.copyOf(tracing);
        metrics = List.copyOf(metrics);
        accessLogging = List.copyOf(accessLogging);
    }

    /// @param name as in the mesh's list of providers
    public record ProviderRef(@Required String name) {}

    /// Which side of a call tells.
    public enum WorkloadMode {
        /// Both.
        CLIENT_AND_SERVER,
        /// The caller.
        CLIENT,
        /// The called.
        SERVER
    }

    /// @param mode which side of a call
    public record ModeSelector(WorkloadMode mode) {}

    /// Spans.
    ///
    /// @param randomSamplingPercentage share of the requests, 0 to 100
    public record Tracing(
            ModeSelector match,
            List<ProviderRef> providers,
            OptionalDouble randomSamplingPercentage,
            Optional<Boolean> disableSpanReporting,
            Optional<Boolean> disableContextPropagation,
            Map<String, CustomTag> customTags,
            Optional<Boolean> useRequestIdForTraceSampling,
            Optional<Boolean> enableIstioTags) {

        public Tracing {
            providers = List.copyOf(providers);
            customTags = Ordered.copyOf(customTags);
        }
    }

    /// Where the value of a span's tag comes from.
    public sealed interface CustomTag {
        /// From here.
        record Literal(LiteralTag literal) implements CustomTag {}

        /// From the proxy's environment.
        record Environment(NamedTag environment) implements CustomTag {}

        /// From the request's headers.
        record Header(NamedTag header) implements CustomTag {}

        /// From the request, in the words of access logs.
        record Formatter(LiteralTag formatter) implements CustomTag {}
    }

    /// A value.
    public record LiteralTag(@Required String value) {}

    /// A name that has a value, or else the default.
    public record NamedTag(@Required String name, String defaultValue) {}

    /// Metrics.
    ///
    /// @param reportingInterval between two reports of an open TCP connection; 5 s when absent
    public record Metrics(
            List<ProviderRef> providers,
            List<MetricsOverride> overrides,
            Optional<Duration> reportingInterval) {

        public Metrics {
            providers = List.copyOf(providers);
            overrides = List.copyOf(overrides);
        }
    }

    /// How a metric differs from what it is by default.
    public record MetricsOverride(
            MetricSelector match,
            Optional<Boolean> disabled,
            Map<String, TagOverride> tagOverrides) {

        public MetricsOverride {
            tagOverrides = Ordered.copyOf(tagOverrides);
        }
    }

    /// Which metric.
    public record MetricSelector(@Inline Optional<MetricName> name, WorkloadMode mode) {}

    /// A metric by its name.
    public sealed interface MetricName {
        /// One of Istio's.
        record Standard(IstioMetric metric) implements MetricName {}

        /// By what stands in its name behind `istio_`, as in `requests_total`.
        record Custom(String customMetric) implements MetricName {}
    }

    /// Istio's metrics, as their names say.
    public enum IstioMetric {
        /// Every metric below.
        ALL_METRICS,
        /// `istio_requests_total`.
        REQUEST_COUNT,
        /// `istio_request_duration_milliseconds`.
        REQUEST_DURATION,
        /// `istio_request_bytes`.
        REQUEST_SIZE,
        /// `istio_response_bytes`.
        RESPONSE_SIZE,
        /// `istio_tcp_connections_opened_total`.
        TCP_OPENED_CONNECTIONS,
        /// `istio_tcp_connections_closed_total`.
        TCP_CLOSED_CONNECTIONS,
        /// `istio_tcp_sent_bytes_total`.
        TCP_SENT_BYTES,
        /// `istio_tcp_received_bytes_total`.
        TCP_RECEIVED_BYTES,
        /// `istio_request_messages_total`.
        GRPC_REQUEST_MESSAGES,
        /// `istio_response_messages_total`.
        GRPC_RESPONSE_MESSAGES
    }

    /// A label of a metric, changed or taken away.
    ///
    /// @param value an expression
    public record TagOverride(Operation operation, String value) {
        /// What happens to the label.
        public enum Operation {
            /// It gets this value.
            UPSERT,
            /// It goes.
            REMOVE
        }
    }

    /// Access logs.
    public record AccessLogging(
            ModeSelector match,
            List<ProviderRef> providers,
            Optional<Boolean> disabled,
            Optional<Filter> filter) {

        public AccessLogging {
            providers = List.copyOf(providers);
        }
    }

    /// @param expression what is logged, in CEL
    public record Filter(String expression) {}
}

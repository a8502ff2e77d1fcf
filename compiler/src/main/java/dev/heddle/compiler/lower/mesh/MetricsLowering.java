package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.Metrics;
import dev.heddle.compiler.ir.Metrics.Kind;
import dev.heddle.compiler.ir.Metrics.Metric;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.IstioMetric;
import dev.heddle.model.istio.Telemetry.MetricName;
import dev.heddle.model.istio.Telemetry.MetricsOverride;
import dev.heddle.model.istio.Telemetry.TagOverride;
import dev.heddle.model.istio.Telemetry.WorkloadMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What is counted of requests and connections: Istio's metrics, where a provider of the kind
/// Prometheus takes them, as Telemetries change them.
///
/// Overrides add up from the widest Telemetry to the narrowest, in each in their order; a later one
/// goes before an earlier one about the same.
final class MetricsLowering {
    private final Observers observers;
    private final boolean isEvictable;
    private final List<Resource<Telemetry>> telemetries;

    /// @param observers some of whom take metrics
    /// @param isEvictable whether the proxy is to forget what nobody counts any longer
    /// @param telemetries that count for the proxy, the widest first
    MetricsLowering(
            Observers observers, boolean isEvictable, List<Resource<Telemetry>> telemetries) {
        this.observers = observers;
        this.isEvictable = isEvictable;
        this.telemetries = telemetries;
    }

    /// What a listener counts.
    ///
    /// @param isCaller which side of calls it is
    /// @param isAbout whether a rule for some side is about it
    Metrics lower(boolean isCaller, Predicate<WorkloadMode> isAbout) {
        if (!observers.count(telemetries)) {
            return Metrics.NONE;
        }
        var metrics = new ArrayList<Metric>();
        for (Kind kind : Kind.values()) {
            lower(kind, isCaller, isAbout).ifPresent(metrics::add);
        }
        return new Metrics(metrics, isEvictable, interval());
    }

    /// The narrowest word counts.
    private Duration interval() {
        return telemetries.stream()
                .flatMap(t -> t.spec().metrics().stream())
                .flatMap(m -> m.reportingInterval().stream())
                .reduce(Metrics.USUAL_INTERVAL, (_, narrower) -> narrower);
    }

    private Optional<Metric> lower(Kind kind, boolean isCaller, Predicate<WorkloadMode> isAbout) {
        Map<String, String> tags = new LinkedHashMap<>(MetricTags.of(isCaller, kind.isHttp()));
        // Messages are counted where somebody asks for them: they cost 6 KB of each filter chain.
        boolean[] isDisabled = {kind.moment() == Metrics.Moment.CALL};
        telemetries.stream()
                .flatMap(t -> t.spec().metrics().stream())
                .flatMap(m -> m.overrides().stream())
                .filter(o -> isAbout.test(o.match().mode()))
                .filter(o -> isAbout(o, kind))
                .forEach(o -> {
                    o.disabled().ifPresent(said -> isDisabled[0] = said);
                    o.tagOverrides().forEach((tag, override) -> apply(tag, override, tags));
                });
        return isDisabled[0] ? Optional.empty() : Optional.of(new Metric(kind, tags));
    }

    private static void apply(String tag, TagOverride override, Map<String, String> tags) {
        switch (override.operation()) {
            case UPSERT -> tags.put(tag, "%CEL(" + override.value() + ")%");
            case REMOVE -> tags.remove(tag);
        }
    }

    /// Without a name all are meant.
    private static boolean isAbout(MetricsOverride override, Kind kind) {
        return override.match()
                .name()
                .map(name ->
                        switch (name) {
                            case MetricName.Standard(IstioMetric metric) -> isAbout(metric, kind);
                            case MetricName.Custom(String stat) -> stat.equals(kind.statName());
                        })
                .orElse(true);
    }

    private static boolean isAbout(IstioMetric metric, Kind kind) {
        return switch (metric) {
            case ALL_METRICS -> true;
            case REQUEST_COUNT -> kind == Kind.REQUESTS;
            case REQUEST_DURATION -> kind == Kind.REQUEST_DURATION;
            case REQUEST_SIZE -> kind == Kind.REQUEST_BYTES;
            case RESPONSE_SIZE -> kind == Kind.RESPONSE_BYTES;
            case TCP_OPENED_CONNECTIONS -> kind == Kind.TCP_OPENED;
            case TCP_CLOSED_CONNECTIONS -> kind == Kind.TCP_CLOSED;
            case TCP_SENT_BYTES -> kind == Kind.TCP_SENT;
            case TCP_RECEIVED_BYTES -> kind == Kind.TCP_RECEIVED;
            case GRPC_REQUEST_MESSAGES -> kind == Kind.REQUEST_MESSAGES;
            case GRPC_RESPONSE_MESSAGES -> kind == Kind.RESPONSE_MESSAGES;
        };
    }
}

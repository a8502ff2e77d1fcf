package dev.heddle.proxy;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.export.BatchExporter;
import dev.heddle.proxy.export.BatchLimits;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.recording.ExportCounters;
import dev.heddle.proxy.recording.ProxyMeters;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tracing.DatadogSpans;
import dev.heddle.proxy.tracing.LocalNode;
import dev.heddle.proxy.tracing.OtlpSpans;
import dev.heddle.proxy.tracing.SkyWalkingSpans;
import dev.heddle.proxy.tracing.SpanData;
import dev.heddle.proxy.tracing.SpanSink;
import dev.heddle.proxy.tracing.Tracer;
import dev.heddle.proxy.tracing.TracingConfig;
import dev.heddle.proxy.tracing.ZipkinSpans;
import dev.heddle.telemetry.MeterShard;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who follows requests on one worker. Connection managers with the same provider tell it together,
/// so that there is one batch and one call at a time.
@Confined("worker")
final class WorkerTracers {
    /// As Envoy sends them, but in larger batches.
    private static final BatchLimits LIMITS = new BatchLimits(64, Duration.ofSeconds(1), 2_048);

    private final LocalNode node;
    private final ProxyMeters meters;
    private final MeterShard shard;
    private final Map<TracingConfig.Provider, SpanSink> sinks = new HashMap<>();

    WorkerTracers(LocalNode node, ProxyMeters meters, MeterShard shard) {
        this.node = node;
        this.meters = meters;
        this.shard = shard;
    }

    /// Who follows the requests of a connection manager; null for nobody.
    @Nullable Tracer of(
            FilterContext context, ListenerConfig listener, HttpConnectionManagerConfig manager) {
        TracingConfig config = manager.tracing().orElse(null);
        if (config == null) {
            return null;
        }
        return new Tracer(
                config,
                listener.direction() == ListenerConfig.Direction.OUTBOUND,
                node,
                meters::statName,
                context.worker(),
                sinks.computeIfAbsent(config.provider(), it -> sink(context, it)));
    }

    /// Forgets providers that no listener has any longer. Who still drains keeps its own.
    void keepOnly(List<ListenerConfig> listeners) {
        sinks.keySet()
                .retainAll(
                        listeners.stream()
                                .flatMap(ListenerConfig::tracing)
                                .map(TracingConfig::provider)
                                .toList());
    }

    private SpanSink sink(FilterContext context, TracingConfig.Provider provider) {
        Collector to = provider.collector().orElse(null);
        if (to == null) {
            return _ -> {};
        }
        return switch (provider) {
            case TracingConfig.Provider.Zipkin zipkin ->
                    each(
                            context,
                            to,
                            "zipkin",
                            spans ->
                                    zipkin.isProto()
                                            ? ZipkinSpans.proto(spans, node.cluster())
                                            : ZipkinSpans.json(spans, node.cluster()));
            case TracingConfig.Provider.OpenTelemetry otel -> {
                Map<String, String> resource =
                        OtlpSpans.resource(otel.service(), otel.readsEnvironment(), node);
                yield each(
                        context, to, "opentelemetry", spans -> OtlpSpans.request(spans, resource));
            }
            case TracingConfig.Provider.Datadog datadog ->
                    each(
                            context,
                            to,
                            "datadog",
                            spans -> DatadogSpans.request(spans, datadog.service()));
            case TracingConfig.Provider.SkyWalking said -> {
                TracingConfig.Provider.SkyWalking own = said.of(node);
                yield this.<List<SpanData>>exporter(
                                context,
                                to,
                                new BatchLimits(
                                        Math.min(LIMITS.batch(), own.waiting()),
                                        LIMITS.interval(),
                                        own.waiting()),
                                requests ->
                                        SkyWalkingSpans.frames(
                                                requests, own.service(), own.instance()),
                                counters("skywalking", "segments"))
                        ::add;
            }
        };
    }

    /// Tells of spans, whichever request they are of.
    private SpanSink each(
            FilterContext context,
            Collector to,
            String provider,
            Function<List<SpanData>, byte[]> encoder) {
        BatchExporter<SpanData> exporter =
                exporter(context, to, LIMITS, encoder, counters(provider, "spans"));
        return spans -> spans.forEach(exporter::add);
    }

    private ExportCounters counters(String provider, String items) {
        return new ExportCounters(meters, "tracing." + provider, items, shard);
    }

    private <T> BatchExporter<T> exporter(
            FilterContext context,
            Collector to,
            BatchLimits limits,
            Function<List<T>, byte[]> encoder,
            ExportCounters counters) {
        return new BatchExporter<>(
                context.worker(),
                context.http2(),
                context.clusters(),
                to,
                limits,
                encoder,
                counters);
    }
}

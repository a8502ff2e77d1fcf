package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.Tracing;
import dev.heddle.compiler.ir.Tracing.Tag;
import dev.heddle.compiler.ir.Workload;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HttpService;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.trace.v3.ClientConfig;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.SkyWalkingConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Emits how requests are followed.
///
/// The service's name, which some providers want, is not known here, where listeners are made for
/// many workloads: [TracedWorkload] adds it.
final class TracingEmitter {
    /// Metadata of a listener that says which requests Heddle's own proxy tells of in the end.
    private static final String TAIL = "heddle.tail_keep";

    private static final double ALL = 100;
    private static final double NANOS = 1e9;

    /// A field that came later than the API that this is built with.
    private static final int NO_CONTEXT_PROPAGATION = 13;

    private TracingEmitter() {}

    /// Into a connection manager.
    static void emit(Tracing tracing, HttpConnectionManager.Builder out) {
        var said =
                HttpConnectionManager.Tracing.newBuilder()
                        .setClientSampling(percent(ALL))
                        .setRandomSampling(percent(tracing.percent()))
                        .setOverallSampling(percent(ALL));
        tracing.pathLength().ifPresent(n -> said.setMaxPathTagLength(UInt32Value.of(n)));
        tracing.tags().forEach(tag -> said.addCustomTags(tag(tag)));
        tracing.mesh().ifPresent(mesh -> workload(mesh, tracing.tags(), said));
        if (tracing.spawnsUpstreamSpan()) {
            said.setSpawnUpstreamSpan(BoolValue.of(true));
        }
        if (!tracing.isHandedOn()) {
            said.setUnknownFields(
                    UnknownFieldSet.newBuilder()
                            .addField(
                                    NO_CONTEXT_PROPAGATION,
                                    UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                            .build());
        }
        said.setProvider(provider(tracing.provider()));
        out.setTracing(said);
        if (!tracing.chosenById()) {
            out.setRequestIdExtension(
                    RequestIDExtension.newBuilder()
                            .setTypedConfig(
                                    Protos.pack(
                                            UuidRequestIdConfig.newBuilder()
                                                    .setUseRequestIdForTraceSampling(
                                                            BoolValue.of(false))
                                                    .build())));
        }
    }

    /// Whose spans they are, in Istio's words, as far as the user says nothing else under these
    /// names. The proxy knows it of its node, so proxies of many workloads have one configuration.
    private static void workload(
            String mesh, List<Tag> others, HttpConnectionManager.Tracing.Builder out) {
        Stream.of(
                        own("istio.canonical_revision", Workload.REVISION),
                        own("istio.canonical_service", Workload.SERVICE),
                        own("istio.cluster_id", Workload.CLUSTER),
                        new Tag("istio.mesh_id", new Tag.Value.Literal(mesh)),
                        own("istio.namespace", Workload.NAMESPACE))
                .filter(tag -> others.stream().noneMatch(it -> it.name().equals(tag.name())))
                .forEach(tag -> out.addCustomTags(tag(tag)));
    }

    private static Tag own(String name, String key) {
        return new Tag(name, new Tag.Value.Format(Workload.own(key)));
    }

    /// Into a listener, for Heddle's own proxy: Envoy takes metadata and leaves them alone.
    static void tail(Tracing.Tail tail, Listener.Builder out) {
        Struct.Builder said = Struct.newBuilder();
        if (tail.errors()) {
            said.putFields("errors", Value.newBuilder().setBoolValue(true).build());
        }
        tail.slow()
                .ifPresent(it ->
                        said.putFields(
                                "slow",
                                Value.newBuilder().setNumberValue(it.toNanos() / NANOS).build()));
        out.getMetadataBuilder().putFilterMetadata(TAIL, said.build());
    }

    private static Percent percent(double value) {
        return Percent.newBuilder().setValue(value).build();
    }

    static CustomTag tag(Tag tag) {
        CustomTag.Builder out = CustomTag.newBuilder().setTag(tag.name());
        switch (tag.value()) {
            case Tag.Value.Literal(String text) ->
                    out.setLiteral(CustomTag.Literal.newBuilder().setValue(text));
            case Tag.Value.Environment(String variable, String otherwise) ->
                    out.setEnvironment(
                            CustomTag.Environment.newBuilder()
                                    .setName(variable)
                                    .setDefaultValue(otherwise));
            case Tag.Value.Header(String header, String otherwise) ->
                    out.setRequestHeader(
                            CustomTag.Header.newBuilder()
                                    .setName(header)
                                    .setDefaultValue(otherwise));
            case Tag.Value.Format(String format) -> out.setValue(format);
        }
        return out.build();
    }

    private static io.envoyproxy.envoy.config.trace.v3.Tracing.Http provider(
            Tracing.Provider provider) {
        return switch (provider) {
            case Tracing.Provider.Zipkin zipkin -> http("zipkin", zipkin(zipkin));
            case Tracing.Provider.OpenTelemetry otel -> http("opentelemetry", openTelemetry(otel));
            case Tracing.Provider.SkyWalking skyWalking ->
                    http(
                            "skywalking",
                            SkyWalkingConfig.newBuilder()
                                    .setGrpcService(grpc(skyWalking.cluster(), skyWalking.host()))
                                    .setClientConfig(
                                            skyWalking.token().isEmpty()
                                                    ? ClientConfig.getDefaultInstance()
                                                    : ClientConfig.newBuilder()
                                                            .setBackendToken(skyWalking.token())
                                                            .build())
                                    .build());
            case Tracing.Provider.Datadog(String cluster, String host) ->
                    http(
                            "datadog",
                            DatadogConfig.newBuilder()
                                    .setCollectorCluster(cluster)
                                    .setCollectorHostname(host)
                                    .setServiceName("envoy")
                                    .build());
        };
    }

    private static io.envoyproxy.envoy.config.trace.v3.Tracing.Http http(
            String name, Message config) {
        return io.envoyproxy.envoy.config.trace.v3.Tracing.Http.newBuilder()
                .setName("envoy.tracers." + name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    private static ZipkinConfig zipkin(Tracing.Provider.Zipkin zipkin) {
        return ZipkinConfig.newBuilder()
                .setCollectorService(
                        http(
                                zipkin.cluster(),
                                "http://" + zipkin.host() + zipkin.path(),
                                zipkin.timeout(),
                                zipkin.headers()))
                .setCollectorEndpointVersion(ZipkinConfig.CollectorEndpointVersion.HTTP_JSON)
                .setTraceId128Bit(zipkin.isLong())
                .setSharedSpanContext(BoolValue.of(false))
                .setTraceContextOption(
                        zipkin.isW3c()
                                ? ZipkinConfig.TraceContextOption.USE_B3_WITH_W3C_PROPAGATION
                                : ZipkinConfig.TraceContextOption.USE_B3)
                .build();
    }

    private static OpenTelemetryConfig openTelemetry(Tracing.Provider.OpenTelemetry otel) {
        OpenTelemetryConfig.Builder out = OpenTelemetryConfig.newBuilder();
        if (otel.path().isPresent()) {
            out.setHttpService(
                    http(
                            otel.cluster(),
                            "http://" + otel.host() + otel.path().get(),
                            otel.timeout(),
                            otel.headers()));
        } else {
            GrpcService.Builder service =
                    grpc(otel.cluster(), otel.host()).toBuilder()
                            .setTimeout(Protos.duration(otel.timeout()));
            otel.headers().forEach(it -> service.addInitialMetadata(header(it)));
            out.setGrpcService(service);
        }
        if (otel.readsEnvironment()) {
            out.addResourceDetectors(
                    extension(
                            "resource_detectors.environment",
                            EnvironmentResourceDetectorConfig.getDefaultInstance()));
        }
        if (otel.readsDynatrace()) {
            out.addResourceDetectors(
                    extension(
                            "resource_detectors.dynatrace",
                            DynatraceResourceDetectorConfig.getDefaultInstance()));
        }
        otel.sampler()
                .ifPresent(sampler ->
                        out.setSampler(
                                extension(
                                        "samplers.dynatrace",
                                        DynatraceSamplerConfig.newBuilder()
                                                .setTenant(sampler.tenant())
                                                .setClusterId(sampler.clusterId())
                                                .setRootSpansPerMinute(sampler.rootSpansPerMinute())
                                                .setHttpService(
                                                        http(
                                                                sampler.cluster(),
                                                                "http://"
                                                                        + sampler.host()
                                                                        + sampler.path(),
                                                                sampler.timeout(),
                                                                sampler.headers()))
                                                .build())));
        return out.build();
    }

    private static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName("envoy.tracers.opentelemetry." + name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    private static HttpService http(
            String cluster, String uri, Duration timeout, List<Tracing.Header> headers) {
        HttpService.Builder out =
                HttpService.newBuilder()
                        .setHttpUri(
                                HttpUri.newBuilder()
                                        .setUri(uri)
                                        .setCluster(cluster)
                                        .setTimeout(Protos.duration(timeout)));
        headers.forEach(it ->
                out.addRequestHeadersToAdd(
                        HeaderValueOption.newBuilder()
                                .setHeader(header(it))
                                .setAppendAction(
                                        HeaderValueOption.HeaderAppendAction
                                                .OVERWRITE_IF_EXISTS_OR_ADD)));
        return out.build();
    }

    private static GrpcService grpc(String cluster, String host) {
        return GrpcService.newBuilder()
                .setEnvoyGrpc(
                        GrpcService.EnvoyGrpc.newBuilder()
                                .setClusterName(cluster)
                                .setAuthority(host))
                .build();
    }

    private static HeaderValue header(Tracing.Header header) {
        return HeaderValue.newBuilder().setKey(header.name()).setValue(header.value()).build();
    }
}

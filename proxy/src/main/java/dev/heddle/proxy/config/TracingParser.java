package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.tracing.DatadogSpans;
import dev.heddle.proxy.tracing.OtlpSpans;
import dev.heddle.proxy.tracing.Propagation;
import dev.heddle.proxy.tracing.RouteTracing;
import dev.heddle.proxy.tracing.Share;
import dev.heddle.proxy.tracing.Shares;
import dev.heddle.proxy.tracing.SkyWalkingSpans;
import dev.heddle.proxy.tracing.TailKeep;
import dev.heddle.proxy.tracing.TracingConfig;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.Metadata;
import envoy.config.route.v3.Decorator;
import envoy.config.route.v3.Tracing;
import envoy.config.trace.v3.ClientConfig;
import envoy.config.trace.v3.DatadogConfig;
import envoy.config.trace.v3.OpenTelemetryConfig;
import envoy.config.trace.v3.SkyWalkingConfig;
import envoy.config.trace.v3.ZipkinConfig;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import envoy.type.v3.FractionalPercent;
import envoy.type.v3.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads how requests are followed.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class TracingParser {
    /// Metadata of a listener that says which requests this proxy tells of in the end.
    static final String TAIL = "heddle.tail_keep";

    private static final HeaderName DATADOG_LANGUAGE = HeaderName.of("datadog-meta-lang");

    private static final HeaderName AUTHENTICATION = HeaderName.of("authentication");

    /// How many wait for SkyWalking, as in Envoy.
    private static final int USUAL_SEGMENTS = 1_024;

    private static final int PATH_BYTES = 256;
    private static final double LONGEST_SECONDS = 3_600;

    private static final Set<String> READ =
            Set.of(
                    "client_sampling",
                    "random_sampling",
                    "overall_sampling",
                    "verbose",
                    "max_path_tag_length",
                    "custom_tags",
                    "provider",
                    "spawn_upstream_span");

    private final Findings findings;

    TracingParser(Findings findings) {
        this.findings = findings;
    }

    /// Which requests a listener's metadata has kept; empty for none.
    Optional<TailKeep> tail(Metadata metadata) {
        return OwnMetadata.of(findings, metadata, TAIL, Set.of("errors", "slow"))
                .map(said ->
                        new TailKeep(
                                said.has("errors"),
                                said.has("slow")
                                        ? Optional.of(
                                                said.seconds(
                                                        "slow", LONGEST_SECONDS, Duration.ZERO))
                                        : Optional.empty()));
    }

    /// What a connection manager says; empty where nobody is told.
    ///
    /// @param tail as its listener says
    Optional<TracingConfig> manager(
            String path, HttpConnectionManager manager, Optional<TailKeep> tail) {
        HttpConnectionManager.Tracing tracing = manager.getTracing();
        var later = new Later(tracing.bytes());
        for (int number : tracing.numbers()) {
            if (number != Later.NO_CONTEXT_PROPAGATION) {
                String field = tracing.fieldName(number);
                if (field.isEmpty() || !READ.contains(field)) {
                    findings.notImplemented(
                            join(path, field.isEmpty() ? "field " + number : field));
                }
            }
        }
        if (!tracing.hasProvider()) {
            // Envoy makes no spans then either.
            findings.note(path);
            return Optional.empty();
        }
        Shares shares =
                new Shares(
                        share(
                                join(path, "client_sampling"),
                                tracing.hasClientSampling(),
                                tracing.getClientSampling()),
                        share(
                                join(path, "random_sampling"),
                                tracing.hasRandomSampling(),
                                tracing.getRandomSampling()),
                        share(
                                join(path, "overall_sampling"),
                                tracing.hasOverallSampling(),
                                tracing.getOverallSampling()));
        int pathBytes = PATH_BYTES;
        if (tracing.hasMaxPathTagLength()) {
            pathBytes = tracing.getMaxPathTagLength().getValue();
            findings.range(join(path, "max_path_tag_length"), pathBytes, 0, 65_536);
        }
        var tags =
                new TracingConfig.Tags(
                        pathBytes,
                        new CustomTagParser(findings)
                                .tags(join(path, "custom_tags"), tracing.getCustomTagsList()),
                        tracing.getVerbose());
        TracingConfig.RequestIds ids = requestIds(manager);
        return provider(join(path, "provider"), tracing.getProvider())
                .map(provider ->
                        new TracingConfig(
                                provider,
                                shares,
                                ids,
                                tags,
                                tracing.getSpawnUpstreamSpan().getValue() || splits(tracing),
                                !later.isKeptBack(),
                                tail));
    }

    private static boolean splits(HttpConnectionManager.Tracing tracing) {
        Any config = tracing.getProvider().getTypedConfig();
        return config.holds(ZipkinConfig.getDefaultInstance())
                && config.unpack(ZipkinConfig.getDefaultInstance()).getSplitSpansForRequest();
    }

    /// What ids of requests are for; the rest of the extension is read elsewhere.
    private static TracingConfig.RequestIds requestIds(HttpConnectionManager manager) {
        Any extension = manager.getRequestIdExtension().getTypedConfig();
        if (!extension.holds(UuidRequestIdConfig.getDefaultInstance())) {
            return TracingConfig.RequestIds.ENVOY;
        }
        UuidRequestIdConfig said = extension.unpack(UuidRequestIdConfig.getDefaultInstance());
        return new TracingConfig.RequestIds(
                !said.hasPackTraceReason() || said.getPackTraceReason().getValue(),
                !said.hasUseRequestIdForTraceSampling()
                        || said.getUseRequestIdForTraceSampling().getValue());
    }

    private Optional<TracingConfig.Provider> provider(
            String path, envoy.config.trace.v3.Tracing.Http provider) {
        findings.fields(path, provider, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        Any config = provider.getTypedConfig();
        try {
            if (config.holds(ZipkinConfig.getDefaultInstance())) {
                return Optional.of(zipkin(at, config.unpack(ZipkinConfig.getDefaultInstance())));
            }
            if (config.holds(OpenTelemetryConfig.getDefaultInstance())) {
                return Optional.of(
                        openTelemetry(at, config.unpack(OpenTelemetryConfig.getDefaultInstance())));
            }
            if (config.holds(DatadogConfig.getDefaultInstance())) {
                return Optional.of(datadog(at, config.unpack(DatadogConfig.getDefaultInstance())));
            }
            if (config.holds(SkyWalkingConfig.getDefaultInstance())) {
                return Optional.of(
                        skyWalking(at, config.unpack(SkyWalkingConfig.getDefaultInstance())));
            }
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        findings.notImplemented(at, "'" + config.getTypeUrl() + "'");
        return Optional.empty();
    }

    private TracingConfig.Provider zipkin(String path, ZipkinConfig config) {
        findings.fields(
                path,
                config,
                Set.of(
                        "collector_cluster",
                        "collector_endpoint",
                        "trace_id_128bit",
                        "shared_span_context",
                        "collector_endpoint_version",
                        "collector_hostname",
                        "split_spans_for_request",
                        "trace_context_option",
                        "collector_service"));
        boolean isProto =
                switch (config.getCollectorEndpointVersion()) {
                    case HTTP_JSON -> false;
                    case HTTP_PROTO -> true;
                    case DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE, GRPC, UNRECOGNIZED -> {
                        findings.reject(
                                join(path, "collector_endpoint_version"),
                                config.getCollectorEndpointVersion()
                                        + " (expected: HTTP_JSON or HTTP_PROTO)");
                        yield false;
                    }
                };
        String contentType = isProto ? "application/x-protobuf" : "application/json";
        Collector collector;
        if (config.hasCollectorService()) {
            collector =
                    new CollectorParser(findings)
                            .http(
                                    join(path, "collector_service"),
                                    config.getCollectorService(),
                                    contentType);
        } else {
            findings.required(join(path, "collector_cluster"), config.getCollectorCluster());
            findings.required(join(path, "collector_endpoint"), config.getCollectorEndpoint());
            collector =
                    new Collector(
                            config.getCollectorCluster(),
                            config.getCollectorHostname().isEmpty()
                                    ? config.getCollectorCluster()
                                    : config.getCollectorHostname(),
                            CollectorParser.USUAL_TIMEOUT,
                            List.of(),
                            new Collector.Call.Post(config.getCollectorEndpoint(), contentType));
        }
        Propagation propagation =
                switch (config.getTraceContextOption()) {
                    case USE_B3 -> Propagation.B3;
                    case USE_B3_WITH_W3C_PROPAGATION -> Propagation.B3_AND_W3C;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "trace_context_option"), "is unknown");
                        yield Propagation.B3;
                    }
                };
        return new TracingConfig.Provider.Zipkin(
                collector,
                isProto,
                config.getTraceId128Bit(),
                !config.hasSharedSpanContext() || config.getSharedSpanContext().getValue(),
                propagation);
    }

    private TracingConfig.Provider openTelemetry(String path, OpenTelemetryConfig config) {
        findings.fields(
                path,
                config,
                Set.of(
                        "grpc_service",
                        "http_service",
                        "service_name",
                        "resource_detectors",
                        "sampler"));
        Optional<Collector> collector = Optional.empty();
        if (config.hasGrpcService() && config.hasHttpService()) {
            findings.reject(path, "has grpc_service and http_service (expected: one)");
        } else if (config.hasGrpcService()) {
            collector =
                    Optional.of(
                            new CollectorParser(findings)
                                    .grpc(
                                            join(path, "grpc_service"),
                                            config.getGrpcService(),
                                            OtlpSpans.METHOD));
        } else if (config.hasHttpService()) {
            collector =
                    Optional.of(
                            new CollectorParser(findings)
                                    .http(
                                            join(path, "http_service"),
                                            config.getHttpService(),
                                            "application/x-protobuf"));
        }
        boolean readsEnvironment = false;
        for (int i = 0; i < config.getResourceDetectorsCount(); i++) {
            Any detector = config.getResourceDetectors(i).getTypedConfig();
            if (detector.holds(EnvironmentResourceDetectorConfig.getDefaultInstance())) {
                readsEnvironment = true;
            } else {
                findings.notImplemented(
                        join(path, "resource_detectors[" + i + "].typed_config"),
                        "'" + detector.getTypeUrl() + "'");
            }
        }
        boolean isAlwaysOn = false;
        if (config.hasSampler()) {
            Any sampler = config.getSampler().getTypedConfig();
            isAlwaysOn = sampler.holds(AlwaysOnSamplerConfig.getDefaultInstance());
            if (!isAlwaysOn) {
                findings.notImplemented(
                        join(path, "sampler.typed_config"), "'" + sampler.getTypeUrl() + "'");
            }
        }
        return new TracingConfig.Provider.OpenTelemetry(
                collector, config.getServiceName(), readsEnvironment, isAlwaysOn);
    }

    private TracingConfig.Provider datadog(String path, DatadogConfig config) {
        findings.fields(
                path, config, Set.of("collector_cluster", "service_name", "collector_hostname"));
        findings.required(join(path, "collector_cluster"), config.getCollectorCluster());
        return new TracingConfig.Provider.Datadog(
                new Collector(
                        config.getCollectorCluster(),
                        config.getCollectorHostname().isEmpty()
                                ? config.getCollectorCluster()
                                : config.getCollectorHostname(),
                        CollectorParser.USUAL_TIMEOUT,
                        List.of(new Collector.Field(DATADOG_LANGUAGE, "java")),
                        new Collector.Call.Post(DatadogSpans.PATH, "application/msgpack")),
                config.getServiceName().isEmpty() ? "envoy" : config.getServiceName());
    }

    private TracingConfig.Provider skyWalking(String path, SkyWalkingConfig config) {
        findings.fields(path, config, Set.of("grpc_service", "client_config"));
        ClientConfig client = config.getClientConfig();
        String at = join(path, "client_config");
        findings.fields(
                at,
                client,
                Set.of("service_name", "instance_name", "backend_token", "max_cache_size"));
        findings.headerValue(join(at, "backend_token"), client.getBackendToken());
        int waiting =
                client.hasMaxCacheSize() ? client.getMaxCacheSize().getValue() : USUAL_SEGMENTS;
        if (waiting < 1) {
            findings.reject(
                    join(at, "max_cache_size"),
                    Integer.toUnsignedString(waiting) + " (expected: from 1 to 2147483647)");
        }
        return new TracingConfig.Provider.SkyWalking(
                new CollectorParser(findings)
                        .grpc(
                                join(path, "grpc_service"),
                                config.getGrpcService(),
                                new Collector.Call.Stream(SkyWalkingSpans.METHOD),
                                client.getBackendToken().isEmpty()
                                        ? List.of()
                                        : List.of(
                                                new Collector.Field(
                                                        AUTHENTICATION, client.getBackendToken()))),
                client.getServiceName(),
                client.getInstanceName(),
                Math.max(1, waiting));
    }

    /// Of hundred, with two places behind the point, as Envoy takes it.
    private Share share(String path, boolean isSaid, Percent percent) {
        if (!isSaid) {
            return Share.ALL;
        }
        findings.fields(path, percent, Set.of("value"));
        double value = percent.getValue();
        if (!(value >= 0 && value <= 100)) {
            findings.reject(join(path, "value"), value + " (expected: from 0 to 100)");
            return Share.ALL;
        }
        return new Share((long) (value * 100), 10_000);
    }

    /// What a route says.
    RouteTracing route(
            String path,
            boolean hasTracing,
            Tracing tracing,
            boolean hasDecorator,
            Decorator decorator) {
        String at = join(path, "tracing");
        findings.fields(
                at,
                tracing,
                Set.of("client_sampling", "random_sampling", "overall_sampling", "custom_tags"));
        findings.fields(join(path, "decorator"), decorator, Set.of("operation", "propagate"));
        if (hasDecorator) {
            findings.required(join(path, "decorator.operation"), decorator.getOperation());
            findings.headerValue(join(path, "decorator.operation"), decorator.getOperation());
        }
        if (!hasTracing && !hasDecorator) {
            return RouteTracing.NONE;
        }
        return new RouteTracing(
                hasTracing
                        ? Optional.of(
                                new Shares(
                                        fraction(
                                                join(at, "client_sampling"),
                                                tracing.hasClientSampling(),
                                                tracing.getClientSampling()),
                                        fraction(
                                                join(at, "random_sampling"),
                                                tracing.hasRandomSampling(),
                                                tracing.getRandomSampling()),
                                        fraction(
                                                join(at, "overall_sampling"),
                                                tracing.hasOverallSampling(),
                                                tracing.getOverallSampling())))
                        : Optional.empty(),
                new CustomTagParser(findings)
                        .tags(join(at, "custom_tags"), tracing.getCustomTagsList()),
                decorator.getOperation(),
                hasDecorator && (!decorator.hasPropagate() || decorator.getPropagate().getValue()));
    }

    private Share fraction(String path, boolean isSaid, FractionalPercent percent) {
        if (!isSaid) {
            return Share.ALL;
        }
        var chance = new ChanceParser(findings).percent(path, percent);
        return new Share(chance.numerator(), chance.denominator());
    }

    /// The message; the field came to it later than the API that this is built with.
    private static final class Later extends Message {
        static final int NO_CONTEXT_PROPAGATION = 13;

        Later(Bytes bytes) {
            super(bytes);
        }

        boolean isKeptBack() {
            return truth(NO_CONTEXT_PROPAGATION);
        }

        @Override
        public String typeName() {
            return "envoy.extensions.filters.network.http_connection_manager.v3"
                    + ".HttpConnectionManager.Tracing";
        }

        @Override
        public Message read(Bytes other) {
            return new Later(other);
        }

        @Override
        protected String schema() {
            return "no_context_propagation,13,-b;";
        }
    }
}

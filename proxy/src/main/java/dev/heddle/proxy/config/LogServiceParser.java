package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.AccessLogConfig.LogService;
import dev.heddle.proxy.config.AccessLogConfig.LogValue;
import dev.heddle.proxy.config.AccessLogConfig.ToldHeaders;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.tracing.CustomTag;
import envoy.config.core.v3.ApiVersion;
import envoy.config.core.v3.GrpcService;
import envoy.config.core.v3.HeaderValue;
import envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import opentelemetry.proto.common.v1.AnyValue;
import opentelemetry.proto.common.v1.KeyValue;

/// Reads logs that services of gRPC take.
final class LogServiceParser {
    private static final Duration USUAL_INTERVAL = Duration.ofSeconds(1);
    private static final int USUAL_BYTES = 16_384;
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);

    /// Deeper ones are no value of anybody's.
    private static final int MAX_DEPTH = 32;

    private final Findings findings;

    LogServiceParser(Findings findings) {
        this.findings = findings;
    }

    AccessLogConfig http(String path, HttpGrpcAccessLogConfig log) {
        findings.fields(
                path,
                log,
                Set.of(
                        "common_config",
                        "additional_request_headers_to_log",
                        "additional_response_headers_to_log",
                        "additional_response_trailers_to_log"));
        return new AccessLogConfig.Entries(
                service(join(path, "common_config"), log.getCommonConfig()),
                true,
                new ToldHeaders(
                        lowerCase(log.getAdditionalRequestHeadersToLogList()),
                        lowerCase(log.getAdditionalResponseHeadersToLogList()),
                        lowerCase(log.getAdditionalResponseTrailersToLogList())),
                tags(path, log.getCommonConfig()));
    }

    AccessLogConfig tcp(String path, TcpGrpcAccessLogConfig log) {
        findings.fields(path, log, Set.of("common_config"));
        return new AccessLogConfig.Entries(
                service(join(path, "common_config"), log.getCommonConfig()),
                false,
                new ToldHeaders(List.of(), List.of(), List.of()),
                tags(path, log.getCommonConfig()));
    }

    private List<CustomTag> tags(String path, CommonGrpcAccessLogConfig config) {
        return new CustomTagParser(findings)
                .tags(join(path, "common_config.custom_tags"), config.getCustomTagsList());
    }

    private static List<String> lowerCase(List<String> names) {
        return names.stream().map(it -> it.toLowerCase(Locale.ROOT)).toList();
    }

    /// Its entries have no place for tags.
    AccessLogConfig openTelemetry(String path, OpenTelemetryAccessLogConfig log) {
        findings.fields(
                path,
                log,
                Set.of(
                        "common_config",
                        "disable_builtin_labels",
                        "resource_attributes",
                        "body",
                        "attributes"));
        String at = join(path, "common_config");
        if (log.getCommonConfig().getCustomTagsCount() > 0) {
            findings.notImplemented(join(at, "custom_tags"));
        }
        LogService service = service(at, log.getCommonConfig());
        var attributes = new ArrayList<LogValue.Member>();
        for (KeyValue each : log.getAttributes().getValuesList()) {
            attributes.add(
                    new LogValue.Member(
                            each.getKey(),
                            value(
                                    join(path, "attributes['" + each.getKey() + "']"),
                                    each.getValue(),
                                    0)));
        }
        GrpcService grpc = log.getCommonConfig().getGrpcService();
        return new AccessLogConfig.Records(
                service,
                grpc.hasTimeout() ? duration(at, grpc) : USUAL_TIMEOUT,
                log.getResourceAttributes().bytes(),
                !log.getDisableBuiltinLabels(),
                log.hasBody() ? value(join(path, "body"), log.getBody(), 0) : LogValue.NONE,
                new LogValue.Members(attributes));
    }

    private Duration duration(String path, GrpcService grpc) {
        Duration said = findings.duration(join(path, "grpc_service.timeout"), grpc.getTimeout());
        return said.isZero() || said.isNegative() ? USUAL_TIMEOUT : said;
    }

    private LogValue value(String path, AnyValue value, int depth) {
        if (depth > MAX_DEPTH) {
            findings.reject(path, "is nested deeper than " + MAX_DEPTH);
            return LogValue.NONE;
        }
        return switch (value.getValueCase()) {
            case STRING_VALUE ->
                    new LogValue.Text(
                            new FormatParser(findings).format(path, value.getStringValue()));
            case ARRAY_VALUE -> {
                var items = new ArrayList<LogValue>();
                for (AnyValue item : value.getArrayValue().getValuesList()) {
                    items.add(value(path + "[" + items.size() + "]", item, depth + 1));
                }
                yield new LogValue.Items(items);
            }
            case KVLIST_VALUE -> {
                var members = new ArrayList<LogValue.Member>();
                for (KeyValue each : value.getKvlistValue().getValuesList()) {
                    members.add(
                            new LogValue.Member(
                                    each.getKey(),
                                    value(
                                            path + "['" + each.getKey() + "']",
                                            each.getValue(),
                                            depth + 1)));
                }
                yield new LogValue.Members(members);
            }
            default -> {
                findings.reject(
                        path,
                        value.getValueCase()
                                + " (expected: string_value, array_value or kvlist_value)");
                yield LogValue.NONE;
            }
        };
    }

    private LogService service(String path, CommonGrpcAccessLogConfig config) {
        findings.fields(
                path,
                config,
                Set.of(
                        "log_name",
                        "grpc_service",
                        "transport_api_version",
                        "buffer_flush_interval",
                        "buffer_size_bytes",
                        "custom_tags"),
                // This proxy has no filter state of that kind.
                Set.of("filter_state_objects_to_log"));
        findings.required(join(path, "log_name"), config.getLogName());
        if (config.getTransportApiVersion() == ApiVersion.V2) {
            findings.reject(join(path, "transport_api_version"), "V2 (expected: V3)");
        }
        Duration interval = USUAL_INTERVAL;
        if (config.hasBufferFlushInterval()) {
            String at = join(path, "buffer_flush_interval");
            interval = findings.duration(at, config.getBufferFlushInterval());
            if (interval.isZero() || interval.isNegative()) {
                findings.reject(at, interval + " (expected: more than 0)");
                interval = USUAL_INTERVAL;
            }
        }
        int bytes = USUAL_BYTES;
        if (config.hasBufferSizeBytes()) {
            bytes = config.getBufferSizeBytes().getValue();
            findings.range(join(path, "buffer_size_bytes"), bytes, 0, Integer.MAX_VALUE);
        }
        GrpcService grpc = config.getGrpcService();
        String at = join(path, "grpc_service");
        findings.fields(at, grpc, Set.of("envoy_grpc", "timeout", "initial_metadata"));
        var target = grpc.getEnvoyGrpc();
        String targetAt = join(at, "envoy_grpc");
        findings.fields(targetAt, target, Set.of("cluster_name", "authority"));
        findings.required(join(targetAt, "cluster_name"), target.getClusterName());
        return new LogService(
                target.getClusterName(),
                target.getAuthority().isEmpty() ? target.getClusterName() : target.getAuthority(),
                headers(join(at, "initial_metadata"), grpc.getInitialMetadataList()),
                config.getLogName(),
                interval,
                Math.max(0, bytes));
    }

    private List<Collector.Field> headers(String path, List<HeaderValue> said) {
        var headers = new ArrayList<Collector.Field>();
        for (HeaderValue each : said) {
            String at = path + "[" + headers.size() + "]";
            findings.required(join(at, "key"), each.getKey());
            findings.headerValue(join(at, "value"), each.getValue());
            headers.add(
                    new Collector.Field(
                            HeaderName.of(
                                    each.getKey().isEmpty()
                                            ? "x"
                                            : each.getKey().toLowerCase(Locale.ROOT)),
                            each.getValue()));
        }
        return headers;
    }
}
